"""The points that are asked before there is a call: before Originate, and for the dial plan."""

import pytest
from tests.hooks.test_points import install, languages

from cordboard.hooks.beforehand import Distribution, Originate, customize_distribution, customize_originate

pytestmark = pytest.mark.anyio

CLICK = Originate("PJSIP/101", "from-internal", "+79161234567", caller_id="Anna <101>", request_data='{"USER_ID": 2}')
FOUND = Distribution("101", "Anna Petrova")

each_language = pytest.mark.parametrize("language", languages())


@each_language
async def test_a_customization_changes_what_is_originated(folder, language):
    made = install(folder, "process_originate_params", language, {"extension": "989161234567", "caller_id": None})

    changed = await customize_originate(made, CLICK, "portal")

    assert ("989161234567", "", "PJSIP/101") == (changed.extension, changed.caller_id, changed.channel)


@each_language
async def test_empty_data_originates_nothing(folder, language):
    made = install(folder, "process_originate_params", language, [])

    assert None is await customize_originate(made, CLICK, "portal")


@each_language
async def test_a_failure_originates_what_was_asked(folder, language):
    made = install(folder, "process_originate_params", language, {"extension": "9"}, state="error")

    assert CLICK == await customize_originate(made, CLICK, "portal")


async def test_a_site_without_customizations_originates_what_was_asked(folder):
    assert CLICK == await customize_originate(folder.customizations(), CLICK, "portal")


@each_language
async def test_a_customization_chooses_who_is_rung(folder, language):
    made = install(folder, "customize_autodistribution", language, {"extension": "105"})

    chosen = await customize_distribution(made, FOUND, "portal", phone="79161234567", trunk="74951000001")

    assert Distribution("105", "Anna Petrova") == chosen


@each_language
async def test_empty_data_is_the_default_route(folder, language):
    made = install(folder, "customize_autodistribution", language, [])

    assert None is await customize_distribution(made, FOUND, "portal", phone="79161234567", trunk="")


@each_language
async def test_a_failure_rings_whom_the_crm_named(folder, language):
    made = install(folder, "customize_autodistribution", language, {"extension": 105})

    assert FOUND == await customize_distribution(made, FOUND, "portal", phone="79161234567", trunk="")
    assert "data.extension: expected text, got 105" in made.entries[0].last_failure
