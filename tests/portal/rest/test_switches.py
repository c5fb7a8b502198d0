"""Switches: what the file says first, what somebody changed afterwards, and what is refused."""

import asyncio
from typing import Any

import pytest
from tests.portal.rest.conftest import Rest

from cordboard import settings
from cordboard.portal.portal import Portal
from cordboard.portal.switches import NAMES, SwitchRefused, checked, write_switch


@pytest.mark.parametrize(
    ("name", "sent", "value"),
    [
        ("crm_mode", "simple", "simple"),
        ("repeat_leads", "false", False),
        ("event_retries", "7", 7),
        ("rate_limit", "2/50", "2/50"),
        ("operating_limit", 480, 480.0),
    ],
)
def test_a_value_is_read_as_a_form_sends_it(name: str, sent: object, value: object) -> None:
    assert value == checked(name, sent)


@pytest.mark.parametrize(
    ("name", "sent", "says"),
    [
        ("crm_mode", "difficult", "crm_mode: Invalid enum value 'difficult'"),
        ("event_retries", -1, "event_retries: Expected `int` >= 0"),
        ("rate_limit", "fast", "rate_limit: Expected `str` matching regex"),
        ("rate_limit", "1.1.1/2", "rate_limit: Expected `str` matching regex"),
        ("country", None, "country: Expected `str`, got `null`"),
        ("colour", "red", "there is no switch colour"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(name: str, sent: object, says: str) -> None:
    with pytest.raises(SwitchRefused, match=says):
        checked(name, sent)


def test_the_file_says_how_a_portal_begins_and_the_portal_what_counts(rest: Rest) -> None:
    begins = settings.Portal(switches=settings.Switches(crm_mode="simple", event_retries=0))
    portal = Portal(rest.portal.store, begins)

    asyncio.run(portal.set_switch("crm_mode", "classic"))

    again = Portal(rest.portal.store, begins)
    assert ("classic", 0, True) == tuple(again.switch(name) for name in ("crm_mode", "event_retries", "repeat_leads"))


@pytest.mark.parametrize("value", ["often", None, [1]])
def test_a_kept_value_that_makes_no_sense_any_more_does_not_count(rest: Rest, value: Any) -> None:
    rest.portal.store.write_sync(lambda connection: write_switch(connection, "event_retries", value))

    assert 3 == Portal(rest.portal.store).switch("event_retries")


def test_every_switch_has_a_value(rest: Rest) -> None:
    assert {name: rest.portal.switch(name) is not None for name in NAMES} == dict.fromkeys(NAMES, True)
