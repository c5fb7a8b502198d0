"""Every page of the administration, as the server knows them: only for administrators, and no form from elsewhere."""

import re
from typing import Any

import pytest

from cordboard.portal.pages import admin
from cordboard.portal.pages.site import Site

pytestmark = pytest.mark.anyio

MARIA, BORIS = 1, 3


def routes(house: Any, method: str) -> list[str]:
    """The addresses under /admin that take this method, with something in place of their parameters."""
    found = [
        re.sub(r"\{\w+:(\w+)\}", lambda one: "1" if one[1] == "int" else "dismiss", path)
        for handler in admin.handlers(Site(house.portal), None)
        if method in handler.http_methods  # type: ignore[union-attr]
        for path in sorted(handler.paths)  # type: ignore[union-attr]
    ]
    assert len(found) > 10
    return found


async def test_a_stranger_is_sent_to_sign_in_from_every_page_and_form(house: Any) -> None:
    answers = {path: await house.stranger.get(path) for path in routes(house, "GET")}
    answers |= {f"POST {path}": await house.stranger.post(path) for path in routes(house, "POST")}

    wrong = {path: answer.status_code for path, answer in answers.items() if answer.status_code != 303}
    assert {} == wrong
    assert all(answer.headers["Location"].startswith("/login?next=/admin") for answer in answers.values())


async def test_who_is_no_administrator_reads_which_right_is_missing(house: Any) -> None:
    boris = house.visitor(BORIS)

    answers = {path: await boris.get(path) for path in routes(house, "GET")}
    answers |= {f"POST {path}": await boris.post(path) for path in routes(house, "POST")}

    wrong = {path: answer.status_code for path, answer in answers.items() if answer.status_code != 403}
    assert {} == wrong
    assert all("You have no right to the settings" in answer.text for answer in answers.values())


async def test_a_form_of_another_site_changes_nothing(house: Any) -> None:
    maria = house.visitor(MARIA)
    maria.form_token = "guessed"

    answers = {path: await maria.post(path) for path in routes(house, "POST")}

    wrong = {path: answer.status_code for path, answer in answers.items() if answer.status_code != 403}
    assert {} == wrong
    assert all("This form is not valid any more" in answer.text for answer in answers.values())


async def test_the_menu_shows_the_administration_to_administrators_alone(house: Any) -> None:
    seen = {user: 'href="/admin"' in (await house.visitor(user).get("/calls")).text for user in (MARIA, BORIS)}

    assert {MARIA: True, BORIS: False} == seen
