"""Asked: what a CRM, or somebody in it, asks of the exchange.

In:   nothing. Out: the shapes, the same for every CRM; each CRM's `events` module reads them from its own messages.
"""

from __future__ import annotations

import msgspec


class Click(msgspec.Struct, frozen=True, omit_defaults=True):
    """Somebody clicked a number, or a visitor of a site asked to be called back."""

    #: what tells this asking from any other; the same when it comes a second time
    mark: str
    number: str
    #: the CRM's call, which nobody may register again; "" of a callback, which the CRM has not registered
    call_id: str = ""
    #: who calls; 0: whoever is responsible for the client
    user: int = 0
    #: our number that was chosen for the call
    line: str = ""
    #: type and id of the client, where the CRM named them
    entity: tuple[str, str] = ("", "")
    #: what the CRM sent, as JSON, for customizations
    request: str = ""

    @property
    def is_callback(self) -> bool:
        return not self.call_id


class Command(msgspec.Struct, frozen=True, omit_defaults=True):
    """A button of a card."""

    id: str
    #: hangup, transfer, park or take
    action: str
    pbx: str
    linkedid: str
    user: int
    #: the conversation of whoever pressed, "" for none
    conversation: str = ""
    #: an extension or number to transfer to
    to: str = ""
    #: words for who gets the call
    note: str = ""
    #: when it was pressed, microseconds since the epoch; 0: it does not say
    at: int = 0


Asked = Click | Command
