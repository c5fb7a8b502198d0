"""The connector's HTTP: is it alive, is it ready, how is it; what CRMs and dial plans ask it.

`/healthz` answers while the process runs; `/readyz` once it knows the users of every CRM and has heard every PBX, and
read every ledger, that the settings name; `/status` has the counts of every connection and the state of every lane.
"""

from __future__ import annotations

from typing import Any

from litestar import Litestar, Response, get
from litestar.handlers import HTTPRouteHandler
from prometheus_client.registry import Collector

from cordboard.connector.events import event_route
from cordboard.connector.metrics import ConnectorMetrics
from cordboard.connector.responsible import responsible_route
from cordboard.connector.service import Connector
from cordboard.exposition import CONTENT_TYPE, exposition
from cordboard.recordings.serving import record_route


def build_api(connector: Connector, *more: Collector) -> Litestar:
    """The ASGI application; `more` is what else `/metrics` shows, such as the portal of the same process."""

    @get("/healthz", sync_to_thread=False)
    def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @get("/readyz", sync_to_thread=False)
    def readyz() -> Response[dict[str, Any]]:
        return Response({"ready": connector.is_ready}, status_code=200 if connector.is_ready else 503)

    @get("/status", sync_to_thread=False)
    def status() -> dict[str, Any]:
        return connector.status()

    @get("/metrics", media_type=CONTENT_TYPE, sync_to_thread=False)
    def metrics() -> bytes:
        return exposition(ConnectorMetrics(connector), *more)

    routes: list[HTTPRouteHandler] = [healthz, readyz, status, metrics, record_route(connector.recordings)]
    if connector.doors is not None:
        routes.append(event_route(connector.doors))
    if connector.responsible is not None:
        routes.append(responsible_route(connector.responsible))
    return Litestar(routes, openapi_config=None)
