"""This package runs the customer's own rules: what they are given, what their answers mean, and how they are held.

Reading order: `specs.py` (the one list of points), `payloads.py` (what goes in and comes out of each), `answers.py`
(reading an answer: merged, cancelled, failed), `chain.py` (the customizations of a point, one after the other),
`entries.py` and `folder.py` (which there are, from settings and folder), `process.py` and `programs.py` (programs in
any language), `functions.py` (Python), `builtin/` (ours, written the same way), `beforehand.py` (points before there is
a call), `kept.py` and `skeletons.py` (for `cordboard hooks`).

`specs`, `payloads`, `answers` and `builtin` are pure: no clock, no process, no network.
"""
