"""Which client a number means, and which entity owns the activity."""

from cordboard.portal.crm.ranking import Client, OpenDeal, match


def test_the_client_with_the_deal_changed_last_is_chosen() -> None:
    older = Client("CONTACT", 1, deals=(OpenDeal(10, modified=100),))
    newer = Client("CONTACT", 2, deals=(OpenDeal(11, modified=200),))
    idle = Client("CONTACT", 3)

    found = match([idle, older, newer])

    assert ("CONTACT", 2) == found.primary
    assert [("DEAL", 11), ("CONTACT", 2)] == found.bindings


def test_without_deals_the_oldest_of_the_index_is_chosen() -> None:
    assert ("CONTACT", 4) == match([Client("CONTACT", 9), Client("CONTACT", 4)]).primary


def test_a_contact_beats_its_company_and_both_are_bound() -> None:
    found = match([Client("COMPANY", 7), Client("CONTACT", 5, company_id=7)])

    assert ("CONTACT", 5) == found.primary
    assert [("CONTACT", 5), ("COMPANY", 7)] == found.bindings


def test_a_contact_of_another_company_is_not_bound_beside_the_company() -> None:
    found = match([Client("COMPANY", 7), Client("CONTACT", 5, company_id=8)])

    assert [("COMPANY", 7)] == found.bindings


def test_an_open_deal_owns_the_activity_and_hides_repeat_leads() -> None:
    found = match([Client("COMPANY", 7, deals=(OpenDeal(3),), repeat_leads=(12,))])

    assert [("DEAL", 3), ("COMPANY", 7)] == found.bindings
    assert found.has_open_deal


def test_a_repeat_lead_is_bound_where_there_is_no_deal() -> None:
    found = match([Client("CONTACT", 5, repeat_leads=(12,))])

    assert [("LEAD", 12), ("CONTACT", 5)] == found.bindings
    assert found.has_repeat_lead


def test_a_lead_in_work_counts_only_where_nobody_else_is_known() -> None:
    assert ("LEAD", 4) == match([], 4).primary
    assert ("CONTACT", 5) == match([Client("CONTACT", 5)], 4).primary


def test_the_deal_of_a_contact_counts_though_another_company_has_the_number() -> None:
    contact = Client("CONTACT", 5, company_id=8, deals=(OpenDeal(3),))

    found = match([Client("COMPANY", 7), contact])

    assert (("CONTACT", 5), [("COMPANY", 7)], True) == (found.primary, found.bindings, found.has_open_deal)


def test_a_repeat_lead_of_a_contact_counts_though_another_company_has_the_number() -> None:
    assert match([Client("COMPANY", 7), Client("CONTACT", 5, repeat_leads=(12,))]).has_repeat_lead
