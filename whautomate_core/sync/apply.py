"""Writing what was planned. The ledger moves for each person once the server has confirmed them."""

from __future__ import annotations

import functools
import itertools
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from whautomate_core.api.call import Json
from whautomate_core.errors import NotFound, OutcomeUnknown, PolicyRefused, WhautomateError, WrongRecord
from whautomate_core.people.kinds import keys_of, other_keys
from whautomate_core.state.clock import steady
from whautomate_core.state.forgotten import reason_of
from whautomate_core.state.ledger import Result
from whautomate_core.sync.context import Context
from whautomate_core.sync.look import find, joined_opt_out, page_of, seen
from whautomate_core.sync.plan import change_of
from whautomate_core.sync.stage import Other
from whautomate_core.sync.stage_people import Staged
from whautomate_core.sync.workers import each
from whautomate_core.sync.write import (
    Begun,
    Moved,
    Writing,
    change_person,
    created,
    found_again,
    send_known,
    write_person,
)

log = logging.getLogger(__name__)

FLUSH = 40
"""People after whom the ledger is written. Those whom a crash loses are compared again, and found equal."""


def apply(writing: Writing) -> None:
    """Do what was decided, and first what keeps people from being messaged."""
    people = writing.context.stage.people
    total, done = len(people.to_do()), 0
    for whom in (people.to_untag(), people.to_create(), people.to_write()):
        done = _write(writing, whom, done, total)
    # People whose id named nobody any more are looked up again, and then written or created.
    _write(writing, people.to_retry(), done, total)
    _settle_unknown(writing)


def _write(writing: Writing, people: Iterable[Staged], done: int, total: int) -> int:
    """Write people, and return how many are done by now."""
    context = writing.context
    confirmed: list[tuple[Staged, Result]] = []
    try:
        with each(context.client, _fresh(writing, people), functools.partial(write_person, writing)) as written:
            for one in written:
                person, result = one.item, one.result
                if one.error is not None:
                    retries = _note_error(context, person, one.error)
                    done += not retries  # else they come once more
                elif result is not None:
                    if result.outcome in ("missing", "existing"):
                        context.stage.people.settle(person.match, result.outcome)
                    else:
                        confirmed.append((person, result))
                    done += 1
                if len(confirmed) >= FLUSH:
                    context.confirm(confirmed)
                    confirmed = []
                context.progress(f"writing {context.kind.name}s", done, total)
    finally:
        # Also if the work was stopped midway.
        context.confirm(confirmed)
    return done


def _note_error(context: Context, person: Staged, error: WhautomateError) -> bool:
    """Note why a person was not written. True if they are to be looked up again and written then."""
    people = context.stage.people
    if isinstance(error, WrongRecord) and joined_opt_out(context, person, error.record):
        people.settle(person.match, "withheld", "the record became part of another, which has opted out")
    elif not isinstance(error, (Moved, WrongRecord)):
        people.settle(person.match, *_failure(error))
        if isinstance(error, Begun):
            people.give_up_create(person.match)
    elif person.action == "retry":
        people.settle(person.match, "failed", "somebody else kept changing the record")
    else:
        context.ledger.lose(person.match)
        people.retry(person.match)
        return True
    return False


def _failure(error: WhautomateError) -> tuple[str, str]:
    """Result and reason of a row whose request failed."""
    if isinstance(error, OutcomeUnknown):
        return "unsettled", str(error)
    if isinstance(error, PolicyRefused):
        return "withheld", reason_of(error) or "the person has opted out"
    return "failed", str(error)


def _fresh(writing: Writing, people: Iterable[Staged]) -> Iterator[Staged]:
    """The people. If they were read a while ago, one request reads their page again before any of them gets tags.

    People who are no longer on the page are left as they were, and so read one by one.
    """
    context = writing.context
    for page, group in itertools.groupby(people, lambda person: person.page):
        if not page or writing.is_fresh(writing.read_at):
            yield from group
            continue
        of_page = list(group)
        by_id: dict[str, Json] = {}
        read_at = steady()
        if sum(bool(person.change and person.change.lacks) for person in of_page) > 1:
            asked = page_of(context.kind.list(), page, context.stage.page_size)
            by_id = {str(one.get("id")): one for one in context.client.send(asked)}
        for person in of_page:
            yield _read_again(context, person, by_id, read_at)


def _read_again(context: Context, person: Staged, by_id: dict[str, Json], read_at: float) -> Staged:
    held = person.records or []
    records = [by_id[record["id"]] for record in held if record["id"] in by_id]
    is_theirs = all(person.key in keys_of(context.mapping.match, record) for record in records)
    if not records or len(records) < len(held) or not is_theirs:
        return person
    found = seen(context, person.match, records)
    if found.opted_out != person.opted_out:
        context.ledger.see([found])
    change = change_of(context, person, records)
    return replace(person, records=records, change=change, opted_out=found.opted_out, read_at=read_at)


def _settle_unknown(writing: Writing) -> None:
    """Look for people whose creation got no clear answer. Whoever is there was created; others may still appear."""
    context = writing.context

    def one(person: Staged) -> Result | None:
        records = find(context, person)
        if not records:
            return None
        # Somebody else may have created them at that moment, so they are compared.
        found = found_again(context, person, records)
        is_ours = change_of(context, person, records).is_none
        return created(context, person) if is_ours else change_person(writing, found)

    with each(context.client, context.stage.people.unsettled_creates(), one) as looked:
        found = [(done.item, done.result) for done in looked if done.result]
    context.confirm((person, result) for person, result in found if result.outcome != "existing")
    for person, result in found:
        if result.outcome == "existing":
            context.stage.people.settle(person.match, "existing")


# --- people who are in no row


def untag_others(context: Context) -> None:
    """Take the tags from people who have them and are in no row."""

    def one(other: Other) -> None:
        tags = [tag for tag in context.tags if tag in other.tags]
        send_known(context, context.kind.remove_tags(other.id, tags), {"id": other.id, "tags": other.tags})

    _each_other(context, context.stage.others_to_untag(), one, "untagged")


def delete_gone(context: Context) -> None:
    """Delete people whom the source had before and no longer has, unless their id leads to somebody else by now."""
    match_by = context.mapping.match

    def one(gone: Other) -> None:
        def is_theirs(record: Mapping[str, Any]) -> bool:
            keys = [spelt for key in keys_of(match_by, record) for spelt in (key, *other_keys(match_by, key))]
            return gone.match in map(context.match_of, keys)

        context.client.send(replace(context.kind.delete(gone.id), fits=is_theirs))

    _each_other(context, context.stage.others_to_delete(), one, "deleted")


def _each_other(context: Context, others: list[Other], do: Callable[[Other], None], outcome: str) -> None:
    with each(context.client, others, do) as finished:
        for number, one in enumerate(finished, start=1):
            other, happened, reason = one.item, outcome, None
            if isinstance(one.error, WrongRecord):
                happened = "kept"
                log.warning("%s %s is left alone: %s", context.kind.name, other.id, one.error)
            elif one.error is not None and not isinstance(one.error, NotFound):  # those who are gone are done
                happened, reason = _failure(one.error)
            if outcome == "deleted" and happened in ("deleted", "kept"):
                context.ledger.forget(context.lease.sync, other.match)
            context.stage.settle_other(other, happened, reason if happened == "failed" else None)
            context.progress(f"{outcome.removesuffix('ed')}ing {context.kind.name}s", number, len(others))
