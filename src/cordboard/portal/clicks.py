"""A click on a number: the portal registers the call and asks the connector of the user's line to make it.

In:   who clicked which number, and from which client, activity or dialling list. Out: the call; the event
`ONEXTERNALCALLSTART` waits for the application that owns the line.
The surprise: nobody may register such a call again: the connector finishes the one it was told.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select, update

from cordboard.b24wire.errors import failure
from cordboard.portal.changes import Change
from cordboard.portal.crm.phone_key import clean
from cordboard.portal.outbox import Outbox
from cordboard.portal.phones import line_e164
from cordboard.portal.registrar import Registrar
from cordboard.portal.rest.moments import micros
from cordboard.portal.tables import activity, event_handler, line, open_call, users
from cordboard.portal.telephony.registering import Asked, WhoIsAsked

if TYPE_CHECKING:
    from cordboard.portal.portal import Portal

__all__ = ["Click", "NoLine", "start_call"]

EVENT = "ONEXTERNALCALLSTART"
NAMELESS = "REST_APP:"
OUTGOING = 1
#: what stands between a number and its extension
SEPARATOR = re.compile(r"[#;,]+")


class NoLine(Exception):
    """The user has no line to call out by; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Click:
    """One click."""

    user_id: int
    #: as it was shown
    number: str
    #: the client on whose page it was clicked; None: found by the number
    entity: tuple[str, int] | None = None
    call_list_id: int | None = None
    #: a planned call, which this one fulfils
    activity_id: int | None = None
    is_mobile: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """The way out: whose it is, under which name, whether its calls create clients."""

    application_id: int
    #: empty: the application's nameless line
    number: str
    creates: bool


async def start_call(portal: Portal, click: Click, base_url: str) -> dict[str, object]:
    """Register the call and tell the connector: the answer of `register`; raises `NoLine`, or a `RestError`."""
    moment = portal.clock()
    now = micros(moment)

    def work(connection: Connection) -> tuple[dict[str, object], list[Change]]:
        way = line_of(connection, click.user_id, str(portal.switch("line_default")))
        number, extension = split(click.number)
        who, wanted = WhoIsAsked(click.user_id, ""), asked(click, way, number)
        run = Registrar(connection, who, wanted, way.application_id, portal.switch, now, portal.say)
        result = run.run()
        if click.activity_id is not None and is_planned(connection, click.activity_id):
            mine = open_call.c.call_id == result["CALL_ID"]
            connection.execute(update(open_call).where(mine).values(source_activity_id=click.activity_id))
        outbox = Outbox(connection, click.user_id, base_url, now, moment.tzinfo)
        call_id = str(result["CALL_ID"])
        outbox.say_call_begun(call_id, OUTGOING, number, way.application_id, run.begun_for)
        outbox.say_changes(run.changes)
        international = line_e164(number, str(portal.switch("country")))
        data = event_data(click, way, result) | {"PHONE_NUMBER_INTERNATIONAL": international, "EXTENSION": extension}
        outbox.add(EVENT, data, f"call:{call_id}", application_id=way.application_id)
        return result, run.changes

    result, changes = await portal.store.write(work)
    portal.publish(*changes)
    portal.events_waiting.set()
    return result


def line_of(connection: Connection, user_id: int, default: str) -> Line:
    """The user's own line, else the portal's; without any the only application that makes calls."""
    own = connection.execute(select(users.c.backphone).where(users.c.id == user_id)).scalar()
    telling = select(event_handler.c.application_id).where(event_handler.c.event == EVENT).distinct()
    makers = list(connection.execute(telling).scalars())
    wanted = own or default
    if wanted.startswith(NAMELESS):
        number = wanted.removeprefix(NAMELESS)
        if (number or "0").isdigit() and int(number or "0") in makers:
            return Line(int(number or "0"), "", creates=True)
    elif wanted:
        rows: Any = connection.execute(select(line).where(line.c.number == wanted).order_by(line.c.id)).all()
        for row in sorted(rows, key=lambda row: row.application_id not in makers):
            return Line(row.application_id, row.number, row.crm_auto_create)
    elif len(makers) == 1:
        return Line(makers[0], "", creates=True)
    raise NoLine(
        f"the line {wanted} is gone; choose another" if wanted else "no line is chosen for outgoing calls; choose one"
    )


def split(number: str) -> tuple[str, str]:
    """`+7 812 999-33-31#404` → number and extension; a number that is none is refused."""
    cleaned = clean(number)
    found = SEPARATOR.search(cleaned, 1)
    plain, extension = (cleaned[: found.start()], cleaned[found.end() :]) if found else (cleaned, "")
    if not plain:
        raise failure("Unsupported phone number format")
    return plain, extension


def asked(click: Click, way: Line, number: str) -> Asked:
    return Asked(
        number=number,
        type=OUTGOING,
        start_at=None,
        create=way.creates,
        source="CALL",
        entity=click.entity,
        show=not click.is_mobile,
        line=way.number,
        external_call_id=None,
        call_list_id=click.call_list_id,
    )


def is_planned(connection: Connection, activity_id: int) -> bool:
    """A call that somebody planned and nobody made yet."""
    open_one = (activity.c.completed.is_(False), activity.c.origin_id == "", activity.c.type_id == 2)
    return connection.execute(select(activity.c.id).where(activity.c.id == activity_id, *open_one)).first() is not None


def event_data(click: Click, way: Line, result: dict[str, object]) -> dict[str, object]:
    return {
        "PHONE_NUMBER": click.number,
        "USER_ID": click.user_id,
        "CALL_LIST_ID": click.call_list_id or 0,
        "LINE_NUMBER": way.number,
        "IS_MOBILE": int(click.is_mobile),
        "CALL_ID": result["CALL_ID"],
        "CRM_ENTITY_TYPE": result["CRM_ENTITY_TYPE"],
        "CRM_ENTITY_ID": result["CRM_ENTITY_ID"] or 0,
        "CRM_CREATED_LEAD": result["CRM_CREATED_LEAD"],
        "CRM_CREATED_ENTITIES": result["CRM_CREATED_ENTITIES"],
    }
