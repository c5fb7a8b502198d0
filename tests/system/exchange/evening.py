"""An evening at the office: the stories, four teams at a time.

In:   an open office (office.py).
Out:  `Lived`, one per call. A team plays its stories one after the other; no two teams share a telephone or a number.

To have a story played in `make test`, name it here. It is judged with all others by tests/system/test_real_calls.py.
"""

import asyncio

import stories  # noqa: F401 - fills STORIES
from office import Office, Team
from story import Lived, played

#: by the version of Asterisk; each team's evening lasts about as long as the others'
EVENINGS = {
    "22": (
        ("in-answered", "transfer-blind-keys", "transfer-returned", "in-queue-abandoned", "in-declined"),
        ("out-answered", "out-refused", "customer-joins-local-call", "in-hunt-left-on-second", "park-retrieved"),
        ("in-group-answered", "consultation-outside-refer", "pickup-group", "in-queue-answered", "phone-redirects"),
        ("in-no-answer", "consultation-outside-keys", "in-menu-left", "local-answered", "transfer-attended-refer"),
    ),
    "16": (
        ("in-answered", "in-declined"),
        ("out-refused",),
        ("in-hunt-left-on-second",),
        ("transfer-returned",),
    ),
}


async def play(office: Office, version: str) -> list[Lived]:
    """All calls of the evening."""
    teams = zip(office.teams, EVENINGS[version], strict=True)
    told = await asyncio.gather(*(of_a_team(team, names) for team, names in teams))
    return [lived for calls in told for lived in calls]


async def of_a_team(team: Team, names: tuple[str, ...]) -> list[Lived]:
    return [lived for name in names for lived in await played(name, team)]
