"""A credential dies with its user: at once here, and for good where another process dismissed him."""

import time

import pytest
from sqlalchemy import update
from tests.portal.rest.conftest import Rest

from cordboard.portal.rest import auth, oauth
from cordboard.portal.rest.moments import micros
from cordboard.portal.tables import users


def token_of(rest: Rest, user_id: int) -> str:
    client_id, secret = rest.application["client_id"], rest.application["client_secret"]
    now = micros(rest.clock())

    def grant(connection: object) -> str:
        code = oauth.new_code(connection, client_id, user_id, now)[0]  # pyright: ignore[reportArgumentType]
        return oauth.exchange_code(connection, client_id, secret, code, now).access_token  # pyright: ignore[reportArgumentType]

    return rest.portal.store.write_sync(grant)


def test_a_user_dismissed_over_rest_is_refused_at_once(rest: Rest) -> None:
    token = token_of(rest, 2)
    assert "2" == rest.send(f"/rest/profile?auth={token}").result["ID"]

    rest.call("user.update", {"ID": 2, "ACTIVE": False})

    assert (401, "authorization_error") == rest.send(f"/rest/profile?auth={token}").refusal[:2]


def test_a_user_dismissed_by_another_process_stays_refused(rest: Rest, monkeypatch: pytest.MonkeyPatch) -> None:
    token = token_of(rest, 2)
    assert "2" == rest.send(f"/rest/profile?auth={token}").result["ID"]
    rest.portal.store.write_sync(lambda c: c.execute(update(users).where(users.c.id == 2).values(active=False)))
    monkeypatch.setattr(auth, "_REMEMBERED", 1.0)
    time.sleep(1.1)

    refusals = [rest.send(f"/rest/profile?auth={token}").refusal[:2] for _ in range(3)]

    assert [(401, "authorization_error")] * 3 == refusals
