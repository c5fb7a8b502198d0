"""This package plays real captured calls through the whole system, on this machine, with temporary data.

Files in reading order: `playlist.toml` (which calls), `playlist.py` (captures → calls to play), `clients.py` (who
calls), `children.py` (portal and connector as processes of their own), `stage.py` (puts it all up),
`outcome.py` (what became of the calls), `show.py` (the performance).
`captures/` holds what a real Asterisk wrote and sent, and beside it what the people really did.
"""
