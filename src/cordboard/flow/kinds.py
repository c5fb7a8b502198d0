"""Kinds: every kind of question by its name, as the journal writes it down."""

from cordboard.flow import after_finish, questions
from cordboard.flow.questions import Question

KINDS: dict[str, type[Question]] = {**questions.KINDS, **after_finish.KINDS}
