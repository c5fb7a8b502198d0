"""This package brings a flow's questions to a CRM: written down first, in order within a call, again after a fault.

Reading order: `retry.py` and `limits.py` (pure: when to try again, how fast to ask), `line.py` (is the CRM there?),
`gate.py` (who goes first), `inbox.py` (what a flow has not been told yet), `ledger.py` (the shape of the journal on
disk), `run.py` (one flow under way), `asking.py` (one request until its answer), `worker.py` (all runs of one
connection).
"""
