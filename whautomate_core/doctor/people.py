"""What contacts, clients, their tags, messages and segments show by being read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from whautomate_core.api.call import Json
from whautomate_core.api.templates import list_templates
from whautomate_core.client.pages import PAGE_SIZE, SMALLEST_PAGE
from whautomate_core.doctor.probe import LISTS, Answer, Probe, a_page
from whautomate_core.policy import digits
from whautomate_core.values.times import instant

_TAGS = {"contact_tags": "opt_out_contact_tag", "client_tags": "opt_out_client_tag"}
"""Resource of the tags -> question."""

_FAR_APART = timedelta(days=3)
"""Two dates that no time zone takes for each other."""


def form_of(number: str) -> str:
    """`plus` or `digits`: how a number is written."""
    return "plus" if number.strip().startswith("+") else "digits"


def note_phone_form(probe: Probe, numbers: Iterable[Any], unknown: str) -> None:
    """Note how numbers are returned."""
    forms = {form_of(str(number)) for number in numbers if number}
    value = "both" if len(forms) > 1 else next(iter(forms), None)
    found = {"plus": "with a plus", "digits": "digits without a plus", "both": "some with a plus, some without"}
    probe.note("phone_form", found.get(value or "", unknown), value)


def note_client_phone(probe: Probe, clients: Iterable[Json]) -> None:
    """Note whether the phones of clients repeat their country code."""
    pairs = [(digits(str(one["countryCode"])), digits(str(one["phone"]))) for one in clients
             if one.get("countryCode") and one.get("phone")]  # fmt: skip
    repeated = {phone.startswith(code) for code, phone in pairs}
    value = "both" if len(repeated) > 1 else {True: "repeated", False: "apart"}[repeated.pop()] if repeated else None
    found = {"repeated": "yes", "apart": "no", "both": "some do: those may be numbers that begin with the same digits"}
    probe.note("client_phone", found.get(value or "", "unknown: no client with a phone and a countryCode"), value)


def ask_contacts(probe: Probe, contacts: list[Json]) -> None:
    note_phone_form(probe, (one.get("phoneNumber") for one in contacts), "unknown: no contact with a number")
    _ask_templates(probe, location_of(probe, contacts, "location"))
    _ask_opt_out(probe, "contact_tags")
    _ask_opt_out(probe, "client_tags")
    if probe.left:
        segments = probe.ask(a_page(LISTS["segments"], limit=PAGE_SIZE))
        note_segments(probe, segments.records, segments.problem)
    else:
        note_segments(probe, [], "the run has no request left for it")
    _ask_messages(probe, contacts)


def ask_clients(probe: Probe, clients: list[Json]) -> None:
    note_client_phone(probe, clients)
    _ask_opt_out(probe, "client_tags")
    which = {"created": "the day of creation", "registered": "registrationDate"}
    ask_dates(probe, clients, "client_dates", "registrationDate", which)


def ask_tags(probe: Probe, tags: list[Json]) -> None:
    _ask_opt_out(probe, probe.resource, tags)


def note_segments(probe: Probe, segments: list[Json], problem: str = "") -> None:
    """Note how many segments have no location; `problem` says why they couldn't be read."""
    without = sum(_place(one, "location") is None for one in segments)
    found = f"{without} of {len(segments)}" if segments else f"unknown: {problem or 'no segments'}"
    if without:
        found += ": they may hold people of all locations, so give each a location, or check its audience"
    probe.note("segment_locations", found, without if segments else None, differs=without > 0)


def location_of(probe: Probe, records: Iterable[Json], field: str) -> str | None:
    """The account's location, or one that occurs in records."""
    return probe.account.location_id or next((place for one in records if (place := _place(one, field))), None)


def _place(record: Json, field: str) -> str | None:
    """The id of the location that a field of a record names."""
    location = record.get(field)
    return str(location["id"]) if isinstance(location, dict) and location.get("id") else None


def ask_dates(probe: Probe, records: Iterable[Json], question: str, field: str, which: dict[str, str]) -> None:
    """Find out with 2 requests which date the filters of a list mean: that of creation, or the one in `field`.

    Args:
        which: The answer -> its words, for the day of creation and for `field`.
    """
    for one in records:
        created, other = instant(one.get("createdAt")), instant(one.get(field))
        if created and other and abs(created - other) > _FAR_APART:
            break
    else:
        return probe.note(question, f"unknown: no record whose {field} is days from its creation")
    days = (created.date(), _day(one[field]))
    answers = [probe.ask(_within(probe, day)) for day in days]
    if problem := answers[0].problem or answers[1].problem:
        return probe.note(question, f"unknown: {problem}")
    shows = [str(one.get("id")) in answer.ids for answer in answers]
    if shows[0] == shows[1]:
        return probe.note(question, "unknown: " + ("the filters are ignored" if shows[0] else "neither shows a record"))
    value = [*which][shows[1]]
    return probe.note(question, which[value], value)


def _day(text: Any) -> date:
    return date.fromisoformat(str(text)[:10])


def _within(probe: Probe, day: date) -> Any:
    around = {"startDate": str(day - timedelta(days=1)), "endDate": str(day + timedelta(days=1))}
    return a_page(probe.path, page=1, limit=PAGE_SIZE, **around)


def _ask_opt_out(probe: Probe, resource: str, known: Iterable[Json] = ()) -> None:
    """Look for the account's opt-out tags among the tags of contacts or clients. Shows no name of a tag."""
    policy = probe.account.policy
    found = [one for one in known if policy.is_opt_out(str(one.get("name")))]
    if not found:
        # A search finds one of many tags; where there are several to look for, one page shows them or it is unknown.
        only = {"searchText": policy.opt_out_tags[0]} if len(policy.opt_out_tags) == 1 else {}
        answer = probe.ask(a_page(LISTS[resource], limit=PAGE_SIZE, **only))
        found = [one for one in answer.records if policy.is_opt_out(str(one.get("name")))]
        if not found and (answer.problem or len(answer.records) >= SMALLEST_PAGE):
            why = answer.problem or f"not among the first {len(answer.records)} tags"
            return probe.note(_TAGS[resource], f"unknown: {why}")
    kind = "contact" if resource == "contact_tags" else "client"
    advice = (
        f"No opt-out tag of {kind}s. People who write STOP won't be recognised. Install the rule "
        "(docs/guides/opt-outs.md), or set `opt_out_tags` to the tag you use."
    )
    return probe.note(_TAGS[resource], "yes" if found else advice, bool(found), differs=not found)


def _ask_templates(probe: Probe, location: str | None) -> None:
    answer = probe.ask(replace(list_templates(location), answer=object))
    value, found = _template_list(answer)
    if value is not None:
        probe.learned["template_list"] = value
    probe.note("template_list", found, value, differs=value != "absent")


def _template_list(answer: Answer) -> tuple[str | None, str]:
    """What the answer to a request for templates means, as `Profile.template_list` and in words."""
    if not answer.problem:
        return "answers", "yes: GET /v1/whatsapp-templates"
    if answer.no_path:
        return "absent", f"No: the server has {answer.problem}."
    if answer.status in (400, 404, 422):
        return "refuses", f"yes, but it has to be asked in another way: {answer.problem}"
    return None, f"unknown: {answer.problem}"


def _ask_messages(probe: Probe, contacts: list[Json]) -> None:
    """Look at the messages of one contact. Only the form of a field is kept."""
    if not contacts:
        return probe.note("incoming_form", "unknown: no contacts")
    if not probe.left:
        return probe.note("incoming_form", "unknown: the run has no request left for it")
    latest = max(contacts, key=lambda one: str(one.get("lastActivity") or ""))
    answer = probe.ask(a_page("/v1/messages/{}", of=latest.get("id"), limit=PAGE_SIZE))
    forms = {_form(message["isIncoming"]) for message in answer.records if "isIncoming" in message}
    value = " and ".join(sorted(forms)) or None
    unknown = answer.problem or "no message of the contact who was active last"
    return probe.note("incoming_form", value or f"unknown: {unknown}", value)


def _form(value: Any) -> str:
    return "boolean" if isinstance(value, bool) else "text" if isinstance(value, str) else "other"


ASKS: dict[str, Callable[[Probe, list[Json]], None]] = {
    "contacts": ask_contacts,
    "clients": ask_clients,
    "contact_tags": ask_tags,
    "client_tags": ask_tags,
    "segments": note_segments,
}
"""Resource -> what is asked about it beside the pages of its list, whose first records it takes."""
