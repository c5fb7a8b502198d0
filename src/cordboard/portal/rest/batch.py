"""The method `batch`: runs the commands that `b24wire.batch` reads, one after the other, under the outer credential.

In:   `cmd`, `halt`.
Out:  the five maps of the batch's result; HTTP 200 even if every command failed.
"""

from __future__ import annotations

from datetime import timedelta
from time import perf_counter

from cordboard.b24wire.batch import Batch, Command
from cordboard.b24wire.envelope import timing
from cordboard.b24wire.errors import RestError
from cordboard.b24wire.loose import as_flag, named
from cordboard.portal.rest import failures
from cordboard.portal.rest.dispatch import get_method, operating_of, run
from cordboard.portal.rest.registry import Context, Params, method


@method("batch", batch=False)
async def batch(context: Context, params: Params) -> object:
    """Run up to fifty commands in order.

    cmd* (object): up to 50 commands `method?query`, by key or as a list; `$result[key]` means an earlier answer
    halt (integer): 1 stops after the first refusal
    """
    run_of = Batch(named(params, "cmd"), halt=as_flag(named(params, "halt")))
    empty_code = "" if context.portal.switch("empty_error_code") else "ERROR_CORE"
    began = perf_counter()
    for command in run_of.commands():
        if isinstance(command, Command):
            try:
                await _run_command(context, run_of, command, began)
            except RestError as error:
                run_of.failed(command.key, error, empty_code=empty_code)
        else:
            run_of.failed(*command, empty_code=empty_code)
    return run_of.answer()


async def _run_command(context: Context, run_of: Batch, command: Command, began: float) -> None:
    started = context.now + timedelta(seconds=perf_counter() - began)
    try:
        asked = get_method(command.method)
        answer = await run(context, asked, command.params, in_batch=True)
    except RestError:
        raise
    except Exception as error:  # one broken command must not take the others with it
        raise failures.refusal_for(error, command.method) from error
    finished = context.now + timedelta(seconds=perf_counter() - began)
    operating, reset_at = operating_of(context, asked.name)
    run_of.succeeded(command.key, answer, timing(started, finished, operating=operating, reset_at=reset_at))
