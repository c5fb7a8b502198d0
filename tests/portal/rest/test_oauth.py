"""Codes and tokens: life, single use, rotation, revocation."""

import pytest
from tests.portal.rest.conftest import Rest

from cordboard.b24wire.errors import RestError
from cordboard.portal.rest import oauth
from cordboard.portal.rest.moments import micros


def client(rest: Rest) -> tuple[str, str]:
    return rest.application["client_id"], rest.application["client_secret"]


def now(rest: Rest) -> int:
    return micros(rest.clock())


def code(rest: Rest) -> str:
    return rest.portal.store.write_sync(lambda c: oauth.new_code(c, client(rest)[0], 2, now(rest)))[0]


def test_a_code_gives_tokens_of_the_user_once(rest: Rest) -> None:
    given = code(rest)

    grant = rest.portal.store.write_sync(lambda c: oauth.exchange_code(c, *client(rest), given, now(rest)))

    assert "2" == rest.send(f"/rest/profile?auth={grant.access_token}").result["ID"]
    with pytest.raises(RestError, match="used or expired"):
        rest.portal.store.write_sync(lambda c: oauth.exchange_code(c, *client(rest), given, now(rest)))


def test_a_code_dies_after_thirty_seconds(rest: Rest) -> None:
    given = code(rest)
    rest.clock.forward(seconds=30)

    with pytest.raises(RestError) as refusal:
        rest.portal.store.write_sync(lambda c: oauth.exchange_code(c, *client(rest), given, now(rest)))

    assert "invalid_grant" == refusal.value.code


def test_a_refresh_replaces_both_tokens(rest: Rest) -> None:
    old = rest.application["refresh_token"]
    rest.clock.forward(hours=2)

    grant = rest.portal.store.write_sync(lambda c: oauth.refresh(c, *client(rest), old, now(rest)))

    assert 200 == rest.send(f"/rest/scope?auth={grant.access_token}").status
    with pytest.raises(RestError, match="unknown, used or expired"):
        rest.portal.store.write_sync(lambda c: oauth.refresh(c, *client(rest), old, now(rest)))


def test_a_wrong_secret_is_refused(rest: Rest) -> None:
    with pytest.raises(RestError) as refusal:
        rest.portal.store.write_sync(lambda c: oauth.refresh(c, client(rest)[0], "wrong", "x", now(rest)))

    assert ("invalid_client", 401) == (refusal.value.code, refusal.value.status)


def test_the_token_endpoint_answers_the_whole_object(rest: Rest) -> None:
    rest.app = oauth.TokenApp(rest.portal)  # type: ignore[assignment]
    client_id, secret = client(rest)
    path = f"/oauth/token/?grant_type=refresh_token&client_id={client_id}&client_secret={secret}&refresh_token="

    answer = rest.send(path + rest.application["refresh_token"], http="GET").body
    refused = rest.send(path + "wrong", http="GET")

    assert (3600, "http://portal.example/rest/", "L", 1) == tuple(
        answer[key] for key in ("expires_in", "client_endpoint", "status", "user_id")
    )
    assert 32 == len(answer["member_id"])
    assert (400, "invalid_grant") == refused.refusal[:2]
    assert (400, "invalid_request") == rest.send("/oauth/token/", http="GET").refusal[:2]
