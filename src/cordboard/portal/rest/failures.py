"""What becomes of an exception that no method meant to raise: an error in Bitrix24's form, and a line in the log.

In:   the exception and the method's name.
Out:  a ``RestError`` without a word of the inside. The log gets type and place, never values: they may hold secrets.
"""

from __future__ import annotations

import traceback

import structlog
from sqlalchemy.exc import DBAPIError

from cordboard.b24wire import errors
from cordboard.store.errors import StoreError

_log = structlog.get_logger("cordboard.portal.rest")


def refusal_for(error: Exception, method: str) -> errors.RestError:
    """The answer for an unexpected exception; logs where it came from."""
    if isinstance(error, StoreError):
        _log.error("the portal's database refused", method=method, reason=str(error))
        return errors.database_error()
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    where = [f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in frames]
    _log.error("a method failed unexpectedly", method=method, error=type(error).__name__, where=where)
    return errors.database_error() if isinstance(error, DBAPIError) else errors.internal_server_error()
