"""This package changes what administrators keep: users, departments, lines, lists, exclusions, keys of every kind.

In:   a connection in a transaction, and fields of a form. Out: rows; `Refused` names the field and the sentence.
Reading order: `refused`, `people`, `roles`, `lists`, `references`, `access`.
"""
