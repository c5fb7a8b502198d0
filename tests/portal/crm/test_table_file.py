"""A CSV as an office has it, made into rows, and what its columns seem to hold."""

import pytest

from cordboard.portal.crm.table_file import MOST_ROWS, Table, Unreadable, guess, read_table


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251"])
def test_a_table_is_read_whatever_separates_its_cells_and_writes_its_letters(separator: str, encoding: str):
    text = f"Имя{separator}Телефон\nНина{separator}+7 916 200-00-00\n\n"

    table = read_table(text.encode(encoding))

    assert Table(("Имя", "Телефон"), (("Нина", "+7 916 200-00-00"),)) == table


def test_short_rows_are_filled_and_long_ones_cut():
    assert (("Nina", ""), ("Oleg", "1")) == read_table(b"Name,Phone\nNina\nOleg,1,2\n").rows


@pytest.mark.parametrize(
    "data", [b"", b"\n \n", b"Name,Phone\n", b"PK\x03\x04\x00\x00", b"a\n" * (MOST_ROWS + 2)], ids=range(5)
)
def test_what_is_no_table_is_refused_in_words(data: bytes):
    with pytest.raises(Unreadable):
        read_table(data)


@pytest.mark.parametrize(
    ("header", "fields"),
    [
        (("First name", "Surname", "Mobile"), ["NAME", "LAST_NAME", "PHONE"]),
        (("ФИО", "Телефон", "Почта", "Город"), ["FULL_NAME", "PHONE", "EMAIL", ""]),
        (("Phone", "Telephone"), ["PHONE", ""]),
    ],
)
def test_the_headings_say_what_the_columns_hold(header: tuple[str, ...], fields: list[str]):
    assert fields == guess(header)
