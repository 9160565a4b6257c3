"""The jobs: make Whautomate's contacts hold what a source says, and tag them."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterable
from typing import Any

from whautomate_core.client import Client
from whautomate_core.progress import LogProgress, Progress
from whautomate_core.sources import Source
from whautomate_core.sync.apply import Outcomes, add_tags, create, remove_tags, update
from whautomate_core.sync.mapping import ContactMapping, check_tags, read_people
from whautomate_core.sync.plan import existing_contacts, make_plan
from whautomate_core.sync.report import Threshold, check_threshold, require_folder, require_within, write_rejects

log = logging.getLogger(__name__)


def sync_contacts(
    client: Client,
    source: Source,
    mapping: ContactMapping,
    *,
    location_id: str | None = None,
    tags: Iterable[str] = (),
    max_rejected: Threshold = "100%",
    max_failed: Threshold = 0,
    rejects_path: str | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Create the contacts that are missing and update those that differ. Contacts are matched by phone number.

    The contacts that are there are read first, and nothing is sent for those that are equal. New contacts carry
    `tags` from their creation; others get by tag calls what they lack. Empty cells leave alone what is there.
    Who opted out gets neither tag nor stage. Who consents no more (`consent_column`) loses `tags`.

    Args:
        source: Path of a CSV file, or rows.
        location_id: Location of new contacts; the account's default where None.
        max_rejected: How many rows may be unfit to send before nothing is sent: a count, or a share like "5%".
        max_failed: How many rows the server may refuse before the job is a failure: a count or a share.
        rejects_path: File for rows rejected, failed or unsettled, one JSON object a line with row number and reason.

    Returns: counts `rows`, `created`, `updated`, `unchanged`, `rejected` (unfit rows), `folded` (rows with the number
        of a later row), `tagged`, `untagged`, `protected` (opted out), `doubles` (contacts that share a number),
        `failed` (refused by the server), `unsettled` (creates whose outcome is unknown; the next run finds out),
        `requests`, `seconds`.

    Raises: `ConfigurationError` before anything is sent; `InvalidRequest` where a threshold is passed; errors of
        the client that concern every row, such as `AuthenticationError`.
    """
    started, requests = time.monotonic(), client.requests
    progress = progress or LogProgress(log)
    check_threshold("max_rejected", max_rejected)
    check_threshold("max_failed", max_failed)
    tag_names = check_tags(tags, client.account.policy)
    location = client.account.require_location(location_id)
    require_folder("rejects_path", rejects_path)
    people = read_people(source, mapping)
    write_rejects(rejects_path, people.rejects)
    require_within("max_rejected", max_rejected, people.rejects, people.rows)

    there = existing_contacts(client, progress)
    plan = make_plan(people, there.by_key, tag_names, client.account.policy)
    log.info(
        "plan: %d to create, %d to update, %d unchanged, %d to tag, %d to untag, %d rejected, %d folded; "
        "at least %d requests",
        len(plan.creates), len(plan.updates), plan.unchanged, len(plan.tag_adds), len(plan.tag_removes),
        len(people.rejects), len(people.folded),
        len(plan.creates) + 2 * len(plan.updates) + len(plan.tag_adds) + len(plan.tag_removes),
    )  # fmt: skip

    out = Outcomes()
    ended = "stopped"
    try:
        # First what keeps people from being messaged.
        remove_tags(client, plan.tag_removes, out, progress)
        create(client, plan.creates, location, tag_names, out, progress)
        update(client, plan.updates, out, progress)
        add_tags(client, plan.tag_adds, there.read_at, out, progress)
        ended = "done"
    finally:
        # Also where the work was stopped midway: what was done and what nobody knows must not be lost.
        write_rejects(rejects_path, people.rejects + out.failed + out.unsettled)
        report = {
            "rows": people.rows,
            "created": out.created,
            "updated": out.updated,
            "unchanged": plan.unchanged,
            "rejected": len(people.rejects),
            "folded": len(people.folded),
            "tagged": out.tagged,
            "untagged": out.untagged,
            "protected": plan.protected + out.protected,
            "doubles": there.doubles,
            "failed": len(out.failed),
            "unsettled": len(out.unsettled),
            "requests": client.requests - requests,
            "seconds": round(time.monotonic() - started, 1),
        }
        log.info("sync %s: %s", ended, json.dumps(report))
    require_within("max_failed", max_failed, out.failed + out.unsettled, people.rows)
    return report


def tag_contacts(
    client: Client,
    source: Source,
    mapping: ContactMapping,
    tag: str,
    *,
    max_failed: Threshold = 0,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Give a tag to the contacts whose numbers a source names. Who has the tag, or opted out, is left alone.

    With a `consent_column` in the mapping rows that say yes get the tag, and who says no loses it.

    Returns: counts `rows`, `tagged`, `untagged`, `already` (had it), `protected` (opted out), `no_consent`, `missing`
        (no such contact), `rejected`, `failed`, `unsettled`, `requests`, `seconds`.
    """
    started, requests = time.monotonic(), client.requests
    progress = progress or LogProgress(log)
    check_threshold("max_failed", max_failed)
    policy = client.account.policy
    (tag,) = check_tags([tag], policy)
    people = read_people(source, mapping)
    existing = existing_contacts(client, progress)
    there = existing.by_key
    wanted = [person for person in people.by_key.values() if person.consent]
    found = [(there[person.key], person) for person in wanted if person.key in there]
    open_to = [(contact, person) for contact, person in found if not policy.protects(contact)]
    adds = [(contact["id"], person, [tag]) for contact, person in open_to if tag not in (contact.get("tags") or [])]
    refusing = [(there[p.key], p) for p in people.by_key.values() if not p.consent and p.key in there]
    removes = [
        (contact["id"], person, [tag])
        for contact, person in refusing
        if tag in (contact.get("tags") or []) and not policy.protects(contact)
    ]

    out = Outcomes()
    remove_tags(client, removes, out, progress)
    add_tags(client, adds, existing.read_at, out, progress)
    report = {
        "rows": people.rows,
        "tagged": out.tagged,
        "untagged": out.untagged,
        "already": len(open_to) - len(adds),
        "protected": len(found) - len(open_to) + out.protected,
        "no_consent": len(people.by_key) - len(wanted),
        "missing": len(wanted) - len(found),
        "rejected": len(people.rejects),
        "failed": len(out.failed),
        "unsettled": len(out.unsettled),
        "requests": client.requests - requests,
        "seconds": round(time.monotonic() - started, 1),
    }
    log.info("tagging done: %s", json.dumps(report))
    require_within("max_failed", max_failed, out.failed + out.unsettled, people.rows)
    return report
