"""This package finds the recording of a call, makes one file of it, and serves it by a link that expires.

Reading order: `places.py` (which files may be touched at all), `names.py` (pure: how a file may be called),
`finding.py` (waiting until it is there and complete), `audio.py` (several parts become one, WAV becomes MP3),
`links.py` and `serving.py` (a portal that fetches by itself), `recordings.py` (what the delivery asks).
"""
