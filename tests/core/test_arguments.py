"""Arguments of jobs: the same thing has the same name, type and default in every job (CONTRIBUTING.md)."""

from __future__ import annotations

import inspect
import re
from collections import defaultdict
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest

from whautomate_core.jobs import JOBS

EXCEPTIONS: dict[tuple[str, str], str] = {
    ("sync_contacts", "mapping"): "which fields are written; columns may also be values and functions",
    ("sync_clients", "mapping"): "which fields are written; columns may also be values and functions",
    ("send_template_to_contacts", "mapping"): "bodyTextParameters is a list of columns, as it is a list in the API",
    ("sync_classes", "max_deleted"): "deleting a class cancels the bookings of people, so none is deleted unasked",
    ("plan_broadcast", "max_failed"): "of the recipients, known only once the broadcast is finished",
    ("broadcast", "max_failed"): "of the recipients, known only once the broadcast is finished",
    ("set_contact_fields", "fields"): "contacts and clients have different fields",
    ("set_client_fields", "fields"): "contacts and clients have different fields",
}
"""Job and argument -> why it is not as elsewhere."""


def kind(hint: Any) -> frozenset[str]:
    """A type as the alternatives that it has, without None."""
    is_union = get_origin(hint) in (Union, UnionType)
    return frozenset(map(str, get_args(hint) if is_union else (hint,))) - {str(type(None))}


def used() -> dict[str, dict[str, tuple[Any, str]]]:
    """Argument -> job -> its type and default; a required argument has none."""
    found: dict[str, dict[str, tuple[Any, str]]] = defaultdict(dict)
    for job in (one.function for one in JOBS.values()):
        hints = get_type_hints(job, localns={"Client": object, "Storage": object})
        for one in inspect.signature(job).parameters.values():
            default = (
                "" if one.default is inspect.Parameter.empty else repr(getattr(one.default, "__name__", one.default))
            )
            found[one.name][job.__name__] = kind(hints[one.name]), default
    return found


@pytest.mark.parametrize("name", sorted(used()))
def test_an_argument_is_the_same_in_every_job(name: str) -> None:
    usual = {job: how for job, how in used()[name].items() if (job, name) not in EXCEPTIONS}
    kinds = {how[0] for how in usual.values()}
    assert len(kinds) <= 1, f"{name} is of one type in one job and of another in another: {usual}"
    defaults = {how[1] for how in usual.values() if how[1]}
    assert len(defaults) <= 1, f"{name} has several defaults: {usual}"


def test_every_exception_is_one() -> None:
    for job, name in EXCEPTIONS:
        others = {how for other, how in used()[name].items() if (other, name) not in EXCEPTIONS}
        assert job in used()[name], f"{job} has no {name}"
        assert used()[name][job] not in others, f"{name} of {job} is as elsewhere"


def test_contributing_names_arguments_that_there_are() -> None:
    text = (Path(__file__).parents[2] / "CONTRIBUTING.md").read_text()
    table = text.partition("## Arguments of jobs")[2].partition("\n## ")[0]
    rows = [line.split(" | ")[0] for line in table.splitlines() if line.startswith("| `")]
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert len(named) > 20
    assert named <= used().keys()
