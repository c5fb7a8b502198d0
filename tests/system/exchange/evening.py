"""An evening at the office: the stories, four teams at a time.

In:   an open office (office.py).
Out:  `Lived`, one per call. A team plays its stories one after the other; no two teams share a telephone or a number.

To have a story played in `make test`, name it here. It is judged with all others by tests/system/test_real_calls.py.
"""

import asyncio
from dataclasses import dataclass

import stories  # noqa: F401 - fills STORIES
from office import Office, Team
from story import Lived, played


@dataclass(frozen=True)
class Evening:
    version: str  #: of Asterisk
    ledger: str  #: where the connector reads CEL (chain.py): a CSV file, JSON lines, a table, or AMI alone
    teams: tuple[tuple[str, ...], ...]  #: each team's part lasts about as long as the others'


FULL = Evening(
    "22",
    "csv",
    (
        ("in-answered", "transfer-blind-keys", "transfer-returned", "in-queue-abandoned", "in-declined"),
        ("out-answered", "out-refused", "customer-joins-local-call", "in-hunt-left-on-second", "park-retrieved"),
        ("in-group-answered", "consultation-outside-refer", "pickup-group", "in-queue-answered", "phone-redirects"),
        ("in-no-answer", "consultation-outside-keys", "in-menu-left", "local-answered", "transfer-attended-refer"),
    ),
)
PART = (
    ("in-answered", "in-declined"),
    ("out-refused",),
    ("in-hunt-left-on-second", "pickup-group"),
    ("transfer-returned",),
)
MORE = Evening(
    "22",
    "json",
    (
        ("transfer-chain", "transfer-declined", "click-to-call"),
        ("local-to-outside", "transfer-to-queue", "outgoing-handed-over"),
        ("customers-joined", "pickup-directed", "talk-into-room"),
        ("park-by-refer", "transfer-while-ringing", "transfer-to-outside"),
    ),
)
EVENINGS = {"22": FULL, "22-more": MORE, "16": Evening("16", "table", PART), "22-ami": Evening("22", "ami", PART)}


async def play(office: Office, parts: tuple[tuple[str, ...], ...]) -> list[Lived]:
    """All calls of the evening."""
    teams = zip(office.teams, parts, strict=True)
    told = await asyncio.gather(*(of_a_team(team, names) for team, names in teams))
    return [lived for calls in told for lived in calls]


async def of_a_team(team: Team, names: tuple[str, ...]) -> list[Lived]:
    return [lived for name in names for lived in await played(name, team)]
