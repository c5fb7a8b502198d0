"""The office: four teams of three at their telephones, and the customers behind the provider.

In:   a running exchange (pbx.py).
Out:  registered telephones; for a story (story.py) one team with its numbers, which no other team uses, so that four
      stories are played at the same time.
"""

import itertools
from dataclasses import dataclass, field

from pbx import PEOPLE, SIP, Tap
from telephone import Seen, Telephone

TEAMS = (0, 1, 2, 3)
#: what the company's numbers lead to, by their ninth digit (etc/extensions.conf)
SERVICES = {"group": 2, "hunt": 3, "queue": 4, "menu": 5, "mobile": 6, "local": 7, "closed": 8}


@dataclass
class Team:
    number: int
    telephones: tuple[Telephone, Telephone, Telephone]
    provider: Telephone
    tap: Tap
    _outside: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def outside_number(self) -> str:
        """A number that nobody else has in this evening."""
        return f"7916{1_000_000 + self.number * 10_000 + next(self._outside)}"

    def line_to(self, place: Telephone | str) -> str:
        """The company's number that leads to a telephone of the team or to one of its services."""
        if isinstance(place, str):
            return f"74951000{SERVICES[place]}{self.number}0"
        return f"749510001{place.name[1:]}"

    @property
    def mobile(self) -> str:
        return f"7916000510{self.number}"


@dataclass
class Office:
    teams: tuple[Team, ...]
    provider: Telephone
    seen: list[Seen]

    def close(self) -> None:
        for telephone in (self.provider, *(each for team in self.teams for each in team.telephones)):
            telephone.stop()


async def open_office(tap: Tap) -> Office:
    seen: list[Seen] = []
    provider = await Telephone("trunk-alpha", ("127.0.0.2", 5060), SIP, seen, hertz=1000).start()
    at: dict[str, Telephone] = {}
    for name in PEOPLE:
        at[name] = await Telephone(name, ("127.0.0.1", 6000 + int(name)), SIP, seen, hertz=300 + int(name)).start()
        await at[name].register()
    teams = (Team(number, (at[f"1{number}1"], at[f"1{number}2"], at[f"1{number}3"]), provider, tap) for number in TEAMS)
    return Office(tuple(teams), provider, seen)
