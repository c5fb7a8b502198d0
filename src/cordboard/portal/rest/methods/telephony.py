"""`telephony.externalCall.*` but for records: a call opened, shown, closed; and whose number it is.

Each method is one transaction (`portal/registrar.py`, `portal/finisher.py`); changes are published after its commit.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from cordboard.b24wire.errors import RestError, failure
from cordboard.b24wire.loose import as_flag, as_float, as_int, as_items, as_text
from cordboard.portal.changes import CallStateChanged, CardHidden, CardShown
from cordboard.portal.crm.phone_key import clean, index_key
from cordboard.portal.finisher import Ended, Finisher
from cordboard.portal.outbox import outbox_of
from cordboard.portal.people import find_user
from cordboard.portal.registrar import Registrar, forget_old_calls
from cordboard.portal.rest.methods.telephony_record import fetch_later
from cordboard.portal.rest.moments import micros
from cordboard.portal.rest.registry import Context, Params, method
from cordboard.portal.search import clients_of, find_rows, lead_of
from cordboard.portal.tables import card, company, contact, lead, open_call, users
from cordboard.portal.telephony.registering import read_asked, read_who

#: more people than any house shows one call to
MOST_USERS = 500
#: the largest id of a column
LARGEST = 2**31 - 1


@method("telephony.externalCall.register", scope="telephony")
async def register(context: Context, params: Params) -> object:
    """Open a call, find or create its client, show its card.

    USER_ID* (integer): the employee; wins over the extension
    USER_PHONE_INNER (string): the employee by extension; one of the two is needed
    PHONE_NUMBER* (string): the client's number; everything but `0-9 # * + , ;` is removed
    TYPE* (integer): 1 outgoing, 2 incoming, 3 incoming redirected, 4 callback, 5 informational
    CALL_START_DATE (string): ISO 8601; without offset it is the portal's time
    CRM_CREATE (integer): 1 allows the creation of clients; `CRM` means the same
    CRM_SOURCE (string): source of what is created; an unknown one means `CALL`
    CRM_ENTITY_TYPE (string): the client, with `CRM_ENTITY_ID`; both present, even empty, switch the search off
    CRM_ENTITY_ID (integer): the client's id
    SHOW (integer): 0 shows no card
    CALL_LIST_ID (integer): dialling list
    LINE_NUMBER (string): the line; an unknown one is made in silence
    EXTERNAL_CALL_ID (string): the exchange's id, part of what makes a call the same call
    ADD_TO_CHAT (integer): ignored here

    Differs: `CALL_LIST_ID` is kept with the call; on a repetition `CRM_ENTITY_TYPE` is `""`, never `false`.
    """
    portal, who = context.portal, read_who(params)
    # an extension that belongs to nobody is told before any other fault: the user is step 2, the rest step 3 and later
    asked: Any = None
    refusal: RestError | None = None
    try:
        asked = read_asked(params, context.now)
    except RestError as error:
        refusal = error

    def work(connection: Connection) -> tuple[dict[str, object], Registrar]:
        if refusal is not None:
            find_user(connection, who)
            raise refusal
        now = micros(context.now)
        if portal.live.is_new_day(now):
            forget_old_calls(connection, now)
        run = Registrar(connection, who, asked, context.application_id or 0, portal.switch, now, portal.say)
        result = run.run()
        outbox = outbox_of(connection, context)
        outbox.say_call_begun(str(result["CALL_ID"]), asked.type, asked.number, run.application_id, run.begun_for)
        outbox.say_changes(run.changes)
        return result, run

    result, run = await portal.store.write(work)
    portal.publish(*run.changes)
    call_id = str(result["CALL_ID"])
    if portal.live.join(call_id):
        portal.publish(CallStateChanged(call_id))
    return result


@method("telephony.externalCall.show", scope="telephony")
async def show(context: Context, params: Params) -> object:
    """Put the card of a running call before the eyes of users; false if there is no such call.

    CALL_ID* (string): a running call
    USER_ID (integer): one id or a list; absent: the user of the call

    Differs: a page opened later shows the card, too.
    """
    call_id, wanted, now = as_text(params.get("CALL_ID")), read_users(params), micros(context.now)

    def work(connection: Connection) -> tuple[int, ...] | None:
        owner = connection.execute(OWNER, {"call": call_id}).scalar()
        if owner is None:
            return None
        known = connection.execute(
            select(users.c.id).where(users.c.id.in_(wanted or [owner]), users.c.active.is_(True))
        )
        people = tuple(known.scalars())
        present = set(connection.execute(select(card.c.user_id).where(card.c.call_id == call_id)).scalars())
        for user_id in people:
            if user_id not in present:
                connection.execute(insert(card).values(call_id=call_id, user_id=user_id, shown_at=now))
        connection.execute(update(open_call).where(open_call.c.call_id == call_id).values(shown_at=now))
        return people

    people = await context.portal.store.write(work)
    if people is None:
        return False
    context.portal.publish(CardShown(call_id, people))
    return True


@method("telephony.externalCall.hide", scope="telephony")
async def hide(context: Context, params: Params) -> object:
    """Take the card from users; false if there is no such call.

    CALL_ID* (string): a running call
    USER_ID (integer): one id or a list; absent: the user of the call
    """
    call_id, wanted = as_text(params.get("CALL_ID")), read_users(params)

    def work(connection: Connection) -> tuple[int, ...] | None:
        owner = connection.execute(OWNER, {"call": call_id}).scalar()
        if owner is None:
            return None
        theirs = (card.c.call_id == call_id, card.c.user_id.in_(wanted or [owner]))
        watching = tuple(connection.execute(select(card.c.user_id).where(*theirs)).scalars())
        connection.execute(delete(card).where(*theirs))
        return watching

    people = await context.portal.store.write(work)
    if people is None:
        return False
    if people:
        context.portal.publish(CardHidden(call_id, people))
    return True


@method("telephony.externalCall.finish", scope="telephony")
async def finish(context: Context, params: Params) -> object:
    """Close a call: statistics row, activity, responsible, missed list.

    CALL_ID* (string): a running call; a number is refused
    USER_ID* (integer): who served it; becomes responsible for everything the call created
    USER_PHONE_INNER (string): the same by extension; one of the two is needed
    DURATION (integer): seconds of talk
    STATUS_CODE (string): absent: `200` for a talk, else `304`
    FAILED_REASON (string): words
    COST (double): with `COST_CURRENCY`
    COST_CURRENCY (string): ISO code
    RECORD_URL (string): fetched after the answer; better use `attachRecord`
    VOTE (integer): 1 to 5
    ADD_TO_CHAT (integer): 1 tells the user; absent: as the switch `add_to_chat_default` says

    Differs: after `Unexpected database error` nothing is kept; a record is fetched only from places the portal allows.
    """
    portal, who = context.portal, read_who(params)
    try:
        ended = read_ended(params)
    except RestError:  # an extension that belongs to nobody is told first
        await portal.store.read(lambda connection: find_user(connection, who))
        raise
    live = portal.live.get(ended.call_id)

    def work(connection: Connection) -> tuple[dict[str, object], Finisher]:
        state = live.state if live else None
        run = Finisher(connection, who, ended, portal.switch, micros(context.now), state, portal.say)
        result = run.run()
        outbox = outbox_of(connection, context)
        outbox.say_call_ended(as_int(result["ID"]), fulfilled=run.fulfilled)
        outbox.say_changes(run.changes)
        return result, run

    result, run = await portal.store.write(work)
    portal.live.forget(ended.call_id)
    portal.publish(*run.changes)
    if ended.record_url:
        fetch_later(context, ended.call_id, ended.record_url)
    return result


@method("telephony.externalCall.searchCrmEntities", scope="telephony")
async def search_crm_entities(context: Context, params: Params) -> object:
    """Whose number it is and who is responsible; creates nothing, asks for no rights.

    PHONE_NUMBER* (string): the number
    """
    number = clean(as_text(params.get("PHONE_NUMBER")))
    if not number:
        raise failure("PHONE_NUMBER is empty")
    return await context.portal.store.read(lambda connection: entities_of(connection, number))


def read_users(params: Params) -> list[int]:
    """`USER_ID` of show and hide: one id or a list; none means the user of the call."""
    ids = [as_int(item) for item in as_items(params.get("USER_ID"))[:MOST_USERS]]
    return [user_id for user_id in dict.fromkeys(ids) if 0 < user_id <= LARGEST]


def read_ended(params: Params) -> Ended:
    """The parameters of `finish` in our own types."""
    call_id = params.get("CALL_ID")
    if not isinstance(call_id, str):
        raise RestError("INVALID_ARGUMENT", "CALL_ID must be a string")
    vote = as_int(params.get("VOTE"))
    return Ended(
        call_id=as_text(call_id),
        duration=min(max(as_int(params.get("DURATION")), 0), LARGEST),
        code=as_text(params.get("STATUS_CODE")).strip(),
        failed_reason=as_text(params.get("FAILED_REASON")),
        cost=as_float(params.get("COST")),
        currency=as_text(params.get("COST_CURRENCY")),
        vote=vote if 0 <= vote <= 5 else 0,
        record_url=as_text(params.get("RECORD_URL")).strip(),
        to_chat=as_flag(params["ADD_TO_CHAT"]) if "ADD_TO_CHAT" in params else None,
    )


def entities_of(connection: Connection, number: str) -> list[object]:
    """At most one item per kind, the best of it, in the order contact, lead, company."""
    found = find_rows(connection, [index_key(number)])
    ranked = sorted(
        clients_of(connection, found.get("CONTACT", []), found.get("COMPANY", [])), key=lambda client: client.rank
    )
    chosen = {client.kind: client.id for client in reversed(ranked)}
    if not ranked and found.get("LEAD"):
        lead_id = lead_of(connection, found["LEAD"], closed_leads=False)
        chosen |= {"LEAD": lead_id} if lead_id is not None else {}
    items = [entity_item(connection, kind, chosen[kind]) for kind in ("CONTACT", "LEAD", "COMPANY") if kind in chosen]
    return [item for item in items if item is not None]


def entity_item(connection: Connection, kind: str, entity_id: int) -> dict[str, object] | None:
    table = {"CONTACT": contact, "LEAD": lead, "COMPANY": company}[kind]
    row: Any = connection.execute(select(table).where(table.c.id == entity_id)).one_or_none()
    if row is None:
        return None
    person: Any = connection.execute(select(users).where(users.c.id == row.assigned_by_id)).one_or_none()
    return {
        "CRM_ENTITY_TYPE": kind,
        "CRM_ENTITY_ID": entity_id,
        "NAME": f"{row.name} {row.last_name}".strip() if kind == "CONTACT" else row.title,
        "ASSIGNED_BY_ID": row.assigned_by_id,
        "ASSIGNED_BY": {
            "ID": str(row.assigned_by_id or ""),
            "TIMEMAN_STATUS": "NOT_INSTALLED",
            "USER_PHONE_INNER": person.inner_phone if person else "",
            "WORK_PHONE": person.work_phone if person else "",
            "PERSONAL_PHONE": person.personal_phone if person else "",
            "PERSONAL_MOBILE": person.personal_mobile if person else "",
        },
    }


OWNER = select(open_call.c.user_id).where(open_call.c.call_id == bindparam("call"))
