"""Users: who in the CRM has a number.

In:   the employees as the CRM lists them, and the settings' `[[people]]`.
Out:  user ids by number; a wait, told once, where nobody can be made responsible.

Read anew every five minutes, and on a miss at most once a minute; an empty answer never replaces a list (a webhook of a
restricted employee lists nobody). Two employees with one number: the one whose extension it is, else the lower id.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from cordboard.calls.snapshot import UserFull
from cordboard.crm.base import CrmConnection, CrmError, CrmUser
from cordboard.delivery.line import Line
from cordboard.numbers.plan import NumberingPlan
from cordboard.settings import Person

log = structlog.get_logger(__name__)

REFRESH = 300.0
MISS_PAUSE = 60.0
#: longest wait of a card for the list to be read anew
MISS_WAIT = 2.0
RETRY = 1.0


@dataclass(slots=True)
class Held:
    """Who has a number, and how surely."""

    user: int
    as_extension: bool


class UserDirectory:
    """The employees of one connection."""

    def __init__(
        self, crm: CrmConnection, line: Line, plan: NumberingPlan, people: list[Person], clock: Callable[[], float]
    ) -> None:
        self._crm = crm
        self._line = line
        self._plan = plan
        self._people = {x: person.user for person in people for x in (person.extension, *person.extensions) if x}
        self._clock = clock
        self._by_base: dict[str, Held] = {}
        self._users: dict[int, CrmUser] = {}
        self._read_at = 0.0
        self._loaded = asyncio.Event()
        self._wanted = asyncio.Event()
        self._changed = asyncio.Condition()
        self._reported: set[str] = set()
        self._reported_shared: dict[str, list[int]] = {}

    @property
    def is_loaded(self) -> bool:
        return self._loaded.is_set()

    @property
    def count(self) -> int:
        return len(self._users)

    def outside_numbers(self) -> list[str]:
        """Numbers in the profiles that are no extensions, as far as known now."""
        return [x for user in self._users.values() for x in user.numbers if not self._plan.is_local(x)]

    def at_once(self, number: str) -> int:
        """The user of a number as far as known now, 0 for nobody."""
        if number in self._people:
            return self._people[number]
        held = self._by_base.get(self._plan.number(number).base) if number else None
        return held.user if held else 0

    def extension_now(self, user: int) -> str:
        """The extension of a user as far as known now: the settings' word, else the first in the CRM; "" for none."""
        named = (number for number, holder in self._people.items() if holder == user)
        known = self._users.get(user)
        return next(named, "") or next((x for x in (known.numbers if known else ()) if self._plan.is_local(x)), "")

    async def extension_of(self, user: int) -> str:
        """The same, once the users are known; they are read anew for one who came meanwhile."""
        if not (extension := self.extension_now(user)):
            await self._loaded.wait()
            extension = self.extension_now(user)
        if not extension and self._clock() - self._read_at > MISS_PAUSE:
            await self._read_anew()
            extension = self.extension_now(user)
        return extension

    async def find(self, numbers: tuple[str, ...]) -> dict[str, int]:
        """Users of those numbers that belong to one."""
        if any(number not in self._people for number in numbers):
            await self._loaded.wait()
        if not all(self.at_once(number) for number in numbers) and self._clock() - self._read_at > MISS_PAUSE:
            await self._read_anew()
        found = {number: user for number in numbers if (user := self.at_once(number))}
        for number in numbers:
            if number not in found and self._plan.is_local(number) and number not in self._reported:
                self._reported.add(number)
                log.warning("an extension belongs to no user of the CRM", connection=self._crm.name, extension=number)
        return found

    async def details(self, ids: tuple[int, ...]) -> dict[str, UserFull]:
        """What the CRM lists of these users, by id, as customizations know it."""
        await self._loaded.wait()
        return {str(id): user_full(self._users[id]) for id in ids if id in self._users}

    async def need(self, numbers: tuple[str, ...], line: str) -> int:
        """A user for a call that nobody can be made responsible for; waits until somebody has repaired it."""
        log.error(
            "a call waits: its extensions belong to no user of the CRM; give one of them the extension,"
            " or set `default_user` of the connection, or `first_responsible` of the line",
            connection=self._crm.name,
            extensions=numbers,
            line=line,
        )
        while True:
            async with self._changed:
                await self._changed.wait()
            if user := next((user for number in numbers if (user := self.at_once(number))), 0):
                return user

    async def _read_anew(self) -> None:
        before = self._read_at
        self._wanted.set()
        try:
            async with asyncio.timeout(MISS_WAIT), self._changed:
                await self._changed.wait_for(lambda: self._read_at != before)
        except TimeoutError:
            return

    async def keep_fresh(self) -> None:
        """Read the list now and every five minutes, for ever."""
        while True:
            await self._line.ready()
            try:
                users = await self._crm.list_users()
            except CrmError as error:
                self._line.failed(error) if error.connection else self._line.release()
                if not error.connection:
                    log.warning("the users cannot be read", connection=self._crm.name, reason=str(error))
                await asyncio.sleep(RETRY)
                continue
            except BaseException:
                self._line.release()
                raise
            self._line.worked()
            await self._take(users)
            self._wanted.clear()
            try:
                await asyncio.wait_for(self._wanted.wait(), REFRESH)
            except TimeoutError:
                continue

    async def _take(self, users: list[CrmUser]) -> None:
        self._read_at = self._clock()
        if users or not self._users:
            self._tell_differences(users)
            self._users = {user.id: user for user in users}
            self._by_base = self._index(users)
            # an empty list is known too: calls then wait for a repair with the right words
            self._loaded.set()
        else:
            log.warning("the CRM listed no users; the known ones are kept", connection=self._crm.name)
        async with self._changed:
            self._changed.notify_all()

    def _tell_differences(self, users: list[CrmUser]) -> None:
        """What an administrator should know: who is gone, whose numbers changed, who shares one."""
        now = {user.id: user for user in users}
        if gone := self._users.keys() - now.keys():
            log.warning("users are gone from the CRM's list", connection=self._crm.name, users=sorted(gone))
        for id in self._users.keys() & now.keys():
            before, after = set(self._users[id].numbers), set(now[id].numbers)
            if before != after:
                numbers = {"gone": sorted(before - after), "new": sorted(after - before)}
                log.info("the numbers of a user changed", connection=self._crm.name, user=id, **numbers)
        for number, ids in self._shared(users).items():
            if self._reported_shared.get(number) != ids:
                self._reported_shared[number] = ids
                log.warning(
                    "several users have one number; calls go to the one whose extension it is, else to the lowest id",
                    connection=self._crm.name,
                    number=number,
                    users=ids,
                )

    def _shared(self, users: list[CrmUser]) -> dict[str, list[int]]:
        holders: dict[str, list[int]] = {}
        for user in users:
            for base in {self._plan.number(number).base for number in user.numbers} - {""}:
                holders.setdefault(base, []).append(user.id)
        return {number: sorted(ids) for number, ids in holders.items() if len(ids) > 1}

    def _index(self, users: list[CrmUser]) -> dict[str, Held]:
        held: dict[str, Held] = {}
        for user in sorted(users, key=lambda user: user.id):
            for number in user.numbers:
                base, is_extension = self._plan.number(number).base, self._plan.is_local(number)
                other = held.get(base)
                if not base or (other is not None and (other.as_extension or not is_extension)):
                    continue
                held[base] = Held(user.id, is_extension)
        return held


def user_full(user: CrmUser) -> UserFull:
    return UserFull(
        email=user.email,
        id=str(user.id),
        name=user.name,
        phones=list(user.numbers),
        position=user.position,
        raw=user.raw,
    )
