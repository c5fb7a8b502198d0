"""What a call may create in the CRM.

In:   what the search found and what the number is. Out: `Decision`: what to create, or which LEAD_CREATION_ERROR.
The surprise: the error has three states. None: the key is absent; "": nothing had to be created; a text: it could not.
"""

from __future__ import annotations

from dataclasses import dataclass

from cordboard.portal.crm.ranking import Match

__all__ = ["Circumstances", "Decision", "decide"]

LOCAL_USER = "Lead creation is disabled for local users"


@dataclass(frozen=True, slots=True)
class Circumstances:
    """All that the decision looks at beside the match."""

    outgoing: bool = False
    #: the number is the extension of an active user
    internal: bool = False
    #: the number is any telephone of an active employee
    employee: bool = False
    excluded: bool = False
    simple_mode: bool = False
    repeat_leads: bool = True


@dataclass(frozen=True, slots=True)
class Decision:
    """`create` is "", "lead", "repeat lead", "deal" or "deal and contact"."""

    create: str = ""
    error: str | None = None
    reason: str = ""


def decide(found: Match, case: Circumstances) -> Decision:
    """The rows of 4.1 in order, then the table of 4.2."""
    if case.internal:
        return Decision(reason="internal call: nothing is created")
    if found.primary is not None and found.primary[0] == "LEAD":
        return Decision(reason="a lead in work is known: nothing is created")
    if case.employee:
        return Decision(error=LOCAL_USER, reason="the number is an employee's: nothing is created")
    if case.excluded:
        return Decision(error="", reason="the number is on the exclusion list: nothing is created")
    if case.outgoing and found.bindings:
        return Decision(error="", reason="an outgoing call to a known client creates nothing")
    return by_table(found, case)


def by_table(found: Match, case: Circumstances) -> Decision:
    if found.primary is None:
        if case.simple_mode:
            return Decision("deal and contact", reason="unknown number: deal and contact created (simple mode)")
        return Decision("lead", reason="unknown number: lead created")
    if found.has_open_deal:
        return Decision(error="", reason="the client has an open deal: nothing is created")
    if found.has_repeat_lead:
        return Decision(error="", reason="the client has an open repeat lead: nothing is created")
    if case.simple_mode:
        return Decision("deal", reason="known client without open deal: deal created (simple mode)")
    if case.repeat_leads:
        return Decision("repeat lead", reason="known client without open deal: repeat lead created")
    return Decision(error="", reason="repeat leads are switched off: nothing is created")
