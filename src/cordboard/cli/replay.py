"""`cordboard replay`: read recorded events and print each call as `call_full`.

In:   Channel Event Logging: CSV (header line, or columns from the settings), JSON lines, a recorded AMI stream, or a
      database URL.
Out:  JSON lines on standard output; what was wrong with the input on standard error.
Exit: 0; 6 lines were broken or cut (told by line, the rest is read); 2 no CEL at all; 4 unreadable.

What surprises: this module is imported without the command line's parser, so that it starts at once.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import msgspec

from cordboard.asterisk.address import shown
from cordboard.asterisk.cel_csv import NoCel
from cordboard.calls.cel import CelEvent
from cordboard.calls.clock import ClockText
from cordboard.calls.stages import ALL_STAGES, CALL_ENDED, Stage
from cordboard.calls.steps import PATHS, Change, Step
from cordboard.calls.tracker import CallTracker
from cordboard.cli.replay_reader import Lane, open_reader
from cordboard.numbers.plan import NumberingPlan
from cordboard.settings import Pbx, Settings, SettingsError, load

Every = Literal["event", "stage", "end"]

Show = Callable[[Step, ClockText], list[bytes]]

OK, NO_CEL, UNREADABLE, BROKEN = 0, 2, 4, 6
#: those that are asked for
STAGES = {"event": ALL_STAGES, "stage": ALL_STAGES, "end": frozenset({CALL_ENDED})}
NEVER = 1 << 62  #: later than any deadline
TIMES = frozenset(path.rpartition(".")[2] for path in PATHS.values() if path.endswith("_time"))

_encode = msgspec.json.Encoder().encode


class UsageError(Exception):
    """The command line asks for what there is not; the message says what there is."""


def replay(
    *sources: str, config: Path | None = None, every: Every = "end", pbx: str | None = None, lane: Lane = "ledger"
) -> int:
    """Read recorded events and print each call as call_full.

    Parameters
    ----------
    sources
        CSV or JSON-lines files of CEL, recorded AMI streams, or database URLs (sqlite:///…, postgresql://…, mysql://…);
        several are read as one, in this order.
    config
        The settings: time zone, trunks, lines, prefixes, and columns of a CSV without header line.
    every
        Print each ended call, each stage, or each event with the changes it made and the rules that made them.
    pbx
        Which [[pbx]] of the settings these rows come from; the first if absent.
    lane
        `live` reads the native events of an AMI stream instead of its CEL rows.
    """
    try:
        settings = load(config)
        chosen = choose_pbx(settings, pbx)
        tracker = CallTracker(plan_of(settings, chosen), timezone=chosen.timezone, stages=STAGES[every], facts=False)
    except (SettingsError, UsageError, ValueError) as error:
        print(f"cordboard replay: {error}", file=sys.stderr)
        return SettingsError.exit_code if isinstance(error, SettingsError) else NO_CEL
    if not sources:
        print("cordboard replay: name at least one file with CEL rows, or a database URL", file=sys.stderr)
        return NO_CEL
    try:
        return run(sources, tracker, chosen, every, lane, sys.stdout.buffer.write)
    except BrokenPipeError:  # the reader has seen enough
        sys.stderr.close()
        return OK


def run(
    sources: Sequence[str],
    tracker: CallTracker,
    pbx: Pbx,
    every: Every,
    lane: Lane,
    write: Callable[[bytes], object],
) -> int:
    """Play the sources through the tracker; return the exit code."""
    with seldom_collected():
        return _run(sources, tracker, pbx, every, lane, write)


@contextmanager
def seldom_collected() -> Generator[None]:
    """Look for rings of references less often than usual: an ended call leaves none (`Switchboard.forget`)."""
    before = gc.get_threshold()
    gc.set_threshold(20_000, 20, 20)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _run(
    sources: Sequence[str], tracker: CallTracker, pbx: Pbx, every: Every, lane: Lane, write: Callable[[bytes], object]
) -> int:
    code = OK
    show = {"end": show_end, "stage": show_stages, "event": show_event}[every]
    for source in sources:
        reader, name = None, shown(source)
        try:
            reader = open_reader(source, pbx, lane)
            for events in reader.batches():
                if reader.utc_offset is not None and pbx.timezone is None:
                    tracker.clock.use_offset(reader.utc_offset)
                write(b"".join(play(events, tracker, show, quiet=every != "event")))
        except NoCel as error:
            print(f"cordboard replay: {name}: no Channel Event Logging: {error}", file=sys.stderr)
            return NO_CEL
        except OSError as error:
            print(f"cordboard replay: {name}: cannot be read: {error.strerror or error}", file=sys.stderr)
            return UNREADABLE
        finally:
            for broken in reader.broken if reader else ():
                print(f"{name}:{broken.number}: {broken.reason}", file=sys.stderr)
                code = BROKEN
    for step in tracker.expire(NEVER):
        write(b"".join(show(step, tracker.clock)))
    return code


def play(events: Sequence[CelEvent], tracker: CallTracker, show: Show, *, quiet: bool) -> list[bytes]:
    """Feed the events and return what is to be shown of them; `quiet`: events without a stage show nothing."""
    feed, clock = tracker.feed, tracker.clock
    lines: list[bytes] = []
    for event in events:
        step = feed(event)
        if step.stages or not quiet:
            lines += show(step, clock)
        del step  # whoever still holds a stage makes the call picture it before it goes on
    return lines


def choose_pbx(settings: Settings, name: str | None) -> Pbx:
    """Return the PBX of this name, or the first."""
    if name is None:
        return settings.pbx[0] if settings.pbx else Pbx()
    for pbx in settings.pbx:
        if pbx.name == name:
            return pbx
    known = ", ".join(pbx.name for pbx in settings.pbx) or "none"
    raise UsageError(f"there is no [[pbx]] named {name!r} in the settings (there: {known})")


def plan_of(settings: Settings, pbx: Pbx) -> NumberingPlan:
    """Return the numbering plan of a PBX."""
    return NumberingPlan(settings.numbers.prefixes, settings.numbers.internal, pbx.trunks, pbx.lines)


def show_end(step: Step, clock: ClockText) -> list[bytes]:
    """Return the line of a call that ended."""
    return [stage_line(stage, clock) for stage in step.stages if stage.name is CALL_ENDED]


def show_stages(step: Step, clock: ClockText) -> list[bytes]:
    """Return a line per stage."""
    return [stage_line(stage, clock) for stage in step.stages]


def show_event(step: Step, clock: ClockText) -> list[bytes]:
    """Return a line for the event with every change and its rule, then those of its stages."""
    line: dict[str, Any] = {
        "linkedid": step.linkedid,
        "event": step.event.eventtype if step.event else "",
        "at": clock.iso(step.event.eventtime) if step.event else "",
        "changes": [change_line(change, clock) for change in step.changes],
    }
    if step.doubts:
        line["doubts"] = step.doubts
    return [_encode(line) + b"\n", *show_stages(step, clock)]


def change_line(change: Change, clock: ClockText) -> dict[str, object]:
    """Return a change with its times as text."""
    old, new = change.old, change.new
    if change.path.rpartition(".")[2] in TIMES:
        old, new = (clock.local(value) if isinstance(value, int) else value for value in (old, new))
    return {"path": change.path, "old": old, "new": new, "rule": change.rule}


def stage_line(stage: Stage, clock: ClockText) -> bytes:
    """Return one stage as a line of JSON."""
    line: dict[str, Any] = {"linkedid": stage.linkedid, "stage": stage.name}
    if stage.absorbed:
        line["absorbed"] = stage.absorbed
    line["at"] = clock.iso(stage.at)
    line["call_full"] = stage.call_full()
    return _encode(line) + b"\n"


def from_arguments(arguments: Sequence[str]) -> int:
    """Run `replay` from the words of the command line."""
    options: dict[str, Any] = {}
    sources: list[str] = []
    words = iter(arguments)
    try:
        for word in words:
            name, equals, value = word.partition("=")
            if name in ("--config", "--every", "--pbx", "--lane"):
                options[name[2:]] = value if equals else next(words)
            elif word.startswith("--") and word != "--":
                raise UsageError(f"unknown option {word}; there are --config, --every, --pbx, --lane")
            elif word != "--":
                sources.append(word)
        if options.get("every", "end") not in ("event", "stage", "end"):
            raise UsageError(f"--every {options['every']}: say event, stage or end")
        if options.get("lane", "ledger") not in ("ledger", "live"):
            raise UsageError(f"--lane {options['lane']}: say ledger or live")
    except StopIteration:
        print("cordboard replay: the last option has no value", file=sys.stderr)
        return NO_CEL
    except UsageError as error:
        print(f"cordboard replay: {error}", file=sys.stderr)
        return NO_CEL
    if "config" in options:
        options["config"] = Path(options["config"])
    return replay(*sources, **options)
