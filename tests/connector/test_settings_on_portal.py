"""Each setting that changes what a portal is told, through the real flow, against a real portal."""

import asyncio

import msgspec
import pytest
from portals import Portal, connector_of, tell
from stories import START, incoming, news, outgoing, over, talk

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(60)]

MARIA, ANNA, BORIS, CARLA = "1", "2", "3", "4"
LINE = '[[line]]\nnumber = "+74951000001"\n'


@pytest.fixture(scope="module")
def portal(tmp_path_factory):
    portal = Portal(tmp_path_factory.mktemp("portal"))
    yield portal
    portal.child.stop()


def answered(client, number="101", **more):
    return call_of(
        client,
        incoming(talk(number)),
        incoming(
            talk(number, "ended", accepted=True),
            after=7,
            answered=True,
            result=200,
            talk_seconds=5,
            last_speaker=f"c{number}",
            **more,
        ),
    )


def missed(client, result=480):
    ended = incoming(talk("101", "ended"), talk("102", "ended"), after=20, result=result)
    return call_of(client, incoming(talk("101"), talk("102")), ended)


def dialled(client):
    talks = outgoing(talk(client, "ended", accepted=True), after=9, answered=True, result=200, talk_seconds=5)
    return call_of(client, outgoing(talk(client)), talks)


def inside():
    local = [msgspec.structs.replace(outgoing(talk("102", state), after=3), direction="local") for state in STATES]
    return call_of("102", local[0], msgspec.structs.replace(local[1], result=480))


STATES = ("ringing", "ended")


def call_of(client, first, last):
    begun, ended = (msgspec.structs.replace(situation, client=client) for situation in (first, last))
    return [news(begun), over(ended)]


async def told(portal, folder, settings, call):
    """What stands in the portal after a call under these settings."""
    async with connector_of(portal, folder, settings) as connector:
        return await portal.call(await tell(connector, *call))


# --- which calls are registered ------------------------------------------------------------------------------------

FILTERS = {
    "incoming": ("", answered("79261000001"), 1),
    "no incoming": ("[register]\nincoming = false\n", answered("79261000002"), 0),
    "outgoing": ("", dialled("79261000003"), 1),
    "no outgoing": ("[register]\noutgoing = false\n", dialled("79261000004"), 0),
    "no local": ("", inside(), 0),
    "local": ("[register]\nlocal = true\n", inside(), 1),
    "a line that is not registered": (f"{LINE}register = false\n", answered("79261000005"), 0),
    "withheld": ("", answered(""), 1),
    "withheld is skipped": ('[register]\nanonymous = "skip"\n', answered(""), 0),
    "another extension": ('[register]\nonly_extensions = ["^103$"]\n', answered("79261000006"), 1),
}


@pytest.mark.parametrize(("settings", "call", "expected"), FILTERS.values(), ids=FILTERS)
async def test_the_settings_say_which_calls_are_registered(portal, tmp_path, settings, call, expected):
    assert expected == len(await told(portal, tmp_path, settings, call))


# --- whose a call is -----------------------------------------------------------------------------------------------

WHOSE = {
    "the client's responsible": ("", CARLA),
    "whose telephone rang last": ('[missed]\nresponsible = "last"\n', BORIS),
    "the default user": ('[missed]\nresponsible = "default"\ndefault_user = 2\n', ANNA),
    "a line's own": (f'{LINE}missed_responsible = "default"\n', MARIA),
    "a line's extension": (f'{LINE}missed_responsible = "101"\n', ANNA),
}


@pytest.mark.parametrize(("settings", "expected"), WHOSE.values(), ids=WHOSE)
async def test_a_missed_call_of_a_known_client_is_whose_the_settings_say(portal, tmp_path, settings, expected):
    client = f"7926200000{list(WHOSE.values()).index((settings, expected))}"
    await portal.contact(f"+{client}", CARLA)

    row = (await told(portal, tmp_path, settings, missed(client)))[0]

    assert (expected, "304", "CONTACT") == (row["PORTAL_USER_ID"], row["CALL_FAILED_CODE"], row["CRM_ENTITY_TYPE"])


async def test_a_missed_call_of_an_unknown_client_is_whose_telephone_rang_last(portal, tmp_path):
    assert [BORIS] == [row["PORTAL_USER_ID"] for row in await told(portal, tmp_path, "", missed("79261000010"))]


async def test_a_call_that_nobody_was_asked_to_take_is_the_lines_first_responsibles(portal, tmp_path):
    menu = call_of("79261000011", incoming(), incoming(after=9, result=487))[1:]

    whose = [
        (await told(portal, tmp_path, settings, menu))[0]["PORTAL_USER_ID"]
        for settings in ("", f'{LINE}first_responsible = "103"\nmissed_responsible = "103"\n')
    ]

    assert [MARIA, CARLA] == whose


# --- what the portal makes of it -----------------------------------------------------------------------------------


async def test_each_line_gives_its_source_to_the_leads_made_from_it(portal, tmp_path):
    await told(portal, tmp_path, f'{LINE}source = "WEB"\n', answered("79261000020"))

    leads = await portal.ask("crm.lead.list", filter={"PHONE": "79261000020"}, select=["ID", "SOURCE_ID"])
    assert ["WEB"] == [lead["SOURCE_ID"] for lead in leads]


CREATES = {
    "by default": ("", missed("79261000030"), 1),
    "no missed": ("[register]\ncreate_missed = false\n", missed("79261000031"), 0),
    "a line of its own": (f"[register]\ncreate_missed = false\n{LINE}create = true\n", missed("79261000032"), 1),
    "no outgoing by default": ("", dialled("79261000033"), 0),
    "outgoing": ("[register]\ncreate_outgoing = true\n", dialled("79261000034"), 1),
}


@pytest.mark.parametrize(("settings", "call", "expected"), CREATES.values(), ids=CREATES)
async def test_a_lead_is_made_only_where_the_settings_allow_it(portal, tmp_path, settings, call, expected):
    await told(portal, tmp_path, settings, call)

    assert expected == len(await portal.ask("crm.lead.list", filter={"PHONE": call[0].situation.client}))


@pytest.mark.parametrize(("settings", "code"), [("", "304"), ("[register]\ndetailed_statuses = true\n", "486")])
async def test_a_busy_telephone_is_a_missed_call_unless_statuses_are_detailed(portal, tmp_path, settings, code):
    rows = await told(portal, tmp_path, settings, missed("79261000040", result=486))

    assert [code] == [row["CALL_FAILED_CODE"] for row in rows]


async def test_each_employee_who_talked_has_a_call_of_their_own_where_the_settings_want_it(portal, tmp_path):
    parts = [
        msgspec.structs.replace(
            talk(number, "ended", accepted=True), talk_seconds=seconds, talked_from=START + since * 1_000_000
        )
        for number, since, seconds in (("101", 2, 10), ("102", 20, 15))
    ]
    ended = incoming(*parts, after=40, answered=True, result=200, talk_seconds=25, last_speaker="c102")
    call = call_of("79261000050", incoming(talk("101")), ended)

    one = await told(portal, tmp_path, "", call)
    two = await told(portal, tmp_path, "[register]\nseparate_conversations = true\n", call)

    assert [(BORIS, "25", "2")] == [by(row) for row in one]
    assert [(ANNA, "10", "2"), (BORIS, "15", "3")] == [by(row) for row in two]


def by(row):
    return row["PORTAL_USER_ID"], row["CALL_DURATION"], row["CALL_TYPE"]


# --- cards ---------------------------------------------------------------------------------------------------------

MODES = {
    "while it rings": ("[cards]\ndebounce = 0\n", [2, 3], [3]),
    "at the answer": ('[cards]\nmode = "answer"\n', [], [3]),
    "never": ('[cards]\nmode = "never"\n', [], []),
    "never for one": ('[cards]\ndebounce = 0\n[[people]]\nuser = 2\ncards = "never"\n', [3], [3]),
    "at the answer for one": ('[cards]\ndebounce = 0\n[[people]]\nuser = 3\ncards = "answer"\n', [2], [3]),
}


@pytest.mark.parametrize(("settings", "ringing", "talking"), MODES.values(), ids=MODES)
async def test_cards_are_on_the_screens_the_settings_say_and_on_none_after_the_call(
    portal, tmp_path, settings, ringing, talking
):
    seen = []
    rings = incoming(talk("101"), talk("102"))
    talks = incoming(talk("101", "ended"), talk("102", "talking", accepted=True), after=3, answered=True)
    ends = incoming(talk("102", "ended", accepted=True), after=9, result=200, talk_seconds=5, last_speaker="c102")

    async def look():
        # who lost the call lose their cards together, a moment later
        await asyncio.sleep(0.5)
        seen.append(portal.cards())

    async with connector_of(portal, tmp_path, settings) as connector:
        await tell(connector, news(rings), look, news(talks), look, over(ends), look)

    assert [ringing, talking, []] == seen
