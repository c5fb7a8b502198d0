"""Clients in a real browser: fields in place by the keyboard, pages that keep true, calls from every number."""

from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect


@pytest.fixture
def nina(anna: BrowserContext) -> Page:
    page = anna.new_page()
    page.on("pageerror", lambda error: pytest.fail(f"script: {error}"))
    page.goto("/contact/1")
    page.wait_for_selector('body[data-live="on"]')
    return page


def test_a_field_is_saved_by_enter_and_left_alone_by_escape(nina: Page, portal: Any):
    field = nina.locator("#fact-POST")
    before = portal.call("crm.contact.get", id=1)["POST"]

    field.click()
    expect(nina.get_by_label("Position", exact=True)).to_be_focused()
    nina.keyboard.type("Director")
    nina.keyboard.press("Escape")
    expect(nina.locator(".editor")).to_have_count(0)
    expect(field).to_contain_text(before)
    expect(field).to_be_focused()

    nina.keyboard.press("Enter")
    expect(nina.get_by_label("Position", exact=True)).to_be_focused()
    nina.keyboard.type("Director")
    nina.keyboard.press("Enter")
    expect(field).to_contain_text("Director")
    expect(nina.locator("#client-head")).to_contain_text("Director")
    expect(field).to_be_focused()
    portal.call("crm.contact.update", id=1, fields={"POST": before})


def test_somebody_elses_change_is_shown_in_the_editor_and_not_written_over(nina: Page, portal: Any):
    before = portal.call("crm.contact.get", id=1)["POST"]
    nina.locator("#fact-POST").click()
    expect(nina.get_by_label("Position", exact=True)).to_be_focused()

    portal.call("crm.contact.update", id=1, fields={"POST": "Chief buyer"})
    expect(nina.locator("#client-head")).to_contain_text("Chief buyer")
    nina.keyboard.type("Clerk")
    nina.keyboard.press("Enter")

    expect(nina.locator(".editor")).to_contain_text("Meanwhile this became “Chief buyer”")
    expect(nina.locator(".editor input.input")).to_have_value("Clerk")
    assert "Chief buyer" == portal.call("crm.contact.get", id=1)["POST"]
    portal.call("crm.contact.update", id=1, fields={"POST": before})


def test_what_comes_over_rest_stands_on_the_open_list_and_page_without_a_reload(
    nina: Page, anna: BrowserContext, portal: Any
):
    leads = anna.new_page()
    leads.goto("/leads")
    leads.wait_for_selector('body[data-live="on"]')

    lead = portal.call("crm.lead.add", fields={"TITLE": "From the website", "NAME": "Wilma", "LAST_NAME": "Webb"})
    deal = portal.call("crm.deal.add", fields={"TITLE": "Forty chairs", "CONTACT_ID": 1})
    portal.call("crm.timeline.comment.add", fields={"ENTITY_TYPE": "contact", "ENTITY_ID": 1, "COMMENT": "Wrote"})

    expect(leads.get_by_role("link", name="Wilma Webb")).to_be_visible()
    expect(nina.locator("#timeline")).to_contain_text("Wrote")
    expect(nina.locator("#related")).to_contain_text("Forty chairs")
    portal.call("crm.lead.delete", id=lead)
    portal.call("crm.deal.delete", id=deal)
    expect(leads.get_by_role("link", name="Wilma Webb")).to_have_count(0)


def test_a_note_is_typed_and_sent_by_enter(nina: Page):
    nina.get_by_label("Note", exact=True).fill("Wants chairs")
    nina.keyboard.press("Enter")

    expect(nina.locator("#timeline")).to_contain_text("Wants chairs")
    expect(nina.get_by_label("Note", exact=True)).to_have_value("")


def test_a_task_is_made_on_the_clients_page_and_ticked_off_in_the_list(nina: Page, anna: BrowserContext):
    nina.get_by_role("button", name="New task").click()
    nina.get_by_label("What is to be done").fill("Send the offer")
    nina.keyboard.press("Enter")
    expect(nina.locator("#planned")).to_contain_text("Send the offer")

    tasks = anna.new_page()
    tasks.goto("/tasks")
    tasks.wait_for_selector('body[data-live="on"]')
    tasks.get_by_role("button", name="Done: Send the offer").click()

    expect(tasks.locator("#task-list")).not_to_contain_text("Send the offer")
    expect(nina.locator("#planned")).to_be_hidden()


def test_a_number_on_a_page_calls_its_client(nina: Page, portal: Any):
    portal.call("user.update", ID=2, UF_VI_BACKPHONE="74950000000")  # no line has this number
    nina.locator("#client-call").click()
    expect(nina.locator(".toast")).to_contain_text("There is no line to call out by")

    portal.call("user.update", ID=2, UF_VI_BACKPHONE="74951000009")
    nina.locator("#client-call").click()

    card = nina.locator(".card[data-card]")
    expect(card.locator(".card-body")).to_have_attribute("data-state", "calling")
    expect(card).to_contain_text("Nina Berg")
    portal.finish(card.get_attribute("data-card"), code="480")
    portal.call("user.update", ID=2, UF_VI_BACKPHONE="")
