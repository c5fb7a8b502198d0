"""The table of creation, both modes, and the three states of LEAD_CREATION_ERROR."""

import pytest

from cordboard.portal.crm.creation import LOCAL_USER, Circumstances, Decision, decide
from cordboard.portal.crm.ranking import Match

NOBODY = Match()
LEAD = Match(("LEAD", 1), [("LEAD", 1)])
CLIENT = Match(("CONTACT", 1), [("CONTACT", 1)], contact_id=1)
WITH_DEAL = Match(("CONTACT", 1), [("DEAL", 2), ("CONTACT", 1)], has_open_deal=True, contact_id=1)
WITH_REPEAT_LEAD = Match(("CONTACT", 1), [("LEAD", 2), ("CONTACT", 1)], has_repeat_lead=True, contact_id=1)

CLASSIC = Circumstances()
SIMPLE = Circumstances(simple_mode=True)
NO_REPEAT = Circumstances(repeat_leads=False)

TABLE = [
    (NOBODY, CLASSIC, "lead", None),
    (NOBODY, SIMPLE, "deal and contact", None),
    (LEAD, CLASSIC, "", None),
    (LEAD, SIMPLE, "", None),
    (WITH_DEAL, CLASSIC, "", ""),
    (WITH_DEAL, SIMPLE, "", ""),
    (WITH_REPEAT_LEAD, CLASSIC, "", ""),
    (WITH_REPEAT_LEAD, SIMPLE, "", ""),
    (CLIENT, CLASSIC, "repeat lead", None),
    (CLIENT, SIMPLE, "deal", None),
    (CLIENT, NO_REPEAT, "", ""),
    (CLIENT, Circumstances(repeat_leads=False, simple_mode=True), "deal", None),
    (CLIENT, Circumstances(outgoing=True), "", ""),
    (NOBODY, Circumstances(outgoing=True), "lead", None),
    (NOBODY, Circumstances(internal=True, employee=True), "", None),
    (NOBODY, Circumstances(employee=True), "", LOCAL_USER),
    (NOBODY, Circumstances(excluded=True), "", ""),
]


@pytest.mark.parametrize(("found", "case", "create", "error"), TABLE)
def test_a_call_creates_what_the_table_says(found: Match, case: Circumstances, create: str, error: str | None) -> None:
    decision: Decision = decide(found, case)

    assert (create, error) == (decision.create, decision.error)
    assert decision.reason
