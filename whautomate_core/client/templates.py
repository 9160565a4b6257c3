"""Looking a template up before anything is sent with it, where the account's server lists its templates.

WhatsApp refuses a message whose template is missing, not approved, or given a wrong number of values (132000, 132001).
A broadcast then fails for every recipient. Whautomate documents no list of templates, so nothing is asked, and nothing
refused, unless `whautomate doctor` has seen that the server has one.
"""

from __future__ import annotations

import difflib
import logging
import re
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from whautomate_core.account import Account
from whautomate_core.api.call import Act, Call, Json
from whautomate_core.api.templates import list_templates
from whautomate_core.client.reads import Everything
from whautomate_core.client.steps import Ask, Rest
from whautomate_core.errors import (
    AuthenticationError,
    ConnectionFailed,
    InvalidRequest,
    ListUnstable,
    NoSuchPath,
    NotFound,
    ServerError,
    UnexpectedResponse,
)
from whautomate_core.state.profiles import Profile
from whautomate_core.values.words import counted

log = logging.getLogger(__name__)

KEPT = 300.0
"""Seconds for which a process asks for an account's list only once."""

_SHOWN = 5
"""Templates that an error names."""

_NOT_CHECKED: dict[str | None, str] = {
    None: "run `whautomate doctor` once to find out whether this server can list templates",
    "absent": "the server lists no templates",
    "refuses": "the server lists templates, but not for a location",
}

_UNREADABLE = (
    AuthenticationError,
    ConnectionFailed,
    InvalidRequest,
    ListUnstable,
    NoSuchPath,
    NotFound,
    ServerError,
    UnexpectedResponse,
)

_PARAMETERS = {
    "header": "headerTextParameters",
    "body": "bodyTextParameters",
    "button": "buttonUrlParameters",
}
"""Part of a template -> the field of a call with the values of its placeholders. A broadcast step has them as
`header_parameters` and so on."""

_NOT_SENT = {
    "archived", "deleted", "disabled", "draft", "in_appeal", "limit_exceeded", "paused", "pending", "pending_deletion",
    "rejected",
}  # fmt: skip
"""WhatsApp's statuses of templates that it doesn't send (Meta's documentation, C)."""

_LANGUAGE = re.compile(r"[a-z]{2,3}(_[A-Z]{2,4})?")
"""How WhatsApp writes a language: `en`, `en_US`."""

_FILES = {"IMAGE", "VIDEO", "DOCUMENT"}

_WITHOUT_URL = {"QUICK_REPLY", "PHONE_NUMBER", "VOICE_CALL", "FLOW", "CATALOG", "MPM", "SPM"}
"""Types of buttons that take no value of `buttonUrlParameters`."""


@dataclass(frozen=True)
class Looked:
    """What looking a template up showed."""

    category: str | None = None
    """`marketing`, `utility` or `authentication`; None if it isn't known."""
    notes: tuple[str, ...] = ()
    """What was not checked and why, and what looks wrong but is not known to be."""
    counted: bool = False
    """Whether the values for all its parts were counted."""
    has_list: bool = True
    """Whether the server may list templates. If the doctor found that it doesn't, nothing can be done about it."""


Looking = Generator[Ask | Call[Any] | Rest, Any, Looked]

_kept: dict[tuple[str | None, str, str, str | None], tuple[float, list[Json] | str]] = {}
"""State, account, host and location -> when their list was read, in seconds of `time.monotonic`, and what it showed, or
why it could not be read."""


def has_template(call: Call[Any]) -> bool:
    """Whether a call sends a template."""
    return call.act in (Act.MESSAGE, Act.BROADCAST) and bool((call.body or {}).get("template"))


def look_up(call: Call[Any], account: Account, profile: Callable[[], Profile], everything: Everything) -> Looking:
    """Look up the template of a message or broadcast, and count its placeholders.

    If there is no list, or it can't be read now, the notes say so and nothing is refused.

    Args:
        profile: Reads what is known of the server.
        everything: Reads a whole list.

    Raises: `InvalidRequest` if the template is not there in its language, is not approved, or takes another number of
        values.
    """
    body = call.body or {}
    found: Profile = yield Ask(profile)
    if found.template_list != "answers":
        why = _NOT_CHECKED.get(found.template_list, _NOT_CHECKED[None])
        return replace(_unchecked(call, why), has_list=why == _NOT_CHECKED[None])
    location = (body.get("location") or {}).get("id") or account.location_id
    key = (account.state.get_secret_value() if account.state else None, account.id, account.host, location)
    at, listed = _kept.get(key, (0.0, ""))
    if key in _kept and time.monotonic() - at < KEPT:
        with suppress(InvalidRequest):  # it may have been approved since
            return _judged(call, listed, location)
    try:
        listed = yield from everything(list_templates(location))
    except _UNREADABLE as error:
        listed = f"its list could not be read: {error}"
    _kept[key] = (time.monotonic(), listed)
    return _judged(call, listed, location)


def _unchecked(call: Call[Any], why: str) -> Looked:
    return Looked(notes=(f"Template {_named(call)} not checked: {why}",))


def _named(call: Call[Any]) -> str:
    """The template of a call: its name and language."""
    template = (call.body or {})["template"]
    return f"{template.get('name')!r} ({template.get('language')})"


def _judged(call: Call[Any], listed: Sequence[Json] | str, location: str | None) -> Looked:
    """What a list says of the template of a call, or why it can't be read. Raises `InvalidRequest`."""
    if isinstance(listed, str):
        return _unchecked(call, listed)
    body = call.body or {}
    name, language = body["template"].get("name"), body["template"].get("language")
    there = [{**one, **one["template"]} if isinstance(one.get("template"), Mapping) else one for one in listed]
    if not there or not all(isinstance(one.get("name"), str) and one.get("language") for one in there):
        why = "the list is empty" if not there else "the list has records without a name or a language"
        return _unchecked(call, why)
    if not all(_LANGUAGE.fullmatch(str(one["language"])) for one in there if one["name"] == name):
        return _unchecked(call, "the list names its languages otherwise than WhatsApp does")
    found = [one for one in there if one["name"] == name and one["language"] == language]
    if not found:
        raise InvalidRequest(f"{call.request}: {_missing(name, language, there, location)}, so it is not sent")
    named = f"template {_named(call)}"
    usable = sorted((one for one in found if _status(one) not in _NOT_SENT), key=lambda one: _status(one) != "approved")
    if not usable:
        raise InvalidRequest(
            f"{call.request}: {named} has the status {_status(found[0])}, and WhatsApp sends approved "
            "templates only, so it is not sent: see it in Whautomate"
        )
    template = usable[0]
    category = template.get("category")
    category = category.casefold() if category and isinstance(category, str) else None
    # A PUT may name only a part of the broadcast, so its values are not all known.
    looked = Looked(category) if call.merge else _counted(call, category, named, body, template.get("components"))
    if _status(template) != "approved":
        note = f"it is not known whether {named} is approved: the list shows a status that is not one of WhatsApp's"
        looked = replace(looked, notes=(*looked.notes, note))
    return looked


def _status(template: Json) -> str:
    """The status of a template; `approved` where the list shows none, since no evidence names the field."""
    status = template.get("status")
    return str("approved" if status is None else status).casefold()


def _missing(name: Any, language: Any, there: Sequence[Json], location: str | None) -> str:
    """Why a template can't be found, and what there is instead."""
    languages = sorted({str(one["language"]) for one in there if one["name"] == name})
    if languages:
        return f"template {name!r} does not exist in language {language!r}, only in {', '.join(languages)}"
    names = sorted({str(one["name"]) for one in there})
    near = difflib.get_close_matches(str(name), names, n=1)
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    instead = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(names[:_SHOWN])}{more}"
    at = f" at location {location}" if location else ""
    return f"there is no template {name!r}{at} ({instead})"


# --- the values of its placeholders


def _counted(call: Call[Any], category: str | None, named: str, body: Mapping[str, Any], components: Any) -> Looked:
    """What counting the values showed, with notes on the parts that could not be counted, and on the header's file.

    Raises: `InvalidRequest`, which names all parts that take another number of values than they are given.
    """
    parts = _parts(components)
    wanted = {"header": _of_header(parts), "body": _of_text(parts.get("BODY")), "button": _of_buttons(parts)}
    notes, wrong = [], []
    for part, count in wanted.items():
        given = len(body.get(_PARAMETERS[part]) or [])
        if count is None:
            notes.append(f"the number of values for the {part} of {named} was not checked: the list doesn't show it")
        elif count != given:
            wrong.append(f"the {part} takes {counted(count, 'value')}, and {_argument(call, part)} has {given}")
    if wrong:
        raise InvalidRequest(f"{call.request}: {named}: {'; '.join(wrong)}; so it is not sent")
    kind = str((parts.get("HEADER") or {}).get("format") or "").upper()
    file = bool(body.get("headerMediaUrl"))
    if parts and file is not (kind in _FILES):
        media = _argument(call, "media")
        says = f"its header is a file ({kind.casefold()}), and {media} is not set"
        notes.append(f"{named}: {f'{media} is set, and its header is no file' if file else says}")
    return Looked(category, tuple(notes), None not in wanted.values())


def _argument(call: Call[Any], part: str) -> str:
    """What the values of a part are called: the argument of a broadcast step, and the field of the call."""
    field = _PARAMETERS.get(part, "headerMediaUrl")
    argument = f"{part}_parameters" if part in _PARAMETERS else "header_media_url"
    return f"{argument} ({field})" if call.act is Act.BROADCAST else field


def _parts(components: Any) -> dict[str, Mapping[str, Any]]:
    """The components of a template by their type; empty if they are not as WhatsApp lists them, or repeat a type."""
    if not isinstance(components, list) or not all(isinstance(one, Mapping) for one in components):
        return {}
    parts = {str(one.get("type")).upper(): one for one in components}
    return parts if len(parts) == len(components) and "BODY" in parts else {}


def _of_header(parts: Mapping[str, Mapping[str, Any]]) -> int | None:
    header = parts.get("HEADER")
    if header is None:
        return 0 if parts else None
    kind = str(header.get("format") or "TEXT").upper()
    return _of_text(header) if kind == "TEXT" else 0 if kind in {*_FILES, "LOCATION"} else None


def _of_text(part: Mapping[str, Any] | None) -> int | None:
    text = (part or {}).get("text")
    return len(set(re.findall(r"\{\{\s*([^{}]+?)\s*\}\}", text))) if isinstance(text, str) else None


def _of_buttons(parts: Mapping[str, Mapping[str, Any]]) -> int | None:
    if not parts or not parts.keys() <= {"HEADER", "BODY", "FOOTER", "BUTTONS"}:
        return None  # such as a carousel, whose cards have buttons of their own
    total = 0
    for one in parts.get("BUTTONS", {}).get("buttons") or []:
        kind = str(one.get("type")).upper() if isinstance(one, Mapping) else ""
        count = _of_text({"text": one.get("url")}) if kind == "URL" else 0 if kind in _WITHOUT_URL else None
        if count is None:
            return None
        total += count
    return total
