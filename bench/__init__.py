"""Benchmarks: one module per question, each with `run()`, which yields figures; see `__main__.py`."""
