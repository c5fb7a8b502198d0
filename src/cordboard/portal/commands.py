"""Commands: what a button of a card asks of the exchange, sent to the connector as an event.

In:   who pressed what on which call. Out: a COMMAND_ID under which a refusal comes back (`cordboard.command.failed`).
What was done needs no answer: the connector's next state says it. Which buttons there are, the connector said in its
`hello` (ACTIONS); a command is worth a few seconds and is never delivered late.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cordboard.portal.outbox import Outbox

if TYPE_CHECKING:
    from cordboard.portal.portal import Portal

__all__ = ["ACTIONS", "Command", "NoConnector", "send_command"]

#: words of ACTIONS and COMMAND
ACTIONS = ("hangup", "transfer", "park", "take")
EVENT = "ONCORDBOARDCALLCOMMAND"


class NoConnector(Exception):
    """No connector follows this call, or it cannot do what was asked."""


@dataclass(frozen=True, slots=True)
class Command:
    """One press of a button."""

    #: one of ACTIONS
    action: str
    call_id: str
    user_id: int
    #: an extension or number to transfer to
    to: str = ""
    #: what the user says to who gets the call
    note: str = ""


async def send_command(portal: Portal, command: Command, base_url: str) -> str:
    """Hand the command to the connector that follows the call; raises `NoConnector`."""
    live = portal.live.get(command.call_id)
    if live is None or command.action not in portal.live.actions(live.pbx):
        raise NoConnector(command.action)
    command_id = secrets.token_hex(8)
    now = portal.clock()
    data = {
        "COMMAND_ID": command_id,
        "COMMAND": command.action,
        "PBX": live.pbx,
        "LINKEDID": live.linkedid,
        "CALL_ID": command.call_id,
        "CONVERSATION": conversation_of(live.conversations, command.user_id),
        "TO": command.to,
        "NOTE": command.note,
        "USER_ID": command.user_id,
        "AT": now.isoformat(),
    }
    micros = round(now.timestamp() * 1_000_000)
    subject = f"call:{command.call_id}"  # the commands of one call keep their order, others do not wait for them
    await portal.store.write(
        lambda connection: Outbox(connection, command.user_id, base_url, micros, now.tzinfo).add(EVENT, data, subject)
    )
    portal.events_waiting.set()
    portal.live.remember_command(command_id, command.user_id, command.call_id)
    return command_id


def conversation_of(conversations: list[dict[str, object]], user_id: int) -> str:
    """The conversation of this user that began last; empty if the user has none (the client's own leg)."""
    mine = [one for one in conversations if str(one.get("USER_ID") or "") == str(user_id)]
    return str(mine[-1].get("ID") or "") if mine else ""
