"""Clients over REST: facts of the methods page, parts 1, 3, 4, 5."""

from typing import Any

import pytest
from tests.portal.rest.conftest import Rest

from cordboard.portal.changes import ClientChanged

KINDS = ("lead", "contact", "company", "deal")
PHONE = [{"VALUE": "8 (900) 123-45-67", "VALUE_TYPE": "MOBILE"}]


def add(rest: Rest, kind: str, **fields: Any) -> int:
    given = {"contact": {"NAME": "Ada"}, "company": {"TITLE": "Engines"}}.get(kind, {"TITLE": "Offer"})
    return rest.call(f"crm.{kind}.add", {"fields": {**given, **fields}}).result


@pytest.mark.parametrize("kind", KINDS)
def test_a_client_is_added_read_changed_and_deleted(rest: Rest, kind: str) -> None:
    entity_id = add(rest, kind, COMMENTS="first", ORIGIN_ID="x-1")

    assert 1 == entity_id
    record = rest.call(f"crm.{kind}.get", {"id": entity_id}).result
    assert ("1", "first", "x-1", "1") == tuple(record[key] for key in ("ID", "COMMENTS", "ORIGIN_ID", "ASSIGNED_BY_ID"))
    assert rest.call(f"crm.{kind}.update", {"ID": "1", "FIELDS": {"COMMENTS": "second", "NO_SUCH": 1}}).result is True
    assert "second" == rest.call(f"crm.{kind}.get", {"ID": 1}).result["COMMENTS"]
    assert rest.call(f"crm.{kind}.delete", {"id": 1}).result is True
    assert (400, "", "Not found") == rest.call(f"crm.{kind}.get", {"id": 1}).refusal


@pytest.mark.parametrize("kind", KINDS)
def test_refusals_have_the_originals_words(rest: Rest, kind: str) -> None:
    gone = f"{kind.capitalize()} is not found"

    assert (400, "", "ID is not defined or invalid.") == rest.call(f"crm.{kind}.get").refusal
    assert (400, "", "Parameter 'fields' must be array.") == rest.call(f"crm.{kind}.add", {"fields": "x"}).refusal
    assert (400, "", gone) == rest.call(f"crm.{kind}.update", {"id": 9, "fields": {"COMMENTS": "x"}}).refusal
    assert (400, "", "Not found") == rest.call(f"crm.{kind}.delete", {"id": 9}).refusal


@pytest.mark.parametrize("kind", KINDS)
def test_fields_describe_what_get_answers(rest: Rest, kind: str) -> None:
    described = rest.call(f"crm.{kind}.fields").result
    record = rest.call(f"crm.{kind}.get", {"id": add(rest, kind)}).result

    assert set(record) <= set(described)
    keys = {"type", "isRequired", "isReadOnly", "isImmutable", "isMultiple", "isDynamic", "title"}
    assert all(keys <= set(description) for description in described.values())


def test_values_are_strings_or_null_with_flags_amounts_and_dates_in_their_form(rest: Rest) -> None:
    deal = rest.call("crm.deal.get", {"id": add(rest, "deal", OPPORTUNITY="12.5", CLOSEDATE="2026-09-01")}).result

    assert all(value is None or isinstance(value, str) for value in deal.values())
    assert ("12.50", "N", "NEW", "0") == tuple(
        deal[key] for key in ("OPPORTUNITY", "CLOSED", "STAGE_ID", "CATEGORY_ID")
    )
    assert ("2026-08-14T09:30:00+00:00", "2026-09-01T00:00:00+00:00") == (deal["DATE_CREATE"], deal["CLOSEDATE"])


def test_a_lead_without_title_is_named_by_its_number(rest: Rest) -> None:
    lead_id = rest.call("crm.lead.add", {"fields": {"NAME": "Ada"}}).result

    lead = rest.call("crm.lead.get", {"id": lead_id}).result
    assert ("Lead #1", "NEW", "P") == (lead["TITLE"], lead["STATUS_ID"], lead["STATUS_SEMANTIC_ID"])


def test_a_stage_of_success_closes_a_deal(rest: Rest) -> None:
    deal_id = add(rest, "deal")

    rest.call("crm.deal.update", {"id": deal_id, "fields": {"STAGE_ID": "WON"}})

    deal = rest.call("crm.deal.get", {"id": deal_id}).result
    assert ("WON", "S", "Y", "1") == tuple(
        deal[key] for key in ("STAGE_ID", "STAGE_SEMANTIC_ID", "CLOSED", "MOVED_BY_ID")
    )


def test_multifields_are_added_changed_and_removed_one_by_one(rest: Rest) -> None:
    contact_id = add(rest, "contact", PHONE=PHONE)
    first = rest.call("crm.contact.get", {"id": contact_id}).result["PHONE"]
    expected: list[Any] = [{"ID": "1", "VALUE_TYPE": "MOBILE", "VALUE": "8 (900) 123-45-67", "TYPE_ID": "PHONE"}]
    assert expected == first

    change = [{"ID": 1, "VALUE": "+7 900 000-00-00"}, {"VALUE": "+4915123456789"}]
    rest.call("crm.contact.update", {"id": contact_id, "fields": {"PHONE": change}})

    phones = rest.call("crm.contact.get", {"id": contact_id}).result["PHONE"]
    assert [("+7 900 000-00-00", "MOBILE"), ("+4915123456789", "WORK")] == [
        (p["VALUE"], p["VALUE_TYPE"]) for p in phones
    ]
    assert [] == find(rest, "+79001234567")
    assert {"CONTACT": [contact_id]} == find(rest, "8 900 000 00 00")

    removal = {"0": {"ID": 1, "DELETE": "Y"}, "1": {"ID": 2, "VALUE": ""}}
    rest.call("crm.contact.update", {"id": contact_id, "fields": {"PHONE": removal}})

    contact = rest.call("crm.contact.get", {"id": contact_id}).result
    assert ("N", False) == (contact["HAS_PHONE"], "PHONE" in contact)
    assert [] == find(rest, "8 900 000 00 00")


def test_another_clients_multifield_cannot_be_changed(rest: Rest) -> None:
    mine, theirs = add(rest, "contact", PHONE=PHONE), add(rest, "contact")

    rest.call("crm.contact.update", {"id": theirs, "fields": {"PHONE": [{"ID": 1, "VALUE": "+4900"}]}})

    assert "8 (900) 123-45-67" == rest.call("crm.contact.get", {"id": mine}).result["PHONE"][0]["VALUE"]


def test_a_deal_takes_no_phone(rest: Rest) -> None:
    add(rest, "deal", PHONE=PHONE)

    assert [] == find(rest, "+79001234567")


def find(rest: Rest, *values: object, **more: str) -> Any:
    return rest.call("crm.duplicate.findbycomm", {"type": "PHONE", "values": list(values), **more}).result


def test_duplicates_are_found_by_the_index_key_with_ints_by_kind(rest: Rest) -> None:
    lead, contact = add(rest, "lead", PHONE=PHONE), add(rest, "contact", PHONE=[{"VALUE": "+7 900 1234567#12"}])

    assert {"LEAD": [lead], "CONTACT": [contact]} == find(rest, "89001234567")
    assert {"CONTACT": [contact]} == find(rest, "89001234567", entity_type="CONTACT")
    assert [] == find(rest, "9001234567")
    assert (400, "", "Communication values is not defined.") == rest.call(
        "crm.duplicate.findbycomm", {"type": "PHONE", "values": [79001234567, ""]}
    ).refusal
    assert (400, "", "Communication type 'FAX' is not supported in current context.") == rest.call(
        "crm.duplicate.findbycomm", {"type": "FAX", "values": ["1"]}
    ).refusal


def test_mail_addresses_are_found_whatever_their_case(rest: Rest) -> None:
    company = add(rest, "company", EMAIL=[{"VALUE": "Ada@Example.org"}])

    answer = rest.call("crm.duplicate.findbycomm", {"type": "EMAIL", "values": ["ada@example.ORG"]})

    assert {"COMPANY": [company]} == answer.result


def test_the_filter_phone_is_a_prefix_of_the_typed_text(rest: Rest) -> None:
    add(rest, "contact", PHONE=PHONE)

    assert 1 == rest.call("crm.contact.list", {"filter": {"PHONE": "8 (900)"}}).body["total"]
    assert 0 == rest.call("crm.contact.list", {"filter": {"PHONE": "+79001234567"}}).body["total"]


@pytest.mark.parametrize(
    ("asked", "ids"),
    [
        ({"TITLE": "b"}, ["2"]),
        ({"=TITLE": ["a", "b"]}, ["1", "2"]),
        ({"!TITLE": "b"}, ["1", "3"]),
        ({"@TITLE": ["a"]}, ["1"]),
        ({"!@TITLE": ["a"]}, ["2", "3"]),
        ({"%TITLE": "C"}, ["3"]),
        ({"!%TITLE": "c"}, ["1", "2"]),
        ({"=%TITLE": "c%"}, ["3"]),
        ({">OPPORTUNITY": 10}, ["2", "3"]),
        ({">=OPPORTUNITY": "10", "<OPPORTUNITY": 30}, ["1", "2"]),
        ({"<=OPPORTUNITY": 10}, ["1"]),
        ({"COMPANY_ID": ""}, ["1", "2"]),
        ({"!COMPANY_ID": None}, ["3"]),
        ({"%COMPANY_ID": "7"}, ["3"]),
        ({"MISSPELT": "x"}, ["1", "2", "3"]),
        ({"OPENED": "Y"}, ["1", "2", "3"]),
        ({">DATE_CREATE": "2026-08-14T09:00:00Z"}, ["1", "2", "3"]),
        ({">DATE_CREATE": "15.08.2026 00:00:00"}, []),
        ({"UTM_SOURCE": "ads"}, ["1"]),
        ({"ID": [1, "3"]}, ["1", "3"]),
        ({"ID": "10000000000000000000000"}, []),
    ],
)
def test_filters_have_the_originals_prefixes(rest: Rest, asked: dict[str, Any], ids: list[str]) -> None:
    add(rest, "deal", TITLE="a", OPPORTUNITY=10, UTM_SOURCE="ads")
    add(rest, "deal", TITLE="b", OPPORTUNITY=20)
    add(rest, "deal", TITLE="cc", OPPORTUNITY=30, COMPANY_ID=7)

    answer = rest.call("crm.deal.list", {"filter": asked, "order": {"ID": "asc"}, "select": ["ID"]})

    assert ids == [row["ID"] for row in answer.result]


def test_select_names_fields_and_multifields_only_by_name(rest: Rest) -> None:
    add(rest, "contact", PHONE=PHONE, UF_CRM_LOYALTY="gold")

    named = rest.call("crm.contact.list", {"select": ["NAME", "PHONE"]}).result[0]
    everything = rest.call("crm.contact.list").result[0]

    assert {"ID", "NAME", "PHONE"} == set(named)
    assert "PHONE" not in everything
    assert "gold" == everything["UF_CRM_LOYALTY"]


def test_lists_are_paged_by_fifty(rest: Rest) -> None:
    commands = [f"crm.lead.add?fields[TITLE]=t{number}" for number in range(50)]
    for _ in range(2):
        rest.call("batch", {"cmd": commands})
    add(rest, "lead")

    pages = [rest.call("crm.lead.list", {"start": start, "order": {"ID": "DESC"}}).body for start in (0, 50, "100", -1)]

    assert [(50, 101, 50), (50, 101, 100), (1, 101, None), (50, 0, None)] == [
        (len(page["result"]), page["total"], page.get("next")) for page in pages
    ]
    assert "101" == pages[0]["result"][0]["ID"]


def test_statuses_can_be_filtered_and_read_by_list(rest: Rest) -> None:
    stages = rest.call("crm.status.list", {"filter": {"ENTITY_ID": "STATUS"}, "order": {"SORT": "ASC"}}).result

    assert ["NEW", "IN_PROCESS", "PROCESSED", "CONVERTED", "JUNK"] == [stage["STATUS_ID"] for stage in stages]
    items = rest.call("crm.status.entity.items", {"entityId": "DEAL_STAGE"}).result
    assert {"NAME": "New", "SORT": 10, "STATUS_ID": "NEW"} == items[0]
    assert 1 == rest.call("crm.settings.mode.get").result


def test_an_activity_is_added_found_by_its_origin_and_completed(rest: Rest) -> None:
    contact = add(rest, "contact", PHONE=PHONE)
    fields = {
        "OWNER_TYPE_ID": 3,
        "OWNER_ID": contact,
        "TYPE_ID": 2,
        "SUBJECT": "Call",
        "RESPONSIBLE_ID": 1,
        "ORIGIN_ID": "VI_externalCall.1",
        "COMMUNICATIONS": [{"VALUE": "+79001234567", "TYPE": "PHONE", "ENTITY_TYPE_ID": 3, "ENTITY_ID": contact}],
    }

    activity_id = rest.call("crm.activity.add", {"fields": fields}).result

    found = rest.call("crm.activity.list", {"filter": {"ORIGIN_ID": "VI_externalCall.1"}}).result
    assert [(str(activity_id), "3", "2", "N", "1")] == [
        tuple(row[key] for key in ("ID", "OWNER_TYPE_ID", "TYPE_ID", "COMPLETED", "STATUS")) for row in found
    ]
    assert "COMMUNICATIONS" not in found[0]
    bindings = [{"OWNER_TYPE_ID": 3, "OWNER_ID": contact}]
    assert 1 == rest.call("crm.activity.list", {"filter": {"BINDINGS": bindings}}).body["total"]
    assert rest.call("crm.activity.update", {"id": activity_id, "fields": {"COMPLETED": "Y"}}).result
    assert "Y" == rest.call("crm.activity.get", {"id": activity_id}).result["COMPLETED"]
    assert rest.call("crm.activity.delete", {"id": activity_id}).result
    assert (400, "", "Activity is not found") == rest.call("crm.activity.get", {"id": activity_id}).refusal


@pytest.mark.parametrize(
    ("missing", "text"),
    [
        ("SUBJECT", "The field SUBJECT is not defined or empty."),
        ("RESPONSIBLE_ID", "The field RESPONSIBLE_ID is not defined or invalid."),
        ("TYPE_ID", "The field TYPE_ID is not defined or invalid."),
        ("COMMUNICATIONS", "The field COMMUNICATIONS is not defined or invalid."),
    ],
)
def test_an_incomplete_activity_is_refused(rest: Rest, missing: str, text: str) -> None:
    fields = {"OWNER_TYPE_ID": 3, "OWNER_ID": add(rest, "contact"), "TYPE_ID": 2, "SUBJECT": "Call"}
    fields |= {"RESPONSIBLE_ID": 1, "COMMUNICATIONS": [{"VALUE": "+7900"}]}
    del fields[missing]

    assert (400, "", text) == rest.call("crm.activity.add", {"fields": fields}).refusal


def test_a_change_of_an_activity_is_told_to_every_client_it_lies_at(rest: Rest) -> None:
    contact, company = add(rest, "contact"), add(rest, "company")
    owners = [{"OWNER_TYPE_ID": 3, "OWNER_ID": contact}, {"OWNER_TYPE_ID": 4, "OWNER_ID": company}]
    fields = {"TYPE_ID": 2, "SUBJECT": "x", "RESPONSIBLE_ID": 1, "COMMUNICATIONS": [{"VALUE": "1"}], "BINDINGS": owners}
    activity_id = rest.call("crm.activity.add", {"fields": fields}).result
    told: list[object] = []
    rest.portal.subscribe(told.append)

    rest.call("crm.activity.update", {"id": activity_id, "fields": {"SUBJECT": "y"}})
    both = {ClientChanged("CONTACT", contact, "timeline"), ClientChanged("COMPANY", company, "timeline")}
    assert both == set(told)

    told.clear()
    rest.call("crm.activity.delete", {"id": activity_id})
    assert both == set(told)
