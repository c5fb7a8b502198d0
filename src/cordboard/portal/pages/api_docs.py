"""`/api/docs`: the OpenAPI document of our own API as a page to read; nothing is fetched from outside."""

from __future__ import annotations

from typing import Any

from litestar import Response, get
from litestar.types import ControllerRouterHandler

from cordboard.portal.api.app import build_api
from cordboard.portal.pages.site import Site, Web

METHODS = ("get", "post", "patch", "delete")


def handlers(site: Site) -> list[ControllerRouterHandler]:
    document: Any = build_api(site.portal).openapi_schema.to_schema()

    @get("/api/docs")
    async def docs(request: Web) -> Response[str]:
        visit = await site.visitor(request)
        return await site.page(visit, "api_docs.html", site.hub.version, operations=operations(document))

    return [docs]


def operations(document: Any) -> list[dict[str, Any]]:
    """Method, address, what it does, parameters and the shape of the body, in the order of the document."""
    found: list[dict[str, Any]] = []
    for path, item in document["paths"].items():
        for method in METHODS:
            if method not in item:
                continue
            one = item[method]
            body = one.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
            name = body.get("$ref", "").rsplit("/", 1)[-1]
            fields = document["components"]["schemas"].get(name, {}).get("properties", {})
            parameters = [each["name"] for each in one.get("parameters", [])]
            found.append(
                {
                    "method": method.upper(),
                    "path": path,
                    "says": one.get("description") or one.get("summary", ""),
                    "parameters": parameters,
                    "body": list(fields),
                }
            )
    return found
