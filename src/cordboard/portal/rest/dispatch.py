"""Running one method for one caller: the same way for a request of its own and for a command of a batch.

In:   the caller's context, a method's name in any case, its parameters with the reserved ones still inside.
Out:  the method's result or page; raises a ``RestError``, and nothing else for bad input.
"""

from __future__ import annotations

from time import perf_counter

from cordboard.b24wire import errors
from cordboard.b24wire.loose import as_int, as_text
from cordboard.portal.rest.registry import Context, Method, Params, find_method

__all__ = ["RESERVED", "get_method", "operating_of", "run"]

BATCH = "batch"

#: Parameters that belong to the transport; a method never sees them.
RESERVED = ("auth", "access_token", "start", "state", "sessid")


def get_method(name: str) -> Method:
    """The method of this name, or the refusal a client knows."""
    found = find_method(name)
    if found is None:
        raise errors.method_not_found()
    return found


async def run(context: Context, method: Method, params: Params, *, in_batch: bool = False) -> object:
    """Check the caller's budget and scopes and run the method; its time counts, that of a batch is its commands'."""
    meter = context.meter if method.name != BATCH else None
    began, now = perf_counter(), context.now.timestamp()
    if meter is not None and not meter.allowed(method.name, now):
        raise errors.operation_time_limit()
    if in_batch and not method.batch:
        raise errors.batch_method_not_allowed()
    if in_batch and (fault := context.portal.faults.strike_command(method.name)):
        raise fault
    if not method.granted(context.scopes):
        raise errors.insufficient_scope(webhook=context.is_webhook)
    if context.is_webhook and not method.webhook:
        raise errors.wrong_auth_type()
    start, connector = as_int(params.get("start")), as_text(params.get("auth_connector"))
    for name in RESERVED:
        params.pop(name, None)
    try:
        return await method.handler(
            context.at(start, connector) if start != context.start or connector else context, params
        )
    finally:
        if meter is not None:
            meter.add(method.name, perf_counter() - began, now)


def operating_of(context: Context, method: str) -> tuple[float, int]:
    """Seconds that the method took for this caller within ten minutes, and when the oldest are forgotten."""
    now = context.now.timestamp()
    return (context.meter.spent(method, now), context.meter.reset_at(method, now)) if context.meter else (0.0, 0)
