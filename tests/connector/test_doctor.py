"""`cordboard doctor` and `status` beside a played exchange and a real portal, well and unwell."""

import asyncio
import json

import pytest
from offices import CORDBOARD, Office

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(180)]


@pytest.fixture(scope="module")
def anyio_backend():
    return "asyncio"


@pytest.fixture(scope="module")
async def office(tmp_path_factory):
    office = Office(tmp_path_factory.mktemp("office"))
    office.pbx.csv_path.touch()
    await office.pbx.start()
    await office.gateway.start()
    office.start_portal()
    office.configure()
    office.start_connector()
    await office.until_listening()
    yield office
    await office.close()


async def cordboard(*arguments):
    process = await asyncio.create_subprocess_exec(
        *map(str, (*CORDBOARD, *arguments)), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    said, wrong = await process.communicate()
    return process.returncode, said.decode(), wrong.decode()


async def test_where_all_is_well_nothing_is_bad(office):
    code, said, wrong = await cordboard("doctor", "--config", office.config, "--json")

    findings = [json.loads(line) for line in said.splitlines()]
    assert 0 == code, said + wrong
    assert {"good"} == {one["state"] for one in findings}
    assert {"database", "pbx main", "crm portal"} == {one["part"] for one in findings}


async def test_each_thing_that_is_wrong_is_told_with_what_to_do_and_without_a_secret(office):
    text = office.config.read_text(encoding="utf-8")
    broken = office.folder / "broken.toml"
    broken.write_text(
        text.replace(office.pbx.secret, "a-wrong-secret")
        .replace("Master.csv", "nowhere.csv")
        .replace("/rest/1/secret/", "/rest/1/other/")
        .replace("connector.db", "missing/connector.db"),
        encoding="utf-8",
    )

    code, said, _ = await cordboard("doctor", "--config", broken)

    assert 1 == code
    bad = [line for line in said.splitlines() if line.startswith("✗")]
    assert ["database", "pbx main", "pbx main", "crm portal"] == [line[3:19].strip() for line in bad], said
    assert "manager.conf" in said
    assert "a-wrong-secret" not in said
    assert "/rest/1/" not in said


async def test_status_says_what_is_connected_and_what_waits(office):
    code, said, _ = await cordboard("status", "--config", office.config, "--url", office.url)
    nobody = await cordboard("status", "--config", office.config, "--url", "http://127.0.0.1:9")

    assert 0 == code
    assert ["pbx main: live up, ledger up, 0 calls", "crm portal: up, 7 users, 0 calls open, 0 waiting,"] == [
        line.partition(" the oldest")[0] for line in said.splitlines()
    ]
    assert 4 == nobody[0]
    assert nobody[2].startswith("no connector answers at http://127.0.0.1:9: ")
