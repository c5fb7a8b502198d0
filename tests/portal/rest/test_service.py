"""Service methods, users, and batch through the whole stack."""

from tests.portal.rest.conftest import Rest


def test_scope_methods_and_method_get_agree(rest: Rest) -> None:
    assert {"crm", "telephony", "user"} <= set(rest.call("scope").result)
    names = rest.call("methods").result
    assert names == sorted(names)
    assert {"batch", "crm.lead.list", "user.get"} <= set(names)
    assert all(rest.call("method.get", {"name": name}).result["isAvailable"] for name in names[:5])
    assert {"isExisting": False, "isAvailable": False} == rest.call("method.get", {"name": "x"}).result


def test_profile_and_app_info_tell_who_asks(rest: Rest) -> None:
    profile = rest.call("profile").result
    assert ("1", True, "Maria", "Stern") == tuple(profile[key] for key in ("ID", "ADMIN", "NAME", "LAST_NAME"))
    assert {"SCOPE", "LICENSE"} == rest.call("app.info").result.keys()

    info = rest.send(f"/rest/app.info?auth={rest.application['access_token']}").result

    assert (rest.application["client_id"], "L", True) == (info["CODE"], info["STATUS"], info["INSTALLED"])


def test_events_and_features_are_told(rest: Rest) -> None:
    assert "ONEXTERNALCALLSTART" in rest.call("events").result
    assert {"value": "N"} == rest.call("feature.get", {"CODE": "nothing"}).result
    assert (400, "ERROR_ARGUMENT") == rest.call("feature.get").refusal[:2]


def test_users_are_read_with_extensions(rest: Rest) -> None:
    body = rest.call("user.get", {"sort": "ID", "order": "ASC", "FILTER": {"ACTIVE": True}}).body

    assert 2 == body["total"]
    anna = body["result"][1]
    assert ("2", True, "Anna", "101", [1], {}) == tuple(
        anna[key] for key in ("ID", "ACTIVE", "NAME", "UF_PHONE_INNER", "UF_DEPARTMENT", "TIMESTAMP_X")
    )
    assert ["2"] == [user["ID"] for user in rest.call("user.get", {"UF_PHONE_INNER": "101"}).result]
    assert ["2"] == [user["ID"] for user in rest.call("user.get", {"id": 2}).result]
    assert ["2"] == [user["ID"] for user in rest.call("user.search", {"FILTER": {"FIND": "orlo"}}).result]
    assert "1" == rest.call("user.current").result["ID"]


def test_a_brief_scope_hides_mail_and_numbers(rest: Rest) -> None:
    from cordboard.portal.credentials import add_webhook

    brief = rest.portal.store.write_sync(lambda c: add_webhook(c, 1, 0, scopes="user_brief"))

    user = rest.call("user.get", {"ID": 2}, webhook=brief).result[0]

    assert "EMAIL" not in user
    assert "101" == user["UF_PHONE_INNER"]


def test_an_extension_is_set_by_user_update_and_kept_unique(rest: Rest) -> None:
    assert rest.call("user.update", {"ID": 1, "UF_PHONE_INNER": "100"}).result is True
    assert "100" == rest.call("user.current").result["UF_PHONE_INNER"]

    assert 400 == rest.call("user.update", {"ID": 1, "UF_PHONE_INNER": "101"}).status
    assert 400 == rest.call("user.update", {"ID": 1, "UF_PHONE_INNER": "12345"}).status


def test_departments_are_listed(rest: Rest) -> None:
    assert [{"ID": "1", "NAME": "Company", "SORT": 500}] == rest.call("department.get").result


def test_a_batch_of_a_map_refers_to_earlier_results(rest: Rest) -> None:
    commands = {
        "add": "crm.contact.add?fields[NAME]=Ada&fields[PHONE][0][VALUE]=%2B79001234567",
        "get": "crm.contact.get?id=$result[add]",
        "bad": "no.such.method",
        "users": "user.get?start=0",
    }

    body = rest.call("batch", {"cmd": commands, "halt": 0})

    answer = body.result
    assert 200 == body.status
    assert {"add", "get", "users"} == answer["result"].keys()
    assert "+79001234567" == answer["result"]["get"]["PHONE"][0]["VALUE"]
    assert {"bad": {"error": "ERROR_METHOD_NOT_FOUND", "error_description": "Method not found!"}} == answer[
        "result_error"
    ]
    assert {"users": 2} == answer["result_total"]
    assert [] == answer["result_next"]
    assert {"add", "get", "users"} == answer["result_time"].keys()


def test_a_batch_of_a_list_answers_lists(rest: Rest) -> None:
    answer = rest.send(rest.webhook + "batch?cmd[]=profile&cmd[]=server.time&halt=1", http="GET").result

    assert "1" == answer["result"][0]["ID"]
    assert [] == answer["result_error"]
    assert 2 == len(answer["result_time"])


def test_a_batch_refuses_a_batch_and_halts_when_asked(rest: Rest) -> None:
    answer = rest.call("batch", {"CMD": {"a": "batch?cmd[]=scope", "b": "scope"}, "HALT": 1}).result

    assert "ERROR_BATCH_METHOD_NOT_ALLOWED" == answer["result_error"]["a"]["error"]
    assert [] == answer["result"]
