"""Rights by role: what of clients and their timelines is within reach of a user, over REST."""

from typing import Any

import pytest
from sqlalchemy import insert, update
from tests.portal.rest.acceptance import ANNA, BORIS, Office
from tests.portal.rest.conftest import Rest

from cordboard.portal.credentials import add_webhook
from cordboard.portal.rest.moments import micros
from cordboard.portal.tables import department, role, user_department

KINDS = ("lead", "contact", "company", "deal")
DENIED = (400, "", "Access denied.")
OURS = {"lead": {"TITLE": "x"}, "contact": {"NAME": "x"}, "company": {"TITLE": "x"}, "deal": {"TITLE": "x"}}


class Narrow(Office):
    """An office whose managers see only their own clients; asked as Anna."""

    def __init__(self, rest: Rest, level: str) -> None:
        super().__init__(rest)
        rest.portal.store.write_sync(
            lambda c: c.execute(update(role).values(rights={"clients": level, "calls": level}))
        )
        now = micros(rest.clock())
        self.anna = rest.portal.store.write_sync(lambda c: add_webhook(c, ANNA, now))

    def ask(self, method: str, **params: Any) -> Any:
        return self.rest.call(method, params, webhook=self.anna)

    def of(self, user_id: int, kind: str) -> int:
        """A client of this user."""
        fields = {**OURS[kind], "ASSIGNED_BY_ID": user_id}
        return self.rest.call(f"crm.{kind}.add", {"fields": fields}).result


@pytest.fixture
def own(rest: Rest) -> Narrow:
    return Narrow(rest, "own")


@pytest.mark.parametrize("kind", KINDS)
def test_a_client_out_of_reach_is_refused_and_in_no_list(own: Narrow, kind: str) -> None:
    mine, theirs = own.of(ANNA, kind), own.of(BORIS, kind)

    assert str(mine) == own.ask(f"crm.{kind}.get", id=mine).result["ID"]
    assert [str(mine)] == [row["ID"] for row in own.ask(f"crm.{kind}.list").result]
    assert DENIED == own.ask(f"crm.{kind}.get", id=theirs).refusal
    assert DENIED == own.ask(f"crm.{kind}.update", id=theirs, fields={"COMMENTS": "x"}).refusal
    assert DENIED == own.ask(f"crm.{kind}.delete", id=theirs).refusal


def test_items_out_of_reach_are_refused_by_code(own: Narrow) -> None:
    mine, theirs = own.of(ANNA, "contact"), own.of(BORIS, "contact")

    refusals = [
        own.ask("crm.item.get", entityTypeId=3, id=theirs).refusal,
        own.ask("crm.item.update", entityTypeId=3, id=theirs, fields={"name": "y"}).refusal,
        own.ask("crm.item.delete", entityTypeId=3, id=theirs).refusal,
    ]

    assert [(403, "ACCESS_DENIED", "Access denied!")] * 3 == refusals
    assert [mine] == [item["id"] for item in own.ask("crm.item.list", entityTypeId=3).result["items"]]


def test_what_lies_in_a_timeline_out_of_reach_is_out_of_reach(own: Narrow) -> None:
    fields = {"OWNER_TYPE_ID": 3, "OWNER_ID": own.of(BORIS, "contact"), "TYPE_ID": 2, "SUBJECT": "x"}
    fields |= {"RESPONSIBLE_ID": BORIS, "COMMUNICATIONS": [{"TYPE": "PHONE", "VALUE": "1"}]}
    activity = own.rest.call("crm.activity.add", {"fields": fields}).result
    comment = {"ENTITY_TYPE": "contact", "ENTITY_ID": fields["OWNER_ID"], "COMMENT": "x"}
    todo = {"ownerTypeId": 3, "ownerId": fields["OWNER_ID"], "deadline": "2026-08-15T12:00:00Z"}

    assert [] == own.ask("crm.activity.list").result
    assert DENIED == own.ask("crm.activity.get", id=activity).refusal
    assert DENIED == own.ask("crm.activity.update", id=activity, fields={"SUBJECT": "y"}).refusal
    assert DENIED == own.ask("crm.activity.delete", id=activity).refusal
    assert DENIED == own.ask("crm.activity.add", fields=fields).refusal
    assert "ACCESS_DENIED" == own.ask("crm.activity.binding.list", activityId=activity).refusal[1]
    assert "ACCESS_DENIED" == own.ask("crm.timeline.comment.add", fields=comment).refusal[1]
    assert "ACCESS_DENIED" == own.ask("crm.activity.todo.add", **todo).refusal[1]


def test_a_head_reaches_the_departments_below(rest: Rest) -> None:
    office = Narrow(rest, "department")
    below = office.of(BORIS, "contact")

    def work(connection: Any) -> None:
        connection.execute(insert(department).values(name="Sales", parent=1, head=ANNA))
        connection.execute(insert(department).values(name="Night", parent=2))
        connection.execute(insert(user_department).values(user_id=BORIS, department_id=3))

    assert [] == office.ask("crm.contact.list").result
    rest.portal.store.write_sync(work)

    assert [str(below)] == [row["ID"] for row in office.ask("crm.contact.list").result]


def test_who_may_see_no_clients_finds_and_makes_none(rest: Rest) -> None:
    office = Narrow(rest, "none")
    office.contact()

    assert [] == office.ask("crm.contact.list").result
    assert DENIED == office.ask("crm.contact.add", fields={"NAME": "x"}).refusal
    assert DENIED == office.ask("crm.duplicate.findbycomm", type="PHONE", values=["+79001234567"]).refusal
    assert (403, "ACCESS_DENIED", "Access denied!") == office.ask("voximplant.statistic.get").refusal
    # telephony knows no rights: whoever is called must see who calls
    assert 1 == len(office.ask("telephony.externalCall.searchCrmEntities", PHONE_NUMBER="+79001234567").result)
