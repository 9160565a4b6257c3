"""What a sync will do, worked out by plain comparison before anything is written."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from whautomate_core.api import contacts
from whautomate_core.client import Client
from whautomate_core.differences import differing
from whautomate_core.policy import Policy, digits
from whautomate_core.progress import Progress
from whautomate_core.sync.mapping import People, Person

log = logging.getLogger(__name__)


@dataclass
class Plan:
    """The reprs of its parts hold no personal data but the contact ids."""

    creates: list[Person] = field(default_factory=list)
    updates: list[tuple[str, Person, dict[str, Any]]] = field(default_factory=list)
    """Contact id, person, the fields that differ."""
    unchanged: int = 0
    tag_adds: list[tuple[str, Person, list[str]]] = field(default_factory=list)
    """Contact id, person, the tags it lacks."""
    tag_removes: list[tuple[str, Person, list[str]]] = field(default_factory=list)
    """Contact id, person, the tags it holds without consent any more."""
    protected: int = 0
    """Contacts who opted out and so got no tag or stage that they would have got."""


def make_plan(people: People, there: Mapping[str, Mapping[str, Any]], tags: list[str], policy: Policy) -> Plan:
    """Compare people with the contacts that are there (by the digits of their number)."""
    plan = Plan()
    for person in people.by_key.values():
        contact = there.get(person.key)
        if contact is None:
            plan.creates.append(person)
            continue
        protected = policy.protects(contact)
        # The numbers are equal, or it would not be this contact; the server's spelling is left alone.
        changes = differing({k: v for k, v in person.fields.items() if k != "phoneNumber"}, contact)
        held = contact.get("tags") or []
        lacks = [tag for tag in tags if person.consent and tag not in held]
        withdrawn = [tag for tag in tags if not person.consent and tag in held]
        if protected and (lacks or "stage" in changes):
            plan.protected += 1
            changes.pop("stage", None)
            lacks = []
        if changes:
            plan.updates.append((contact["id"], person, changes))
        else:
            plan.unchanged += 1
        if lacks:
            plan.tag_adds.append((contact["id"], person, lacks))
        if withdrawn and not protected:
            plan.tag_removes.append((contact["id"], person, withdrawn))
    return plan


@dataclass
class Existing:
    """The contacts that are there."""

    read_at: float
    """When their reading began, by the monotonic clock."""
    by_key: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By the digits of the number. Where several have a number, the oldest, with the opt-out of any of them."""
    doubles: int = 0
    """Contacts with the number of another."""


def existing_contacts(client: Client, progress: Progress) -> Existing:
    """Read every contact of the account."""
    found = Existing(time.monotonic())
    there, count = found.by_key, 0
    for page in client.pages(contacts.list_contacts()):
        count += len(page)
        progress("reading contacts", count, 0)
        for contact in page:
            record: dict[str, Any] = dict(contact)
            key = digits(record.get("phoneNumber") or "")
            if key and record.get("id"):
                found.doubles += key in there
                there[key] = client.account.policy.as_one(there[key], record) if key in there else record
    if found.doubles:
        log.warning(
            "%d contacts have the number of another: who opted out through one of them is still reached through the "
            "other, so merge them at Whautomate",
            found.doubles,
        )
    return found
