"""Faults: what the types of the settings cannot say; and what follows from an address or a rate.

In:   settings that have their types. Out: one sentence per fault, each with the place in the file.
"""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Iterator
from datetime import datetime
from typing import get_args
from urllib.parse import urlsplit

from cordboard.settings.spans import length_of, span_of
from cordboard.settings.tables import Replace, Responsible, Settings

#: words in braces of a template of recordings
RECORD_WORDS = ("year", "month", "day", "hour", "minute", "second", "linkedid", "uniqueid", "src", "dst")
#: words in braces of the settings of an Originate
ORIGINATE_WORDS = ("extension", "number")
#: kinds of CRM that can be connected
KINDS = ("bitrix24",)


def faults_of(settings: Settings) -> Iterator[str]:
    """What the types cannot say: patterns, addresses, zones, names that must differ."""
    for kind, rows in (("pbx", settings.pbx), ("crm", settings.crm)):
        names = [row.name for row in rows]
        for number, name in enumerate(names):
            if name in names[:number]:
                yield f"{kind}[{number}].name: there is another {kind} named {name!r}"
            elif not name:
                yield f"{kind}[{number}].name: expected a name"
    for number, pbx in enumerate(settings.pbx):
        yield from pattern_faults(f"pbx[{number}].trunks", pbx.trunks)
        if pbx.timezone is not None and not is_zone(pbx.timezone):
            yield f"pbx[{number}].timezone: there is no time zone {pbx.timezone!r} (such as Europe/Moscow)"
        for name in ("channel", "dial", "caller_id"):
            for word in re.findall(r"{([^{}]*)}", getattr(pbx.originate, name)):
                if word not in ORIGINATE_WORDS:
                    yield f"pbx[{number}].originate.{name}: {{{word}}} means nothing; there are extension, number"
        if pbx.cel is not None and not is_start(pbx.cel.start):
            yield f'pbx[{number}].cel.start: {pbx.cel.start!r} is neither "now" nor a date such as 2026-11-01'
    yield from pattern_faults("numbers.internal", settings.numbers.internal)
    for number, crm in enumerate(settings.crm):
        if crm.url != "embedded" and not (crm.url.startswith(("http://", "https://")) and account_of(crm.url)):
            yield f"crm[{number}].url: expected an address that begins with https:// or http://"
        if crm.kind not in KINDS:
            yield f"crm[{number}].kind: {crm.kind!r} cannot be connected; expected {' or '.join(KINDS)}"
        if rate_of(crm.rate) is None:
            yield f'crm[{number}].rate: expected "auto", "off" or such as "2/50"'
        for other, earlier in enumerate(settings.crm[:number]):
            if account_of(earlier.url) == account_of(crm.url) and earlier.rate != crm.rate:
                yield f"crm[{number}].rate: the CRM of crm[{other}] is the same and counts both; expected the same rate"
    for name in ("only_extensions", "skip_extensions", "skip_clients"):
        yield from pattern_faults(f"register.{name}", getattr(settings.register, name))
    for number, rule in enumerate(settings.numbers.replace):
        yield from pattern_fault(f"numbers.replace[{number}].pattern", rule.pattern)
        yield from substitution_faults(f"numbers.replace[{number}].substitution", rule)
    yield from hook_faults(settings)
    yield from span_faults(settings)
    yield from missed_faults(settings)
    for number, folder in enumerate(settings.records.folders):
        if not folder.startswith("/"):
            yield f"records.folders[{number}]: {folder!r} does not begin with /"
    for word in re.findall(r"{([^{}]*)}", settings.records.template):
        if word not in RECORD_WORDS:
            yield f"records.template: {{{word}}} means nothing; there are {', '.join(RECORD_WORDS)}"
    for number, person in enumerate(settings.people):
        if not (person.extension or person.extensions or person.cards):
            yield f"people[{number}]: expected `extension`, `extensions` or `cards`"


def pattern_faults(place: str, patterns: tuple[str, ...]) -> Iterator[str]:
    for number, pattern in enumerate(patterns):
        yield from pattern_fault(f"{place}[{number}]", pattern)


def pattern_fault(place: str, pattern: str) -> Iterator[str]:
    try:
        re.compile(pattern)
    except re.error as error:
        yield f"{place}: {pattern!r} is no regular expression: {error}"


def substitution_faults(place: str, rule: Replace) -> Iterator[str]:
    try:
        groups = re.compile(rule.pattern).groups
    except re.error:
        return  # told already: the pattern is none
    for name in re.findall(r"\$\{?(\d+)", rule.substitution):
        if int(name) > groups:
            yield f"{place}: there is no group {name} in the pattern {rule.pattern!r}"


def hook_faults(settings: Settings) -> Iterator[str]:
    connections = {crm.name for crm in settings.crm}
    for number, hook in enumerate(settings.hook):
        given = [name for name in ("run", "php", "python") if getattr(hook, name)]
        if len(given) != 1:
            yield f"hook[{number}]: expected one of run, php and python, got {' and '.join(given) or 'none'}"
        if hook.crm is not None and hook.crm not in connections:
            yield f"hook[{number}].crm: there is no [[crm]] named {hook.crm!r}"


def span_faults(settings: Settings) -> Iterator[str]:
    for name in settings.hours.__struct_fields__:
        try:
            span_of(getattr(settings.hours, name))
        except ValueError as error:
            yield f"hours.{name.replace('_', '-')}: {str(error)!r} are no hours such as 09:00-18:00"
    try:
        length_of(settings.missed.task_after)
    except ValueError as error:
        yield f"missed.task_after: {str(error)!r} is no length of time such as 30m, 1h or 1d"


def missed_faults(settings: Settings) -> Iterator[str]:
    for number, line in enumerate(settings.line):
        whose = line.missed_responsible
        if whose is None or whose in get_args(Responsible):
            continue
        try:
            is_extension = any(re.search(pattern, whose) for pattern in settings.numbers.internal)
        except re.error:
            return  # told already: a pattern is none
        if not is_extension:
            expected = ", ".join(get_args(Responsible))
            yield f"line[{number}].missed_responsible: {whose!r} is none of {expected}, and no extension"


def is_zone(name: str) -> bool:
    try:
        return bool(zoneinfo.ZoneInfo(name))
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
        return False


def is_start(text: str) -> bool:
    try:
        return text == "now" or bool(datetime.fromisoformat(text))
    except ValueError:
        return False


def account_of(url: str) -> str:
    """The CRM account that an address belongs to: its host; empty where the address has none."""
    try:
        return urlsplit(url).netloc.rpartition("@")[2].lower()
    except ValueError:
        return ""


def rate_of(text: str) -> tuple[float, int] | None:
    """Requests per second and size of the bucket; (0, 0) is no limit, None no rate. "auto" is Bitrix24's."""
    if text == "off":
        return 0.0, 0
    if text == "auto":
        return 2.0, 50
    rate, _, size = text.partition("/")
    try:
        return (float(rate), int(size)) if float(rate) > 0 and int(size) > 1 else None
    except ValueError:
        return None
