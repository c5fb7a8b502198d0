"""`cordboard.faults.*`: the fault switches, for a test in any language; administrators only, and never struck.

The same switches are a page (`/admin/faults`) and, in Python, `cordboard.testing`.
"""

from __future__ import annotations

from cordboard.b24wire import errors
from cordboard.b24wire.loose import as_float, as_int, as_items, as_text, named
from cordboard.portal.rest.faults import Fault, FaultUnknown
from cordboard.portal.rest.registry import Context, Params, method
from cordboard.portal.rest.user_writes import is_admin


@method("cordboard.faults.set", scope="telephony")
async def set_fault(context: Context, params: Params) -> object:
    """Answer with a chosen fault from now on, until its times are used up, it is cleared, or the portal restarts.

    FAULT* (string): `slow`, `cut`, `lost`, `bad_gateway`, or the code of an error such as `QUERY_LIMIT_EXCEEDED`
    METHODS (array): names or patterns such as `telephony.*`; absent: every method
    SHARE (integer): percent of the requests, 100 by default; of 25 every fourth is struck
    TIMES (integer): how often; absent: until it is cleared
    SECONDS (double): how late a slow answer comes, 5 by default

    Differs: Bitrix24 has no such method; it is for tests of clients.
    """
    await _check_rights(context)
    share, times, seconds = named(params, "SHARE"), named(params, "TIMES"), named(params, "SECONDS")
    try:
        fault = context.portal.faults.add(
            as_text(named(params, "FAULT")),
            [as_text(item) for item in as_items(named(params, "METHODS"))],
            share=100 if share is None else as_int(share),
            times=None if times is None else as_int(times),
            seconds=5.0 if seconds is None else as_float(seconds),
        )
    except FaultUnknown as error:
        raise errors.failure(str(error)) from error
    return {"ID": fault.id}


@method("cordboard.faults.get", scope="telephony")
async def get_faults(context: Context, params: Params) -> object:
    """The faults that are on, and how often each struck.

    Differs: Bitrix24 has no such method; it is for tests of clients.
    """
    await _check_rights(context)
    return [_shown(fault) for fault in context.portal.faults.active]


@method("cordboard.faults.clear", scope="telephony")
async def clear_faults(context: Context, params: Params) -> object:
    """Answer as it should be again.

    ID (integer): the fault to switch off; absent: all of them

    Differs: Bitrix24 has no such method; it is for tests of clients.
    """
    await _check_rights(context)
    fault_id = named(params, "ID")
    if fault_id is None:
        context.portal.faults.clear()
        return True
    return context.portal.faults.remove(as_int(fault_id))


async def _check_rights(context: Context) -> None:
    if not await context.portal.store.read(lambda connection: is_admin(connection, context.user_id)):
        raise errors.access_denied()


def _shown(fault: Fault) -> dict[str, object]:
    return {
        "ID": fault.id,
        "FAULT": fault.kind,
        "METHODS": list(fault.methods),
        "SHARE": fault.share,
        "TIMES_LEFT": fault.left,
        "SECONDS": fault.seconds,
        "STRUCK": fault.struck,
    }
