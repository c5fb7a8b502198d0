"""Alembic comes in here."""

from cordboard.store.migrate import run_in_environment

run_in_environment()
