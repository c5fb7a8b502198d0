"""The universal item methods, comments, notifications, tasks, and who may delete."""

from typing import Any

from tests.portal.rest.conftest import Rest

from cordboard.portal.credentials import add_webhook


def test_an_item_is_the_same_client_in_native_values(rest: Rest) -> None:
    fields: dict[str, Any] = {"title": "Offer", "opportunity": 12.5, "companyId": 7, "ufCrm_LOYALTY": "gold"}

    item = rest.call("crm.item.add", {"entityTypeId": 2, "fields": fields}).result["item"]

    expected = (1, "Offer", 12.5, 7, "NEW", "N", "gold", 1, 2)
    flags = ("stageId", "isRecurring", "ufCrm_LOYALTY", "assignedById", "entityTypeId")
    names = ("id", "title", "opportunity", "companyId", *flags)
    assert expected == tuple(item[name] for name in names)
    assert "12.50" == rest.call("crm.deal.get", {"id": 1}).result["OPPORTUNITY"]
    assert [] == rest.call("crm.item.delete", {"entityTypeId": 2, "id": 1}).result
    gone = rest.call("crm.item.get", {"entityTypeId": 2, "id": 1}).refusal
    assert (400, "NOT_FOUND", "Element not found") == gone


def test_items_carry_multifields_as_fm(rest: Rest) -> None:
    fm = [{"typeId": "PHONE", "valueType": "MOBILE", "value": "+79001234567"}]

    item = rest.call("crm.item.add", {"entityTypeId": 3, "fields": {"name": "Ada", "fm": fm}}).result["item"]

    assert [{"id": 1, **fm[0]}] == item["fm"]
    changed = rest.call("crm.item.update", {"entityTypeId": 3, "id": 1, "fields": {"lastName": "L"}}).result["item"]
    assert ("Ada", "L") == (changed["name"], changed["lastName"])


def test_item_filters_know_groups_with_or(rest: Rest) -> None:
    for title in ("a", "b", "c"):
        rest.call("crm.item.add", {"entityTypeId": 1, "fields": {"title": title}})

    asked = {"0": {"logic": "OR", "0": {"title": "a"}, "1": {"=title": "c"}}, ">id": 0}
    body = rest.call("crm.item.list", {"entityTypeId": 1, "filter": asked, "select": ["title"]}).body

    assert [{"id": 1, "title": "a"}, {"id": 3, "title": "c"}] == body["result"]["items"]
    assert 2 == body["total"]


def test_item_refusals_have_the_newer_codes(rest: Rest) -> None:
    assert (400, "100") == rest.call("crm.item.get", {"id": 1}).refusal[:2]
    assert (400, "100") == rest.call("crm.item.get", {"entityTypeId": 1}).refusal[:2]
    assert (400, "ENTITY_TYPE_NOT_SUPPORTED") == rest.call("crm.item.get", {"entityTypeId": 99, "id": 1}).refusal[:2]
    assert "assignedById" in rest.call("crm.item.fields", {"entityTypeId": 4}).result["fields"]


def test_a_comment_lies_in_the_sequence_of_the_timeline(rest: Rest) -> None:
    rest.call("crm.lead.add", {"fields": {"TITLE": "x"}})

    fields = {"ENTITY_TYPE": "lead", "ENTITY_ID": 1, "COMMENT": "said yes"}

    assert 1 == rest.call("crm.timeline.comment.add", {"fields": fields}).result
    assert 400 == rest.call("crm.timeline.comment.add", {"FIELDS": fields}).status


def test_a_notification_is_kept_for_its_user(rest: Rest) -> None:
    assert 1 == rest.call("im.notify.personal.add", {"USER_ID": 2, "MESSAGE": "hello"}).result
    assert rest.call("im.notify.system.add", {"USER_ID": 99, "MESSAGE": "hello"}).result is False
    assert (400, "PARAMS_ERROR") == rest.call("im.notify.delete").refusal[:2]
    assert (400, "MESSAGE_EMPTY") == rest.call("im.notify.system.add", {"USER_ID": 2}).refusal[:2]
    assert (400, "USER_ID_EMPTY") == rest.call("im.notify", {"message": "x"}).refusal[:2]


def test_a_task_is_made_read_and_completed(rest: Rest) -> None:
    fields = {"TITLE": "Call back", "RESPONSIBLE_ID": 2, "UF_CRM_TASK": ["C_84"], "DEADLINE": "2026-08-15T10:00:00Z"}

    task = rest.call("tasks.task.add", {"fields": fields}).result["task"]

    expected = ("1", "2", "1", ["C_84"], "2026-08-15T10:00:00+00:00", "Anna Orlova")
    assert expected == (
        *(task[key] for key in ("id", "status", "priority", "ufCrmTask", "deadline")),
        task["responsible"]["name"],
    )
    assert "5" == rest.call("tasks.task.complete", {"taskId": 1}).result["task"]["status"]
    listed = rest.call("tasks.task.list", {"filter": {"RESPONSIBLE_ID": 2}}).body
    assert (1, "1") == (listed["total"], listed["result"]["tasks"][0]["id"])
    assert (400, "ERROR_CORE", "Task name not specified") == rest.call("tasks.task.add", {"fields": {"X": 1}}).refusal
    assert (400, "100", "Could not find value for parameter {fields}") == rest.call("tasks.task.add").refusal


def test_a_manager_may_change_and_not_delete(rest: Rest) -> None:
    webhook = rest.portal.store.write_sync(lambda c: add_webhook(c, 2, 0))
    rest.call("crm.contact.add", {"fields": {"NAME": "Ada"}}, webhook=webhook)

    assert rest.call("crm.contact.update", {"id": 1, "fields": {"NAME": "Eve"}}, webhook=webhook).result
    assert (400, "", "Access denied.") == rest.call("crm.contact.delete", {"id": 1}, webhook=webhook).refusal
    assert rest.call("crm.contact.delete", {"id": 1}).result


def test_a_dismissed_users_webhook_is_dead(rest: Rest) -> None:
    webhook = rest.portal.store.write_sync(lambda c: add_webhook(c, 2, 0))
    assert 200 == rest.call("scope", webhook=webhook).status

    rest.call("user.update", {"ID": 2, "ACTIVE": False})
    rest.app.credentials.forget()

    assert (401, "INVALID_CREDENTIALS") == rest.call("scope", webhook=webhook).refusal[:2]


def test_a_notice_with_a_tag_is_told_once_and_can_be_taken_away(rest: Rest) -> None:
    told = {"USER_ID": 2, "MESSAGE": "call back", "TAG": "missed-1"}
    first, second = (rest.call("im.notify.system.add", told).result for _ in range(2))

    assert first < second
    assert rest.call("im.notify.delete", {"TAG": "missed-1"}).result is True
    assert rest.call("im.notify.delete", {"ID": second}).result is False
