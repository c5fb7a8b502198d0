"""Logs: one line per stage and delivery, as words for a person or as JSON for a machine, on standard error."""

from __future__ import annotations

import logging
import sys

import structlog


def set_up(*, as_json: bool) -> None:
    """Configure structlog for this process."""
    renderer = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[
            drop_empty,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def drop_empty(logger: object, name: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """A value that is not known yet is left out of the line."""
    return {key: value for key, value in event.items() if value is not None}
