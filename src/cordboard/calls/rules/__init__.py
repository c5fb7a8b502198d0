"""The rules: one per file, each with its reason.

A rule is a function that looks at one event (or at the board after it) and changes the call
through `put`, which writes down the rule's name; `docs/reference/rules.md` lists the names. Which
event calls which rule is one table, in `cordboard.calls.tracker`. Reading order: direction,
numbers_of_call, answer, hangup, result, merge; then who comes and where they stand: arrival,
conversations, bridging; then the special kinds: applications, pickup, parking, transfer, ivr; at
last doubts, which says what the rows did not tell.

**Where is a missed call decided?** In `answer.py` (nobody shared a bridge with the client) and
`result.py` (how it looked from the caller's side).
"""
