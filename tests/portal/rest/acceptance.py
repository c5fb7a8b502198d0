"""The forty acceptance tests of the embedded server: black boxes over HTTP, each a test that knows its number.

In:   `@acceptance(13)` above a test. Out: `NUMBERS`, for the guard that none is missing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from tests.portal.rest.conftest import Rest

from cordboard.portal import basics
from cordboard.portal.credentials import add_application
from cordboard.portal.rest.moments import micros

T = TypeVar("T", bound=Callable[..., Any])

NUMBERS: dict[int, str] = {}
ANNA, BORIS = 2, 3
NUMBER = "+79001234567"
CALL = {"USER_ID": ANNA, "PHONE_NUMBER": NUMBER, "TYPE": 2, "SHOW": 0}


def acceptance(number: int) -> Callable[[T], T]:
    """The number of a test in the list of acceptance tests."""

    def mark(test: T) -> T:
        if number in NUMBERS:
            raise ValueError(f"acceptance test {number} is there twice")
        NUMBERS[number] = test.__name__
        return test

    return mark


class Office:
    """A portal with two employees, Anna (extension 101) and Boris (102), and the ways to ask it."""

    def __init__(self, rest: Rest) -> None:
        self.rest = rest
        now = micros(rest.clock())
        rest.portal.store.write_sync(
            lambda c: basics.add_user(c, now, login="boris", name="Boris", last_name="Klein", extension="102")
        )

    def register(self, **params: Any) -> Any:
        """An incoming call of the usual number to Anna, unless said otherwise."""
        return self.rest.call("telephony.externalCall.register", CALL | params).result

    def finish(self, call: Any, **params: Any) -> Any:
        sent = {"CALL_ID": call["CALL_ID"], "USER_ID": ANNA} | params
        return self.rest.call("telephony.externalCall.finish", sent).result

    def finished(self, **params: Any) -> Any:
        """A call that was registered and finished."""
        return self.finish(self.register(**params), DURATION=9)

    def attach(self, call: Any, **params: Any) -> Any:
        return self.rest.call("telephony.externalCall.attachRecord", {"CALL_ID": call["CALL_ID"], **params})

    def contact(self, phone: str = NUMBER, **fields: Any) -> int:
        sent = {"NAME": "Ada", "PHONE": [{"VALUE": phone}], **fields}
        return self.rest.call("crm.contact.add", {"fields": sent}).result

    def lead(self, phone: str = NUMBER, **fields: Any) -> int:
        sent = {"TITLE": "Offer", "PHONE": [{"VALUE": phone}], **fields}
        return self.rest.call("crm.lead.add", {"fields": sent}).result

    def deal(self, contact: int) -> int:
        return self.rest.call("crm.deal.add", {"fields": {"TITLE": "Machine", "CONTACT_ID": contact}}).result

    def get(self, kind: str, number: int) -> Any:
        return self.rest.call(f"crm.{kind}.get", {"id": number}).result

    def activity(self, call: Any) -> Any:
        """The activity of a finished call; None where there is none."""
        found = self.rest.call("crm.activity.list", {"filter": {"ORIGIN_ID": f"VI_{call['CALL_ID']}"}}).result
        return found[0] if found else None

    def calls(self, **asked: Any) -> Any:
        return self.rest.call("voximplant.statistic.get", {"FILTER": asked}).result

    def another_application(self) -> str:
        """The access token of one more application."""
        now = micros(self.rest.clock())
        return self.rest.portal.store.write_sync(lambda c: add_application(c, "Another", 1, now))["access_token"]


def client(call: Any) -> tuple[str, int | None]:
    """The primary entity that an answer of `register` names."""
    return call["CRM_ENTITY_TYPE"], call["CRM_ENTITY_ID"]
