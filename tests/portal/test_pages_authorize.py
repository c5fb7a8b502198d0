"""Letting an application in, as a browser does it with a real portal: asked, allowed, and back with a code."""

import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import aiohttp
import msgspec
import pytest

from cordboard.testing import running_portal

pytestmark = pytest.mark.anyio

SITE = "http://127.0.0.1:9/back?from=portal"


def install(folder: Path, *options: str) -> dict[str, str]:
    command = [sys.executable, "-m", "cordboard.cli.main", "app", "add", "Dialler", "--json", "--db"]
    text = subprocess.run(
        [*command, f"sqlite:///{folder}/portal.db", *options], capture_output=True, text=True, timeout=60, check=True
    )
    return msgspec.json.decode(text.stdout)


async def test_an_allowed_application_comes_back_with_a_code_that_gives_tokens(tmp_path: Path) -> None:
    with running_portal(tmp_path, "--sign-in-as", "2") as portal:
        app = install(tmp_path, "--redirect", SITE)
        address = f"{portal.url}/oauth/authorize/?client_id={app['client_id']}&state=a%26b"
        jar = aiohttp.CookieJar(unsafe=True)
        async with aiohttp.ClientSession(cookie_jar=jar) as http:
            async with http.get(address, allow_redirects=False) as stranger:
                to_login = stranger.status, stranger.headers["Location"]
            await http.get(portal.ready["sign_in"])
            async with http.get(address) as page:
                html, policy = await page.text(), page.headers["Content-Security-Policy"]
            fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', html)) | {"state": "a&b"}
            forged = await http.post(f"{portal.url}/oauth/authorize", data=fields | {"form_token": "wrong"})
            async with http.post(f"{portal.url}/oauth/authorize", data=fields, allow_redirects=False) as allowed:
                back = allowed.headers["Location"]
            async with http.get(address, allow_redirects=False) as asked_again:
                again = asked_again.status, asked_again.headers.get("Location", "")
            said = dict(parse_qsl(urlsplit(back).query))
            keys = f"client_id={app['client_id']}&client_secret={app['client_secret']}&code={said['code']}"
            async with http.get(f"{portal.url}/oauth/token/?grant_type=authorization_code&{keys}") as answer:
                tokens = await answer.json()

    assert (303, True) == (to_login[0], to_login[1].startswith("/login?next=/oauth/authorize"))
    assert "Dialler" in html
    assert "form-action 'self' http://127.0.0.1:9;" in policy
    assert 403 == forged.status
    assert back.startswith(SITE + "&")
    assert {"from", "code", "state", "domain", "member_id", "scope", "server_domain"} == set(said)
    assert "a&b" == said["state"]
    assert 2 == tokens["user_id"]
    assert (303, True) == (again[0], again[1].startswith(SITE + "&code="))
    assert back.split("code=")[1] != again[1].split("code=")[1]


async def test_an_application_that_is_not_known_or_has_no_address_is_told_so_without_a_redirect(tmp_path: Path) -> None:
    with running_portal(tmp_path, "--sign-in-as", "2") as portal:
        homeless = install(tmp_path)["client_id"]
        jar = aiohttp.CookieJar(unsafe=True)
        async with aiohttp.ClientSession(cookie_jar=jar, headers={"Accept-Language": "ru"}) as http:
            await http.get(portal.ready["sign_in"])
            pages = [
                await http.get(f"{portal.url}/oauth/authorize/?client_id={client_id}")
                for client_id in ("local.nobody", homeless)
            ]
            words = [await page.text() for page in pages]

    assert [400, 400] == [page.status for page in pages]
    assert all("Этому приложению нельзя дать доступ" in text for text in words)
