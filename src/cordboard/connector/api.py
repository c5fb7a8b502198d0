"""The connector's HTTP: is it alive, is it ready, how is it.

`/healthz` answers while the process runs; `/readyz` once it listens and knows the users of every CRM it can reach;
`/status` has the counts of every connection and the state of every lane.
"""

from __future__ import annotations

from typing import Any

from litestar import Litestar, Response, get

from cordboard.connector.service import Connector


def build_api(connector: Connector) -> Litestar:
    """The ASGI application."""

    @get("/healthz", sync_to_thread=False)
    def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @get("/readyz", sync_to_thread=False)
    def readyz() -> Response[dict[str, Any]]:
        ready = connector.started and all(connection.users.is_loaded for connection in connector.connections)
        return Response({"ready": ready}, status_code=200 if ready else 503)

    @get("/status", sync_to_thread=False)
    def status() -> dict[str, Any]:
        return connector.status()

    return Litestar([healthz, readyz, status], openapi_config=None)
