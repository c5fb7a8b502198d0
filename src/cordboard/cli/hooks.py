"""`cordboard hooks list|new|test`: which customizations there are, a beginning of a new one, and trying them.

Out:  what was found or done, for people, or with `--json` for programs.
Exit codes: 1 something cannot be used, failed, or came out otherwise; 2 used wrongly; 3 wrong settings.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable
from pathlib import Path
from typing import Any

import msgspec
from cyclopts import App

from cordboard.asterisk.cel_csv import NoCel
from cordboard.calls.cel import CelEvent
from cordboard.calls.tracker import CallTracker
from cordboard.cli.ending import fail
from cordboard.cli.hook_trials import show, tell
from cordboard.cli.journal_beside import journal_beside, loaded
from cordboard.cli.replay import UsageError, choose_pbx, open_reader, plan_of
from cordboard.connector import bootstrap
from cordboard.connector.trying import Answers, Trial, news_of, stored_answers, stored_news, try_call, try_payload
from cordboard.crm.base import flows_of
from cordboard.flow.situation import News
from cordboard.hooks.builtin import BUILT_IN, Rules
from cordboard.hooks.chain import Customizations
from cordboard.hooks.entries import customizations_of
from cordboard.hooks.kept import Kept, KeptError, differs, keep, read_all
from cordboard.hooks.skeletons import LANGUAGES, Language, write_skeleton
from cordboard.hooks.specs import POINTS, unknown_point
from cordboard.settings import Crm, Pbx, Settings

__all__ = ["app"]

app = App(name="hooks", help="Customizations: list, new, test.")


@app.command(name="list")
def list_hooks(*, config: Path | None = None, json: bool = False) -> int:
    """List the customizations in the order in which they are asked, and what is wrong with them.

    Parameters
    ----------
    config
        The settings file, cordboard.toml.
    json
        Print JSON, for programs.
    """
    settings = loaded(config)
    hooks = customizations_of(settings)
    rules = Rules(settings.numbers, settings.register, settings.line, settings.records.name)
    own = [
        {"point": one.point, "order": 0, "name": one.name, "built_in": True} for one in BUILT_IN if one.is_used(rules)
    ]
    theirs = [{**status, "built_in": False} for status in hooks.status()]
    rows = sorted([*own, *theirs], key=lambda row: list(POINTS).index(str(row["point"])))
    if json:
        show({"customizations": rows, "troubles": hooks.troubles})
    else:
        for row in rows:
            limit = "" if row["built_in"] else f"{row['timeout']:g} s"
            about = "our own" if row["built_in"] else str(row["crm"] or "every connection")
            print(f"{row['point']:28} {row['order']:>4}  {row['name']:32} {limit:>6}  {about}")
        print("\n".join(hooks.troubles), file=sys.stderr, end="\n" if hooks.troubles else "")
        if not rows:
            print(
                "There are no customizations; `cordboard hooks new POINT` writes a beginning of one.", file=sys.stderr
            )
    return 1 if hooks.troubles else 0


@app.command
def new(point: str, *, language: Language = "python", config: Path | None = None) -> int:
    """Write a beginning of a customization into the folder of customizations.

    Parameters
    ----------
    point
        Where it is asked.
    language
        python, php, node or shell.
    config
        The settings file, which names the folder.
    """
    settings = loaded(config)
    if point not in POINTS:
        fail(unknown_point(point), 2)
    try:
        path = write_skeleton(Path(settings.hooks.folder), POINTS[point], LANGUAGES[language])
    except FileExistsError as error:
        fail(f"{error.filename} is there already", 2)
    except OSError as error:
        fail(f"{error.filename}: cannot be written: {error.strerror}", 4)
    print(path)
    return 0


@app.command(name="test")
def try_out(
    point: str = "",
    *,
    call: str = "",
    capture: str = "",
    payload: Path | None = None,
    stage: str = "",
    crm: str | None = None,
    pbx: str | None = None,
    keep: str = "",
    kept: bool = False,
    config: Path | None = None,
    json: bool = False,
) -> int:
    """Ask the customizations of a point about a call of yesterday; nothing is sent to the CRM.

    Parameters
    ----------
    point
        Which point.
    call
        Linkedid of a call in the journal.
    capture
        A file of CEL rows, or a recorded AMI stream, with a call in it.
    payload
        A file with a payload as JSON.
    stage
        Only the questions at this stage, such as call_ended.
    crm
        Which connection's customizations; the first if absent.
    pbx
        Which [[pbx]] a capture comes from; the first if absent.
    keep
        Keep payload and result as a test of this name.
    kept
        Run all kept tests.
    config
        The settings file, cordboard.toml.
    json
        Print JSON, for programs.
    """
    settings = loaded(config)
    hooks = customizations_of(settings)
    if kept:
        return asyncio.run(run_kept(hooks, settings, json))
    if point not in POINTS:
        fail(unknown_point(point) if point else f"name a point: {', '.join(POINTS)}", 2)
    if [bool(call), bool(capture), payload is not None].count(True) != 1:
        fail("give one of --call, --capture and --payload: what shall the customization be asked about?", 2)
    try:
        connection = choose_crm(settings, crm)
        exchange = choose_pbx(settings, pbx)
    except UsageError as error:
        fail(str(error), 2)
    if payload is not None:
        trials = asyncio.run(finished(hooks, try_payload(hooks, point, read_payload(payload), crm)))
    else:
        news, answers = told(settings, connection, exchange, call, capture)
        terms = bootstrap.terms_of(connection, settings, frozenset({point}), exchange.name)
        flow = flows_of(connection.kind).call_flow(terms, None)
        trials = asyncio.run(finished(hooks, try_call(hooks, flow, news, answers, point, connection.name)))
        trials = [trial for trial in trials if stage in {"", trial.payload.get("call_stage")}]
    if not trials:
        fail(why_none(point, stage), 1)
    if keep:
        keep_test(settings, keep, trials[-1], crm)
    return tell(trials, json)


def why_none(point: str, stage: str) -> str:
    """Why a point was not asked."""
    if "call_full" not in {field.name for field in msgspec.structs.fields(POINTS[point].payload)}:
        return f"{point} is asked before there is a call: give --payload"
    return f"{point} is not asked about this call{' at ' + stage if stage else ''}"


async def finished(hooks: Customizations, work: Awaitable[list[Trial]]) -> list[Trial]:
    """Do the work and end every program."""
    try:
        return await work
    finally:
        await hooks.close()


def told(settings: Settings, crm: Crm, pbx: Pbx, linkedid: str, capture: str) -> tuple[list[News], Answers]:
    """The news of a call, and what the CRM says about it."""
    tracker = CallTracker(plan_of(settings, pbx), timezone=pbx.timezone)
    if capture:
        return list(news_of(rows_of(capture, pbx, tracker), tracker)), Answers()
    with journal_beside(settings, make=True) as journal:
        news = stored_news(journal.store, tracker, linkedid)
        if news is None:
            fail(f"there is no ended call {linkedid} in the journal", 2)
        return news, stored_answers(journal.store, linkedid, crm.name)


def rows_of(capture: str, pbx: Pbx, tracker: CallTracker) -> list[CelEvent]:
    try:
        reader = open_reader(capture, pbx, "ledger")
        events = [event for batch in reader.batches() for event in batch]
    except NoCel as error:
        fail(f"{capture}: no Channel Event Logging: {error}", 2)
    except OSError as error:
        fail(f"{capture}: cannot be read: {error.strerror or error}", 4)
    if reader.utc_offset is not None and pbx.timezone is None:
        tracker.clock.use_offset(reader.utc_offset)
    return events


def read_payload(path: Path) -> dict[str, Any]:
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
    except OSError as error:
        fail(f"{path}: cannot be read: {error.strerror}", 4)
    except msgspec.DecodeError as error:
        fail(f"{path}: is no payload: {error}", 2)


def choose_crm(settings: Settings, name: str | None) -> Crm:
    for crm in settings.crm:
        if name in {None, crm.name}:
            return crm
    if name is None:
        return Crm(name="portal", kind="bitrix24", url="https://portal.example/")
    raise UsageError(f"there is no [[crm]] named {name!r}; there is {', '.join(crm.name for crm in settings.crm)}")


# --- kept tests -----------------------------------------------------------------------------------------------------


def keep_test(settings: Settings, name: str, trial: Trial, crm: str | None) -> None:
    kept = Kept(trial.point, trial.payload, trial.result(), crm)
    try:
        print(f"kept as {keep(Path(settings.hooks.folder), name, kept)}", file=sys.stderr)
    except KeptError as error:
        fail(str(error), 2)


async def run_kept(hooks: Customizations, settings: Settings, json: bool) -> int:
    """Every kept test; 1 if one of them comes out otherwise."""
    try:
        tests = read_all(Path(settings.hooks.folder))
    except KeptError as error:
        fail(str(error), 2)
    results: dict[str, list[str]] = {}
    for name, kept in tests.items():
        [trial] = await try_payload(hooks, kept.point, kept.payload, kept.crm)
        found = msgspec.json.decode(msgspec.json.encode(trial.result()))
        results[name] = differs(kept.expected, found)
    await hooks.close()
    failed = [name for name, lines in results.items() if lines]
    if json:
        show({name: {"passed": not lines, "differences": lines} for name, lines in results.items()})
    else:
        for name, lines in results.items():
            print(f"{'FAIL' if lines else 'ok  '}  {tests[name].point}: {name}")
            print("".join(f"      {line}\n" for line in lines), end="")
        print(f"{len(results) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0
