"""CSV form: how the fields of one line are told apart, and which of the ways a file is written in.

In:   the text of one record (lines of a file). Out: its fields.

The surprise: the advanced form of `cel_custom` lets the site choose separator, quotation mark and the mark that escapes
it, and writes an empty field as `""` even where the quotation mark is `'`. It escapes quotation marks alone, never the
escaping mark itself: a caller whose name is `\"Rose\"` is written `\\"Rose\\"`, which other readers take for the end of
the field. Nothing in the file names the choice: it is known by which way of reading gives as many fields as columns.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

import msgspec

from cordboard.asterisk.columns import FIELDS

SEPARATORS = ",;\t|"


class Form(msgspec.Struct, frozen=True):
    """One way to write a line."""

    separator: str = ","
    quote: str = '"'
    #: what stands before a quotation mark inside a field; empty: it is doubled
    escape: str = ""

    @property
    def is_usual(self) -> bool:
        """As Asterisk writes by itself, whatever the separator."""
        return self.quote == '"' and not self.escape

    def rows(self, lines: Iterable[str], *, strict: bool = True) -> Iterator[list[str]]:
        """The fields of each record; `csv.Error` where a line is not of this form."""
        if self.escape:
            yield from map(self._escaped, lines)
            return
        for row in csv.reader(lines, delimiter=self.separator, quotechar=self.quote, strict=strict):
            yield row if self.quote == '"' else ["" if field == '""' else field for field in row]

    def row(self, text: str, *, strict: bool = False) -> list[str]:
        """The fields of one record, which may hold line breaks; empty for empty text."""
        lines = [text] if self.escape else text.splitlines(keepends=True)
        for row in self.rows(lines, strict=strict):
            return row
        return []

    def _escaped(self, text: str) -> list[str]:
        """A record in which a mark stands before each quotation mark inside a field, and before nothing else."""
        row: list[str] = []
        here, text = 0, text.rstrip("\r\n")
        field = field_of(self)
        while here <= len(text):
            found = field.match(text, here)
            if found is None:
                raise csv.Error("unexpected end of a field")
            quoted = found["quoted"]
            row.append(found["plain"] or "" if quoted is None else quoted.replace(self.escape + self.quote, self.quote))
            here = found.end() + 1
        return row

    def others(self) -> Iterator[Form]:
        """The other ways in which a file with this separator may be written."""
        for quote in ('"', "'"):
            for escape in ("", "\\"):
                if (quote, escape) != (self.quote, self.escape):
                    yield Form(self.separator, quote, escape)


@lru_cache
def field_of(form: Form) -> re.Pattern[str]:
    """A field of a form that escapes, up to the separator behind it."""
    mark, quote, between = (re.escape(text) for text in (form.escape, form.quote, form.separator))
    inside = rf"(?P<quoted>(?:{mark}{quote}|[^{quote}])*)"
    return re.compile(rf'(?:""|{quote}{inside}{quote}|(?P<plain>(?!{quote})[^{between}]*))(?={between}|$)', re.DOTALL)


def header_columns(line: str) -> list[str]:
    """The column names of a header line; empty where the line is none."""
    names = Form(separator_of(line)).row(line)
    known = {name.strip().strip("'").lower() for name in names}
    return [name.strip().strip("'") for name in names] if "eventtype" in known and len(known & set(FIELDS)) >= 3 else []


def separator_of(header: str) -> str:
    return max(SEPARATORS, key=header.count)


def form_for(row: str, width: int) -> Form:
    """The form by which a first row has the width that the settings say; commas where none fits."""
    fitting = (
        Form(mark, quote) for quote in ('"', "'") for mark in SEPARATORS if len(Form(mark, quote).row(row)) == width
    )
    return next(fitting, Form())
