"""A portal in one file: written, loaded into a new portal and written again it is the same text, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.databases import PostgreSql, Sqlite
from tests.portal.rest.conftest import Clock, Rest

from cordboard.portal.fixture import FixtureError, read_fixture, write_fixture
from cordboard.portal.fixture.sections import SECTIONS
from cordboard.portal.portal import Portal
from cordboard.portal.server import Opening, PortalCannotStart, open_portal
from cordboard.portal.tables import metadata
from cordboard.settings import Portal as PortalSettings


class House:
    """Portals on databases of their own, opened as the command opens them."""

    def __init__(self, databases: Sqlite | PostgreSql, folder: Path) -> None:
        self._databases, self._folder = databases, folder
        self._open: list[tuple[str, Portal]] = []

    def portal(self, seed: str | None = None) -> Rest:
        url = self._databases.new()
        settings = PortalSettings(db=url, files=str(self._folder / "files"))
        portal = open_portal(Opening(settings, seed)).portal
        self._open.append((url, portal))
        return Rest(portal, Clock())

    def loaded(self, text: str) -> Rest:
        file = self._folder / "fixture.toml"
        file.write_text(text, encoding="utf-8")
        return self.portal(str(file))

    def close(self) -> None:
        for url, portal in self._open:
            portal.store.close_sync()
            self._databases.drop(url)


@pytest.fixture
def house(databases: Sqlite | PostgreSql, tmp_path: Path) -> Iterator[House]:
    made = House(databases, tmp_path)
    yield made
    made.close()


def text_of(rest: Rest) -> str:
    return rest.portal.store.read_sync(write_fixture)


def live(rest: Rest) -> None:
    """Some of everything that a file can hold."""
    phone = [{"VALUE": "+74957770011", "VALUE_TYPE": "MOBILE"}, {"VALUE": "+74957770012"}]
    person = {"NAME": 'Vera "V"', "LAST_NAME": "Вольф\n", "PHONE": phone, "UF_CRM_1": None, "EMAIL": "v@example.org"}
    contact = rest.call("crm.contact.add", {"fields": person}).result
    deal = rest.call("crm.deal.add", {"fields": {"TITLE": "A deal", "CONTACT_IDS": [contact, 1]}}).result
    call = {"USER_ID": 2, "PHONE_NUMBER": "+79990001122", "TYPE": 2, "CRM_CREATE": 1, "LINE_NUMBER": "74951000099"}
    for number in ("+79990001122", "+74957770011"):
        call_id = rest.call("telephony.externalCall.register", call | {"PHONE_NUMBER": number}).result["CALL_ID"]
        ended = {"CALL_ID": call_id, "USER_ID": 3, "DURATION": 0, "COST": 1.25}
        rest.call("telephony.externalCall.finish", ended).result  # noqa: B018 - asking is the point
    comment = {"ENTITY_TYPE": "deal", "ENTITY_ID": deal, "COMMENT": "Rings on Monday"}
    rest.call("crm.timeline.comment.add", {"fields": comment}).result  # noqa: B018
    task = {"TITLE": "Call back", "RESPONSIBLE_ID": 2, "UF_CRM_TASK": [f"C_{contact}"]}
    rest.call("tasks.task.add", {"fields": task}).result  # noqa: B018


def test_what_is_written_and_loaded_is_written_the_same(house: House) -> None:
    first = house.portal("demo")
    live(first)
    written = text_of(first)

    second = house.loaded(written)

    assert written == text_of(second)
    for word in (
        "[[call]]",
        "[[missed]]",
        "[[activity]]",
        "[[comment]]",
        "[[task]]",
        'type = "MOBILE"',
        "contacts = [",
    ):
        assert word in written


def test_a_loaded_portal_finds_its_clients_and_counts_on(house: House) -> None:
    first = house.portal("demo")
    live(first)

    second = house.loaded(text_of(first))

    found = second.call("telephony.externalCall.searchCrmEntities", {"PHONE_NUMBER": "84957770011"}).result
    assert [("CONTACT", 41)] == [(one["CRM_ENTITY_TYPE"], one["CRM_ENTITY_ID"]) for one in found]
    assert 42 == second.call("crm.contact.add", {"fields": {"NAME": "Next"}}).result
    call = {"USER_PHONE_INNER": "106", "PHONE_NUMBER": "+79990001122", "TYPE": 2}
    assert second.call("telephony.externalCall.register", call).status == 200


def test_a_file_written_by_hand_needs_only_what_is_special(house: House) -> None:
    portal = house.loaded(
        """
        [[contact]]
        name = "Nina"
        phone = ["8 916 200-00-00", {value = "+7 495 1", type = "HOME"}]

        [[deal]]
        title = "Shelves"
        contact_id = 1
        contacts = [1]
        """
    )

    found = portal.call("telephony.externalCall.searchCrmEntities", {"PHONE_NUMBER": "+79162000000"}).result
    deal = portal.call("crm.deal.get", {"id": 1}).result
    assert [("CONTACT", 1)] == [(one["CRM_ENTITY_TYPE"], one["CRM_ENTITY_ID"]) for one in found]
    assert ("Shelves", "NEW", "1") == (deal["TITLE"], deal["STAGE_ID"], deal["CONTACT_ID"])


def test_the_fixture_of_the_document_is_loaded(house: House) -> None:
    page = (Path(__file__).parents[2] / "docs" / "reference" / "fixtures.md").read_text(encoding="utf-8")

    portal = house.loaded(page.split("```toml fixture\n")[1].split("```")[0])

    assert ["Shelves"] == [deal["TITLE"] for deal in portal.call("crm.deal.list").result]
    assert "simple" == portal.portal.switch("crm_mode")


def test_the_administrator_keeps_the_password_that_is_printed_and_others_may_get_one(house: House) -> None:
    portal = house.loaded(
        """
        [[user]]
        id = 1
        login = "chief"
        is_admin = true
        roles = [1]

        [[user]]
        login = "dora"
        password = "a-long-secret"
        inner_phone = "777"
        """
    )

    hashes = portal.portal.store.read_sync(
        lambda c: dict(c.exec_driver_sql("SELECT login, password_hash FROM users ORDER BY id").fetchall())
    )
    assert all(value.startswith("$argon2") for value in hashes.values())
    assert ["chief", "dora"] == list(hashes)
    assert "argon2" not in text_of(portal)


#: keys and sessions, what is under way, and what is made again from what a file has
NOT_IN_A_FILE = """
    api_key application auth_code token web_session webhook
    card open_call note event_delivery event_handler event_offline event_outbox notification missed_taken
    call_transcript file multifield phone setting timeline user_phone
"""


def test_a_new_table_is_in_a_file_or_is_left_out_on_purpose() -> None:
    known = {section.table.name for section in SECTIONS}
    known |= {link.table.name for section in SECTIONS for link in section.links}

    assert set(NOT_IN_A_FILE.split()) == {table.name for table in metadata.sorted_tables} - known


WRONG: list[tuple[str, str]] = [
    ("[[contact]\n", "is no TOML: "),
    ("[[contacts]]\n", "contacts: there is no such table; there are switches, role"),
    ("contact = 5\n", "contact: expected tables under headings [[contact]]"),
    ("switches = 5\n", "switches: expected a table [switches]"),
    ('[[contact]]\nnmae = "N"\n', "contact[0].nmae: there is no such key; there are id,"),
    ('[[contact]]\n[[contact]]\nopened = "yes"\n', "contact[1].opened: expected true or false, not 'yes'"),
    ("[switches]\ncrm_mode = 5\n", "switches.crm_mode: "),
    ("[switches]\nspeed = 5\n", "switches.there is no switch speed"),
    ("[[contact]]\nid = -1\n", "contact[0].id: expected a whole number from 0 to 2147483647, not -1"),
    ("[[contact]]\nname = true\n", "contact[0].name: expected a text in quotes, not true"),
    ("[[contact]]\ndate_create = 2026-11-25T10:00:00\n", "contact[0].date_create: expected a date with its offset"),
    ('[[deal]]\nopportunity = "1"\n', "deal[0].opportunity: expected a number, not '1'"),
    ('[[deal]]\ncontacts = ["1"]\n', "deal[0].contacts: expected a list of ids, such as [2, 3], not ['1']"),
    ("[[contact]]\nphone = [1]\n", 'contact[0].phone[0]: expected a text, or {value = "…", type = "WORK"}'),
    ('[[contact]]\nphone = [{value = "1", type = "SHIP"}]\n', "contact[0].phone[0]: expected a text"),
    ('[[contact]]\nextra = "{"\n', "contact[0].extra: '{' is no JSON"),
    ("[[contact]]\nid = 3\n[[contact]]\nid = 3\n", "contact[1]: contact[0] is 3 already"),
    ("[[line]]\n", "line[0]: number is missing, a text in quotes"),
    ('[[user]]\nid = 2\nlogin = "a"\n', "user 1 must be there, active, with is_admin = true"),
    (
        '[[line]]\nnumber = "1"\n[[line]]\nnumber = "1"\n',
        "rows contradict one another: ",
    ),
]


@pytest.mark.parametrize(("text", "words"), WRONG)
def test_a_mistake_in_a_file_is_told_by_its_place(text: str, words: str, tmp_path: Path) -> None:
    file = tmp_path / "fixture.toml"
    file.write_text(text, encoding="utf-8")
    settings = PortalSettings(db=f"sqlite:///{tmp_path}/portal.db")

    with pytest.raises(PortalCannotStart) as caught:
        open_portal(Opening(settings, str(file)))

    assert str(caught.value).startswith(f"{file}")
    assert words in str(caught.value)
    assert 4 == caught.value.exit_code


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(FixtureError, match=r"no\.toml cannot be read: No such file or directory"):
        read_fixture(tmp_path / "no.toml")


def test_nothing_is_left_of_a_file_that_was_refused(house: House, tmp_path: Path) -> None:
    with pytest.raises(PortalCannotStart):
        house.loaded('[[line]]\nnumber = "1"\n[[line]]\nnumber = "1"\n')

    text: Any = text_of(house.portal())

    assert "[[line]]" not in text
