"""This package says what a CRM is asked about a call, in which order, and what was answered.

Reading order: `situation.py` (what a flow is told of a call), `questions.py` (what it may ask), `journal.py` (how
questions and answers are kept, and read back after a restart), `play.py` (driving a flow, for tests and examples).
Pure: no clock, no network, no database. The flows themselves belong to each CRM (`crm/bitrix24/flows.py`).
"""
