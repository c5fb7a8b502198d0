"""Problems: every refusal is a problem document with a stable `code`."""

from __future__ import annotations

import traceback
from typing import Any

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.openapi.datastructures import ResponseSpec

from cordboard.b24wire.errors import RestError

__all__ = ["DOCUMENTED", "Problem", "Refused", "handlers_of_problems", "missing"]

MEDIA_TYPE = "application/problem+json"
TITLES = {
    400: "The request is not understood",
    401: "Nobody is known",
    403: "Not allowed",
    404: "Not there",
    405: "Not with this method",
    409: "Not now",
    413: "Too large",
    415: "Not this type of content",
    500: "Our mistake",
}

_log = structlog.get_logger("cordboard.portal.api")


class Problem(msgspec.Struct):
    """Why a request was refused."""

    title: str
    status: int
    #: stable, for programs
    code: str
    #: one sentence, for people
    detail: str


class Refused(Exception):
    """A request that is not served; the code is stable."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(detail)
        self.problem = Problem(TITLES[status], status, code, detail)


def missing(what: str) -> Refused:
    """Nobody may see what is not there, or not theirs."""
    return Refused(404, "not_found", f"There is no such {what}, or it is not yours to see.")


def answer(problem: Problem) -> Response[Problem]:
    headers = {"Cache-Control": "no-store"}
    return Response(problem, status_code=problem.status, media_type=MEDIA_TYPE, headers=headers)


def refused(request: Request[Any, Any, Any], error: Refused) -> Response[Problem]:
    return answer(error.problem)


def not_understood(request: Request[Any, Any, Any], error: HTTPException) -> Response[Problem]:
    """What the framework refuses: a wrong parameter, an unknown address, a body that is no JSON."""
    status = error.status_code if error.status_code in TITLES else 400
    extra: Any = error.extra
    where = "; ".join(f"{one.get('key', '')}: {one.get('message', '')}" for one in extra) if extra else ""
    code = {404: "not_found", 405: "method_not_allowed"}.get(status, "invalid_request")
    return answer(Problem(TITLES[status], status, code, where or error.detail))


def of_rest(request: Request[Any, Any, Any], error: RestError) -> Response[Problem]:
    """A method of the REST refused; its own words are kept."""
    status = 403 if error.text == "Access denied." else 409
    return answer(Problem(TITLES[status], status, error.code.lower() or "refused", error.text))


def failed(request: Request[Any, Any, Any], error: Exception) -> Response[Problem]:
    _log.error("a request failed", path=request.url.path, trace="".join(traceback.format_exception(error)))
    return answer(Problem(TITLES[500], 500, "internal", "The mistake is ours and stands in the log."))


handlers_of_problems: Any = {Refused: refused, HTTPException: not_understood, RestError: of_rest, Exception: failed}


def documented(*statuses: int) -> dict[int, ResponseSpec]:
    return {status: ResponseSpec(Problem, media_type=MEDIA_TYPE, description=TITLES[status]) for status in statuses}


#: what any request may be answered with
DOCUMENTED = documented(400, 401, 403, 404, 405, 409, 413, 415)
