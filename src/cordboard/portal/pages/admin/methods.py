"""`/admin/methods`: every REST method as the registry knows it, and a form that tries one.

In:   the registry; a body as JSON. Out: the raw answer to a request on behalf of the signed-in user with all scopes.
"""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.types import ControllerRouterHandler
from markupsafe import Markup

from cordboard.portal.credentials import ALL_SCOPES
from cordboard.portal.pages.admin.desk import Desk
from cordboard.portal.pages.admin.raw import readable
from cordboard.portal.pages.site import N_, Visit, Web
from cordboard.portal.rest.ask import ask
from cordboard.portal.rest.auth import Credential, scope_set
from cordboard.portal.rest.described import Described, describe
from cordboard.portal.rest.registry import Method, all_methods, find_method

#: a request typed by hand is short
LONGEST_BODY = 30_000


def handlers(desk: Desk, rest: Any) -> list[ControllerRouterHandler]:
    async def page(visit: Visit, method: Method, **told: Any) -> Response[str]:
        described = describe(method)
        values: dict[str, Any] = {"method": method, "described": described, "sent": sample(described), "answer": None}
        values["coded"] = coded
        return await desk.page(visit, "admin_method.html", "methods", **(values | told))

    @get("/admin/methods")
    async def show(request: Web) -> Response[str]:
        visit = await desk.site.administrator(request)
        wanted = request.query_params.get("find", "").strip().lower()[:80]
        found = [(one, describe(one)) for one in all_methods() if one.listed and wanted in one.name.lower()]
        groups: dict[str, list[tuple[Method, Described]]] = {}
        for one, described in found:
            groups.setdefault(one.scope, []).append((one, described))
        values: dict[str, Any] = {"groups": sorted(groups.items()), "count": len(found), "find": wanted, "coded": coded}
        return await desk.page(visit, "admin_methods.html", "methods", **values)

    @get("/admin/methods/{name:str}")
    async def show_one(request: Web, name: str) -> Response[str]:
        visit = await desk.site.administrator(request)
        method = find_method(name)
        return await page(visit, method) if method and method.listed else desk.site.not_found(request)

    @post("/admin/methods/{name:str}", status_code=200)
    async def try_it(request: Web, name: str) -> Response[str]:
        visit, form = await desk.site.administrator_sent(request)
        method = find_method(name)
        if method is None or not method.listed:
            return desk.site.not_found(request)
        sent = form.get("body", "").strip()[:LONGEST_BODY]
        if mistake := wrong_body(sent):
            return await page(visit, method, sent=sent, errors={"body": desk.say(visit, mistake)})
        credential = Credential(visit.viewer.user_id, scope_set(ALL_SCOPES), key=f"u{visit.viewer.user_id}")
        base_url = f"{request.url.scheme}://{request.url.netloc}"
        answer = await ask(rest, method.name, sent.encode() or b"{}", credential, base_url)
        return await page(visit, method, sent=sent, answer=answer, text=readable(answer.body))

    return [show, show_one, try_it]


def wrong_body(text: str) -> str:
    """Why this is no body to send; empty where it is one."""
    try:
        value: object = msgspec.json.decode(text.encode()) if text else {}
    except (msgspec.DecodeError, UnicodeEncodeError):
        return N_("This is no JSON: names and texts stand in double quotes, nothing follows the last value.")
    except RecursionError:
        return N_("This nests too deeply.")
    return "" if isinstance(value, dict) else N_('Parameters are an object: {"ID": 1}')


def coded(text: str) -> Markup:
    """A sentence of a docstring, what stands between backticks as code."""
    words = text.split("`")
    return Markup("").join(
        Markup("<code>{}</code>").format(word) if number % 2 and number < len(words) - 1 else word
        for number, word in enumerate(words)
    )


def sample(described: Described) -> str:
    """A body to begin with: the required parameters, empty."""
    empty: dict[str, object] = {"integer": 0, "array": [], "object": {}, "boolean": False}
    names = {one.name: empty.get(one.type, "") for one in described.parameters if one.required and "[" not in one.name}
    return msgspec.json.format(msgspec.json.encode(names), indent=2).decode()
