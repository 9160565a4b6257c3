"""Error answers as the vendor documents them, and what the gateway says that seems to stand in front of it.

Documented (A) are the texts of 400, 403 and 404. The others are those of AWS API Gateway (D), if `Behaviour.gateway`
says so. Why the emulator refused a request is in the header `x-emulator-reason`, since these texts hardly tell.
"""

from __future__ import annotations

import uuid

from starlette.responses import JSONResponse, PlainTextResponse, Response

from .behaviour import Behaviour
from .limits import Refusal
from .world import Problem

REASON = "x-emulator-reason"

_GATEWAY_SAYS = {
    401: ("UnauthorizedException", "Unauthorized"),
    403: ("ForbiddenException", "Forbidden"),
    500: ("InternalServerErrorException", "Internal server error"),
    503: ("ServiceUnavailableException", "Service Unavailable"),
}
"""Status -> the kind of error, and its text."""


def body_error(problem: Problem) -> Response:
    """A body that is not JSON, lacks a field, or has one of the wrong type."""
    return _explained(JSONResponse({"message": "Invalid request body"}, problem.status), problem.message)


def error(problem: Problem) -> Response:
    """A request that can't be done, or that names what isn't there."""
    return _explained(JSONResponse({"error": problem.said}, problem.status), problem.message)


def failure(behaviour: Behaviour, status: int, reason: str) -> Response:
    """A refused key, or a server that failed."""
    kind, text = _GATEWAY_SAYS[status]
    return _explained(_by_gateway(behaviour, kind, JSONResponse({"message": text}, status)), reason)


def no_path(behaviour: Behaviour, known: bool) -> Response:
    """A path that isn't there, or (`known`) isn't there with this method."""
    if behaviour.gateway == "aws":
        answer = JSONResponse({"message": "Missing Authentication Token"}, 403)
        kind = "MissingAuthenticationTokenException"
        return _explained(_by_gateway(behaviour, kind, answer), "no such path, or not with this method")
    if known:
        return _explained(PlainTextResponse("Method Not Allowed", 405), "the path has no such method")
    return _explained(PlainTextResponse("Not Found", 404), "no such path")


def too_many(behaviour: Behaviour, refusal: Refusal) -> Response:
    """A request over a limit."""
    reason = "the requests of the day are used up" if refusal.is_quota else "too many requests in a short time"
    if behaviour.gateway == "none":
        return _explained(PlainTextResponse("Too Many Requests", 429), reason)
    kind, text = ("LimitExceeded", "Limit Exceeded") if refusal.is_quota else ("TooManyRequests", "Too Many Requests")
    answer = JSONResponse({"message": text}, 429)
    return _explained(_by_gateway(behaviour, f"{kind}Exception", answer), reason)


def passed(behaviour: Behaviour, response: Response) -> None:
    """What every answer carries that comes through the gateway."""
    if behaviour.gateway == "aws":
        response.headers["x-amzn-requestid"] = str(uuid.uuid4())


def _by_gateway(behaviour: Behaviour, kind: str, response: Response) -> Response:
    """An answer that the gateway gives by itself."""
    if behaviour.gateway == "aws":
        response.headers["x-amzn-errortype"] = kind
    return response


def _explained(response: Response, reason: str) -> Response:
    response.headers[REASON] = reason.encode("ascii", "replace").decode()
    return response
