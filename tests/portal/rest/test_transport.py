"""Addresses, credentials, decoding and errors: what a client meets before any method does its work."""

import pytest
from tests.portal.rest.conftest import Rest

from cordboard.portal.rest.request import MAX_BODY

FORM = "application/x-www-form-urlencoded"
WRONG_SECRET = "/rest/1/0000000000000000/"


@pytest.mark.parametrize(
    "method", ["server.time", "SERVER.TIME", "server.time/", "/server.time", "server.time.json", "Server.Time.JSON"]
)
@pytest.mark.parametrize("http", ["GET", "POST"])
def test_a_method_answers_in_any_case_with_slash_and_extension(rest: Rest, method: str, http: str) -> None:
    assert "2026-08-14T09:30:00+00:00" == rest.send(rest.webhook + method, http=http).result


def test_xml_is_answered_where_it_is_asked_for(rest: Rest) -> None:
    answer = rest.send(rest.webhook + "server.time.xml")

    assert answer.headers["content-type"] == "text/xml; charset=utf-8"
    assert b"<response><result>2026-08-14T09:30:00+00:00</result><time>" in answer.raw


def test_the_headers_are_those_of_a_portal(rest: Rest) -> None:
    headers = rest.call("server.time").headers

    assert headers["content-type"] == "application/json; charset=utf-8"
    assert headers["access-control-allow-origin"] == "*"
    assert headers["access-control-allow-headers"] == "origin, content-type, accept"
    assert headers["x-content-type-options"] == "nosniff"


def test_success_has_time_and_an_error_has_none(rest: Rest) -> None:
    expected = {"start", "finish", "duration", "processing", "date_start", "date_finish"}

    assert expected | {"operating", "operating_reset_at"} == rest.call("scope").body["time"].keys()
    assert "time" not in rest.call("no.such.method").body


def test_json_form_multipart_and_query_say_the_same(rest: Rest) -> None:
    multipart = b'--B\r\nContent-Disposition: form-data; name="NAME"\r\n\r\nserver.time\r\n--B--\r\n'
    path = rest.webhook + "method.get"

    answers = [
        rest.send(path, b'{"name": "server.time"}', content_type="application/json"),
        rest.send(path, b"name=server.time", content_type=FORM),
        rest.send(path, b"name=server.time"),
        rest.send(path, multipart, content_type="multipart/form-data; boundary=B"),
        rest.send(path + "?name=server.time", http="GET"),
        rest.send(path + "?name=nothing", b'{"name": "server.time"}', content_type="application/json"),
    ]

    assert [{"isExisting": True, "isAvailable": True}] * len(answers) == [answer.result for answer in answers]


@pytest.mark.parametrize("body", [b"{broken", b"[1]", b"\xff\xfe", b'"text"'])
def test_a_json_body_that_cannot_be_read_is_ignored(rest: Rest, body: bytes) -> None:
    answer = rest.send(rest.webhook + "method.get?name=scope", body, content_type="application/json")

    assert answer.result["isExisting"]


def test_the_body_of_a_get_is_never_read(rest: Rest) -> None:
    answer = rest.send(rest.webhook + "method.get", b'{"name": "scope"}', http="GET", content_type="application/json")

    assert not answer.result["isExisting"]


def test_a_wrong_secret_a_missing_scope_and_an_unknown_method_are_told_apart(rest: Rest) -> None:
    narrow = rest.portal.store.write_sync(lambda c: _webhook(c, "telephony"))

    assert (401, "INVALID_CREDENTIALS", "Invalid request credentials") == rest.send(WRONG_SECRET + "scope").refusal
    text = "The request requires higher privileges than provided by the webhook token"
    assert (401, "insufficient_scope", text) == rest.call("crm.lead.list", webhook=narrow).refusal
    assert (404, "ERROR_METHOD_NOT_FOUND", "Method not found!") == rest.call("no.such.method").refusal


@pytest.mark.parametrize("path", ["/rest/scope", "/rest/scope.json"])
def test_no_credential_is_told(rest: Rest, path: str) -> None:
    assert (401, "NO_AUTH_FOUND", "Wrong authorization data") == rest.send(path).refusal


def test_another_users_id_does_not_open_a_webhook(rest: Rest) -> None:
    assert 401 == rest.send(rest.webhook.replace("/rest/1/", "/rest/2/") + "scope").status
    assert 200 == rest.send(rest.webhook.replace("/rest/1/", "/rest/admin/") + "scope").status


@pytest.mark.parametrize("way", ["auth", "access_token", "header"])
def test_a_token_works_in_query_body_and_header(rest: Rest, way: str) -> None:
    token = rest.application["access_token"]
    headers = {"authorization": f"Bearer {token}"} if way == "header" else {}
    body = b"" if way == "header" else f"{way}={token}".encode()

    assert "telephony" in rest.send("/rest/scope", body, headers=headers).result


def test_a_token_dies_after_an_hour_and_a_strange_one_is_told(rest: Rest) -> None:
    path = f"/rest/scope?auth={rest.application['access_token']}"
    rest.clock.forward(seconds=3599)
    assert 200 == rest.send(path).status

    rest.clock.forward(seconds=1)

    assert (401, "expired_token", "The access token provided has expired") == rest.send(path).refusal
    strange = rest.send("/rest/scope?auth=strange").refusal
    assert (401, "invalid_token", "Unable to get application by token") == strange


@pytest.mark.parametrize("http", ["PUT", "DELETE", "PATCH", "HEAD"])
def test_other_http_methods_are_405(rest: Rest, http: str) -> None:
    answer = rest.send(rest.webhook + "scope", http=http)

    assert (405, "GET, POST, OPTIONS") == (answer.status, answer.headers["allow"])


def test_what_is_too_long_deep_or_much_is_refused_in_words(rest: Rest) -> None:
    path = rest.webhook + "scope"

    long = rest.send(path, b"x", headers={"content-length": str(MAX_BODY + 1)})
    deep = rest.send(path, b'{"a":' * 100 + b"1" + b"}" * 100, content_type="application/json")
    deepest = rest.send(path, b'{"a":' * 100_000 + b"1" + b"}" * 100_000, content_type="application/json")
    many = rest.send(path, b"a=1&" * 10_001)

    assert [413] * 4 == [answer.status for answer in (long, deep, deepest, many)]
    assert ["INVALID_REQUEST"] * 4 == [answer.body["error"] for answer in (long, deep, deepest, many)]


def test_v3_addresses_say_that_there_is_no_such_method(rest: Rest) -> None:
    answer = rest.send("/rest/api/1/secret/tasks.task.get")

    assert (404, {"code", "message"}) == (answer.status, set(answer.body["error"]))


def test_https_can_be_required(rest: Rest) -> None:
    rest.portal._switches["https_required"] = True  # pyright: ignore[reportPrivateUsage]

    assert (401, "INVALID_REQUEST", "Https required.") == rest.call("scope").refusal


def test_an_empty_code_can_be_made_error_core(rest: Rest) -> None:
    assert (400, "", "Not found") == rest.call("crm.lead.get", {"id": 99}).refusal

    rest.portal._switches["empty_error_code"] = False  # pyright: ignore[reportPrivateUsage]

    assert (400, "ERROR_CORE", "Not found") == rest.call("crm.lead.get", {"id": 99}).refusal


def test_the_fifty_first_call_is_too_much_when_the_limit_is_on(rest: Rest) -> None:
    rest.portal._switches["rate_limit"] = "0.001/50"  # pyright: ignore[reportPrivateUsage]

    answers = [rest.call("scope") for _ in range(51)]

    assert [200] * 50 == [answer.status for answer in answers[:50]]
    refused = next(answer for answer in answers if answer.status != 200)
    assert (503, "QUERY_LIMIT_EXCEEDED", "Too many requests") == refused.refusal


def test_a_defect_of_ours_is_an_error_in_bitrix24s_form_without_a_word_of_the_inside(rest: Rest) -> None:
    rest.portal.store.write_sync(lambda c: c.exec_driver_sql("DROP TABLE exclusion"))
    rest.portal.store.write_sync(lambda c: c.exec_driver_sql("DROP TABLE lead"))

    assert (500, "ERROR_CORE", "SQL query error!") == rest.call("crm.lead.list").refusal


def _webhook(connection: object, scopes: str) -> str:
    from cordboard.portal.credentials import add_webhook

    return add_webhook(connection, 1, 0, scopes=scopes)  # type: ignore[arg-type]
