"""Table file: a CSV as an office has it, made into rows, and which column holds what.

In:   the bytes of a file: UTF-8 or Windows-1251, separated by commas, semicolons or tabs, with a header line.
Out:  a `Table`; `guess` names the field of each column by its heading. `Unreadable` says what is wrong with the file.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass

__all__ = ["FIELDS", "Table", "Unreadable", "guess", "read_table"]

#: more rows are several files
MOST_ROWS = 5000
SEPARATORS = ",;\t"

#: field → headings that mean it, in small letters
FIELDS: dict[str, tuple[str, ...]] = {
    "NAME": ("name", "first name", "firstname", "given name", "имя"),
    "LAST_NAME": ("last name", "lastname", "surname", "family name", "фамилия"),
    "FULL_NAME": ("full name", "contact", "client", "fio", "фио", "контакт", "клиент"),
    "PHONE": ("phone", "telephone", "mobile", "phone number", "tel", "телефон", "мобильный", "номер"),
    "EMAIL": ("email", "e-mail", "mail", "почта", "эл. почта", "электронная почта"),
    "POST": ("position", "job title", "post", "должность"),
    "COMMENTS": ("note", "notes", "comment", "remarks", "комментарий", "примечание", "заметка"),
}


def N_(text: str) -> str:
    return text


class Unreadable(Exception):
    """The file is no table; the message is a key of the catalogue."""


@dataclass(frozen=True, slots=True)
class Table:
    """A header and rows of the same width."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def read_table(data: bytes) -> Table:
    """The table in a file; empty lines are left out, short rows filled up."""
    text = decoded(data)
    lines = text.splitlines()
    first = next((line for line in lines if line.strip()), "")
    if not first:
        raise Unreadable(N_("The file is empty."))
    separator = max(SEPARATORS, key=first.count)
    try:
        found = [row for row in csv.reader(lines, delimiter=separator) if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise Unreadable(N_("The file is no table with commas, semicolons or tabs.")) from error
    if len(found) < 2:
        raise Unreadable(N_("There is a heading, but no row below it."))
    if len(found) > MOST_ROWS + 1:
        raise Unreadable(N_("The file has more than 5000 rows; bring it in in parts."))
    width = len(found[0])
    rows = (tuple(cell.strip() for cell in [*row, *[""] * width][:width]) for row in found[1:])
    return Table(tuple(cell.strip() for cell in found[0]), tuple(rows))


def decoded(data: bytes) -> str:
    for encoding in ("utf-8-sig", "cp1251"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Unreadable(N_("The file is no text: save it as CSV."))


def guess(header: tuple[str, ...]) -> list[str]:
    """The field of each column, each at most once; empty where the heading says nothing."""
    found: list[str] = []
    for heading in header:
        word = heading.lower().strip()
        field = next((name for name, words in FIELDS.items() if word in words and name not in found), "")
        found.append(field)
    return found
