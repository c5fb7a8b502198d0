"""The demo's week: enough on every screen, in the past, the same for everybody."""

from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from cordboard.portal import basics
from cordboard.portal.portal import Portal
from cordboard.portal.seed import seed
from cordboard.portal.seed_week import seed_week
from cordboard.portal.tables import activity, call, note, open_call, task
from cordboard.portal.views.missed import Board, list_handled, list_waiting

NOW = 1_795_600_000_000_000


def filled(folder: Path) -> Portal:
    portal = Portal.open(db=f"sqlite:///{folder}/portal.db")

    def fill(database: Any) -> None:
        basics.install(database, NOW, login="admin", password="x", name="Maria", last_name="Stern")
        seed(database, NOW)
        seed_week(database, NOW)

    portal.store.write_sync(fill)
    return portal


def test_a_week_fills_every_screen_and_nothing_lies_in_the_future(tmp_path: Path):
    portal = filled(tmp_path)

    def read(database: Any) -> Any:
        counts = [
            database.execute(select(func.count()).select_from(one)).scalar() for one in (call, activity, note, task)
        ]
        latest = database.execute(select(func.max(call.c.finished_at))).scalar()
        rows = database.execute(select(call.c.call_status, call.c.incoming)).all()
        board = len(list_waiting(database, Board(None, NOW))), len(list_handled(database, Board(None, NOW)))
        return counts, latest, set(rows), board, database.execute(select(func.count()).select_from(open_call)).scalar()

    (calls, activities, notes, tasks), latest, kinds, (waiting, handled), running = portal.store.read_sync(read)
    portal.store.close_sync()

    assert 100 <= calls <= 200
    assert activities > 80
    assert notes > 15
    assert tasks == 12
    assert latest < NOW
    assert {(0, 1), (0, 2), (1, 1), (1, 2)} == kinds
    assert 3 <= waiting <= 25
    assert handled >= 5
    assert 0 == running


def test_the_week_is_the_same_every_time(tmp_path: Path):
    columns = (call.c.phone_number, call.c.call_start_date, call.c.call_duration, call.c.portal_user_id)
    found = []
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        portal = filled(tmp_path / name)
        found.append(portal.store.read_sync(lambda database: database.execute(select(*columns)).all()))
        portal.store.close_sync()

    assert found[0] == found[1]
