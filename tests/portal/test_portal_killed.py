"""A portal killed under load: what it answered is in its database, once; and it opens again at once.

`python -m bench kills --long` kills it 200 times.
"""

from bench.kills import kill_again_and_again
from tests.databases import PostgreSql, Sqlite

#: of the moments of the kills
SEED = 20261125


def test_what_a_killed_portal_answered_is_in_its_database_once(databases: Sqlite | PostgreSql) -> None:
    url = databases.new()

    told = kill_again_and_again(url, 10, SEED)

    assert told.answers >= 10
    # nothing is repaired for minutes; the bound is for a machine that does ten other things
    assert max(told.opened) < 15
    databases.drop(url)
