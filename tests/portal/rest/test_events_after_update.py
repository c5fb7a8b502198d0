"""An update of the portal keeps the events that wait: a row of the old outbox learns where it goes."""

from alembic import command
from sqlalchemy import text
from tests.databases import PostgreSql, Sqlite

from cordboard.portal.deliveries import due_rows
from cordboard.portal.portal import MIGRATIONS
from cordboard.store import Store
from cordboard.store.engines import open_engines
from cordboard.store.migrate import alembic_config

HANDLER = (
    "INSERT INTO event_handler (application_id, event, handler, application_token, connector_id, offline)"
    " VALUES (0, 'ONCRMLEADADD', 'http://127.0.0.1:9/', 'token', '', false)"
)
WAITING = (
    "INSERT INTO event_outbox (handler_id, event, data, user_id, base_url, created_at, attempts, due_at)"
    " VALUES ({}, 'ONCRMLEADADD', '{{}}', 1, '', 0, 0, 0)"
)


def test_what_waits_since_before_an_update_is_sent_and_what_has_no_handler_is_dropped(
    databases: Sqlite | PostgreSql,
) -> None:
    url = databases.new()
    engine = open_engines(url, readers=1).writer
    with engine.begin() as connection:
        command.upgrade(alembic_config(MIGRATIONS, connection), "0002")
        for statement in (HANDLER, WAITING.format(1), WAITING.format(7)):
            connection.execute(text(statement))
    engine.dispose()

    store = Store.open(url, migrations=MIGRATIONS)
    rows = store.read_sync(lambda c: due_rows(c, "http://127.0.0.1:9/", 1))
    store.close_sync()

    assert [("token", "ONCRMLEADADD")] == [(row.application_token, row.subject) for row in rows]
