"""WhatsApp templates: which there are, what a message with one needs, and their list.

The contract has no such operation: only white-label copies of the API document the list (B).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from . import codes
from .behaviour import MEDIA, Template, template_from
from .contract import Operation, Request
from .filters import paging
from .world import Json, Problem, World, iso, unknown_id


def named(world: World, fields: Json) -> list[Template]:
    """The approved templates that a body may mean, all of one name and language."""
    wanted = fields.get("template") or {}
    return [
        one
        for one in map(template_from, world.behaviour.templates)
        if one.name == wanted.get("name")
        and one.language in (None, wanted.get("language"))
        and one.status == "approved"
    ]


def check(world: World, fields: Json) -> None:
    """Raises Problem 400 if the template of a body is not approved in its language."""
    if world.behaviour.templates and fields.get("template") is not None and not named(world, fields):
        there = list(map(template_from, world.behaviour.templates))
        if any(one.name == fields["template"].get("name") for one in there):
            raise Problem(400, "template is not approved in its language")
        names = ", ".join(dict.fromkeys(one.name for one in there))
        raise Problem(400, f"template.name is no approved template; there are {names}")


def misfit(world: World, fields: Json) -> str | None:
    """WhatsApp's code for a message whose parameters are not those of its template; None if they are."""
    for one in named(world, fields):
        given = {
            "header": len(fields.get("headerTextParameters") or []),
            "body": len(fields.get("bodyTextParameters") or []),
            "buttons": len(fields.get("buttonUrlParameters") or []),
        }
        if one.header in MEDIA and not fields.get("headerMediaUrl"):
            return codes.FORMAT
        header = None if one.header is None else int(one.header) if one.header.isdigit() else 0
        wanted = {"header": header, "body": one.body, "buttons": one.buttons}
        if any(count is not None and count != given[part] for part, count in wanted.items()):
            return codes.COUNT
    return None


# Their list


def _operation(id: str, path: str, *query: str) -> Operation:
    return Operation(id, "GET", path, "whatsapp-templates", "other", {name: {"type": "string"} for name in query}, {})


_LIST = _operation("listWhatsappTemplates", "/v1/whatsapp-templates", "page", "limit", "locationId", "workspaceId")
_GET = _operation("getWhatsappTemplate", "/v1/whatsapp-templates/{templateId}", "locationId", "workspaceId")
WORKSPACE_ID = "wsp000000001"
"""The workspace that the list wants named with `template_list="workspace"`."""


def match(world: World, method: str, raw_path: str) -> tuple[Operation | None, dict[str, str], bool]:
    """As `contract.match`, for the paths of templates: where there is no list, there is no such path."""
    found = re.fullmatch(r"/v1/whatsapp-templates(?:/([^/]+))?", raw_path)
    if found is None or world.behaviour.template_list == "absent":
        return None, {}, False
    if method != "GET":
        return None, {}, True
    return (_GET, {"templateId": found[1]}, True) if found[1] else (_LIST, {}, True)


def list_(world: World, request: Request) -> list[Json]:
    """listWhatsappTemplates."""
    _require_place(world, request.query)
    limit, offset = paging(world, request.query)
    return _records(world)[offset : offset + limit]


def get(world: World, request: Request) -> Json:
    """getWhatsappTemplate."""
    _require_place(world, request.query)
    for one in _records(world):
        if one["id"] == request.id:
            return one
    raise unknown_id("templates", "no such record in whatsapp-templates")


HANDLERS = {_LIST.id: list_, _GET.id: get}


def _require_place(world: World, query: Mapping[str, str]) -> None:
    """Raises Problem unless the query names what the list belongs to."""
    if world.behaviour.template_list == "workspace":
        if "workspaceId" not in query:
            raise Problem(400, "workspaceId is required")
        if query["workspaceId"] != WORKSPACE_ID:
            raise unknown_id("workspaces", "workspaceId names no workspace")
    if world.behaviour.template_list == "location":
        if "locationId" not in query:
            raise Problem(400, "locationId is required")
        if world.store.get("locations", query["locationId"]) is None:
            raise unknown_id("locations", "locationId names none of the locations")


def _records(world: World) -> list[Json]:
    at = {"createdAt": iso(0.0), "updatedAt": iso(0.0)}
    return [
        {
            "id": f"tpl{number:09}",
            "template": {
                "name": one.name,
                "language": one.language,
                "category": one.category.upper(),
                "status": one.status.upper(),
                "components": _components(one),
            },
            "workspace": {"id": WORKSPACE_ID},
            **at,
        }
        for number, one in enumerate(map(template_from, world.behaviour.templates), 1)
    ]


def _components(one: Template) -> list[Json]:
    """The components as WhatsApp lists them (Meta's documentation of message templates)."""

    def text(count: int) -> str:
        return " ".join(["Hello", *(f"{{{{{place}}}}}" for place in range(1, count + 1))])

    if one.body is None:
        return []
    found: list[Json] = []
    if one.header in MEDIA:
        found.append({"type": "HEADER", "format": str(one.header).upper(), "example": {"header_handle": ["https://"]}})
    elif int(one.header or 0):
        found.append({"type": "HEADER", "format": "TEXT", "text": text(int(one.header or 0))})
    found.append({"type": "BODY", "text": text(one.body)})
    found.append({"type": "FOOTER", "text": "Reply STOP to opt out"})
    buttons: list[Any] = [{"type": "QUICK_REPLY", "text": "Stop"}]
    buttons += [{"type": "URL", "text": "Open", "url": "https://shop.example/{{1}}"}] * (one.buttons or 0)
    return [*found, {"type": "BUTTONS", "buttons": buttons}]
