"""Errors that can be provoked: those of the common table that need to know nothing more.

In:   a code. Out: the error, made anew; an integrator's fault switch answers with it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from cordboard.b24wire import errors
from cordboard.b24wire.errors import RestError

__all__ = ["PROVOKED"]

_MAKERS: tuple[Callable[[], RestError], ...] = (
    errors.method_not_found,
    errors.no_auth_found,
    errors.invalid_credentials,
    errors.expired_token,
    errors.invalid_token,
    errors.application_not_found,
    errors.authorization_error,
    errors.user_access_error,
    errors.wrong_auth_type,
    errors.access_denied,
    errors.method_confirm_waiting,
    errors.method_confirm_denied,
    errors.https_required,
    errors.query_limit_exceeded,
    errors.operation_time_limit,
    errors.overload_limit,
    errors.portal_deleted,
    errors.internal_server_error,
    errors.unexpected_answer,
    errors.payment_required,
    errors.wrong_encoding,
    errors.invalid_type,
    errors.allowed_only_intranet_user,
    errors.database_error,
)

PROVOKED: Mapping[str, Callable[[], RestError]] = MappingProxyType({make().code: make for make in _MAKERS})
