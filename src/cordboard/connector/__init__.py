"""This package is the running connector: one or more PBXs followed, one or more CRMs told.

Reading order: `bootstrap.py` (the only wiring), `service.py` (start and stop), `lanes.py` (one PBX, two lanes),
`open_calls.py` (which lane decides what), `settling.py` and `rows.py` (ends, and how far the ledger was read),
`users.py` (whose number is it), `journal.py` with `tables.py` (what is written down), `states.py` (our portal's live
cards), `api.py` (health and status).
"""
