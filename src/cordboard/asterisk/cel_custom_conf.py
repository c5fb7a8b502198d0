"""cel_custom.conf: which columns a CEL file has, as the exchange itself was told.

In:   the text of the file, and the name of the CEL file.
Out:  `Written`: the columns in order and, where they are named, separator and quotation marks.
Errors: `OSError` where it cannot be read, `NoCel` where it tells nothing of that file, each with a sentence.

The surprise: there are two languages in one file. `[mappings]` has a line of dial plan functions for each CEL file;
since Asterisk 20.19 and 22.9 a CEL file may have a section of its own with `fields = …`, where names may carry a format
in parentheses and texts in quotation marks are columns too.
"""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

from cordboard.asterisk.cel_csv import NoCel
from cordboard.asterisk.csv_form import SEPARATORS, Form

#: the innermost variable of `${CSV_QUOTE(${CALLERID(name)})}`: a function with its argument, or a name alone
VARIABLE = re.compile(r"\$\{(?:(\w+)\((\w+)\)|(\w+))\}")
CALLER_ID = {"number": "cid_num"}
FIELD = re.compile(r'\s*("[^"]*"|[\w.]+)\s*(?:\([^)]*\))?\s*(?:,|$)')


class Written(msgspec.Struct, frozen=True):
    """How the lines of a CEL file are written."""

    columns: tuple[str, ...] = ()
    #: None: to be found from the first line
    form: Form | None = None


def read_conf(path: str, name: str) -> Written:
    """What cel_custom.conf says of the file of this name."""
    try:
        text = Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise OSError(f"{path} (columns_from) cannot be read: {error.strerror}") from error
    return written_by(text, name, path)


def written_by(text: str, name: str, place: str = "cel_custom.conf") -> Written:
    """The same from its text. A file that only one of them can be needs no equal name: it may be mounted elsewhere."""
    files = {key.rpartition("/")[2]: written for key, written in all_files(text)}
    if name in files:
        return files[name]
    if len(files) == 1:
        return next(iter(files.values()))
    told = f"tells of {', '.join(files)}" if files else "names no CEL file"
    raise NoCel(f"{place} {told}, not of {name}; name the columns in order: [pbx.cel] columns")


def all_files(text: str) -> list[tuple[str, Written]]:
    """Every CEL file that is told of."""
    found: list[tuple[str, Written]] = []
    sections: dict[str, dict[str, str]] = {}
    section = ""
    for line in map(without_comment, text.splitlines()):
        if head := re.fullmatch(r"\[([^\]]+)\].*", line):
            section = head[1]
            continue
        key, equals, value = line.partition("=")
        if not equals:
            continue
        key, value = key.strip(), value.removeprefix(">").strip()
        if section == "mappings":
            found.append((key, by_functions(value)))
        else:
            sections.setdefault(section, {})[key.lower()] = value
    return found + [(name, by_fields(said)) for name, said in sections.items() if "fields" in said]


def without_comment(line: str) -> str:
    return re.split(r"(?<!\\);", line)[0].replace("\\;", ";").strip()


def by_functions(template: str) -> Written:
    """`${CSV_QUOTE(${eventtype})},${CSV_QUOTE(${eventtime})},…`"""
    columns: list[str] = []
    separator = ","
    for expression, behind in expressions(template):
        variable = VARIABLE.search(expression)
        columns.append(column_of(variable) if variable else expression)
        separator = next((mark for mark in behind if mark in SEPARATORS), separator)
    return Written(tuple(columns), Form(separator))


def expressions(template: str) -> list[tuple[str, str]]:
    """The outermost `${…}` with the text behind each."""
    found: list[tuple[str, str]] = []
    depth = begin = end = 0
    for place, mark in enumerate(template):
        if mark == "{":
            begin, depth = (begin if depth else place - 1), depth + 1
            if depth == 1 and found:
                found[-1] = (found[-1][0], template[end:begin])
        elif mark == "}" and depth:
            depth -= 1
            if not depth:
                end = place + 1
                found.append((template[begin:end], ""))
    return found


def column_of(variable: re.Match[str]) -> str:
    function, argument, name = variable[1], variable[2], variable[3]
    if function is None:
        return name.lower()
    argument = argument.lower()
    return CALLER_ID.get(argument, f"cid_{argument}") if function.upper() == "CALLERID" else argument


def by_fields(said: dict[str, str]) -> Written:
    """`fields = EventType,EventTime(int64),"a text",UniqueID(noquote)`"""
    names = tuple(field[1].strip('"').lower() for field in FIELD.finditer(said["fields"]))
    separator = mark_of(said.get("separator_character", ","))
    quote = mark_of(said.get("quote_character", '"'))
    escape = mark_of(said.get("quote_escape_character", quote))
    return Written(names, Form(separator, quote, "" if escape == quote else escape))


def mark_of(text: str) -> str:
    r"""One character; a tab is written as \t."""
    return {"\\t": "\t"}.get(text, text[:1] or ",")
