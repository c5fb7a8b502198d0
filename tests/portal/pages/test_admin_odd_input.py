"""Any bytes in any form or address of the administration end in a page that says so, never in one of our mistakes."""

import re
from typing import Any

import pytest

from cordboard.portal.pages import admin
from cordboard.portal.pages.site import Site

pytestmark = pytest.mark.anyio

MARIA = 1
FIELDS = tuple(
    re.findall(
        r"\w+",
        """title user address name redirect days write number source line department parent head value comment login
        first_name last_name email extension position work_phone mobile kind methods share times seconds body on
        crm_mode rate_limit event_retries operating_limit country line_default""",
    )
)
TICKS = ("scope.crm", "event.ONCRMLEADADD", "department.2", "role.4")
ODD = ("a\0b", "\ud800", "²", "9" * 400, "nan", "<script>alert(1)</script>")


def routes(house: Any, method: str, number: str) -> list[str]:
    found = [
        re.sub(r"\{\w+:(\w+)\}", lambda one: number if one[1] == "int" else "dismiss", path)
        for handler in admin.handlers(Site(house.portal), None)
        if method in handler.http_methods  # type: ignore[union-attr]
        for path in sorted(handler.paths)  # type: ignore[union-attr]
    ]
    assert len(found) > 10
    return found


async def test_odd_values_in_every_field_of_every_form(house: Any) -> None:
    maria = house.visitor(MARIA)
    answers = {}

    for odd in ODD:
        fields = dict.fromkeys(FIELDS, odd) | dict.fromkeys(TICKS, "on")
        sent = {name: value.encode("utf-8", "surrogatepass") for name, value in fields.items()}
        numbers = ("2", "9" * 30) if odd is ODD[0] else ("2",)
        for path in [path for number in numbers for path in routes(house, "POST", number)]:
            if not path.endswith("/replay"):
                answers[path, odd] = await maria.http.post(path, data={"form_token": maria.form_token, **sent})

    assert {} == {path: answer.status_code for path, answer in answers.items() if answer.status_code >= 500}
    assert not any("<script>alert(1)" in answer.text for answer in answers.values())


async def test_odd_values_in_every_address(house: Any) -> None:
    maria = house.visitor(MARIA)
    names = ("find", "method", "outcome", "user", "page", "after", "before", "edit", "made", "saved", "client_id", "q")
    answers = {}

    for odd in ("%00", "%ff%fe", "%C2%B2", "9" * 400, "<script>alert(1)</script>"):
        query = "&".join(f"{name}={odd}" for name in names)
        paths = [
            *routes(house, "GET", "2"),
            "/oauth/authorize",
            f"/admin/methods/x{odd}",
            f"/admin/users/{odd}",
            "/search",
        ]
        answers |= {f"{path}?{odd}": await maria.get(f"{path}?{query}") for path in paths}

    assert {} == {path: answer.status_code for path, answer in answers.items() if answer.status_code >= 500}
    assert not any("<script>alert(1)" in answer.text for answer in answers.values())
