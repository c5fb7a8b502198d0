"""The portal's schema, step by step: Alembic scripts in `versions/`, run at every start."""
