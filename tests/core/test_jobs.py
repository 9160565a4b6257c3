"""The registry of jobs: what orchestrators and commands must know of each stands beside its function."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from typing_extensions import is_typeddict

import whautomate_core
from whautomate_core.job import INTERNAL, SUPPLIED, Job, job_of
from whautomate_core.jobs import JOBS, MODULES
from whautomate_core.people.kinds import KINDS

CORE = Path(str(whautomate_core.__file__)).parent
EACH = pytest.mark.parametrize("job", JOBS.values(), ids=lambda job: job.name)


def test_every_job_is_known() -> None:
    registering = {one for one in CORE.rglob("*.py") if "whautomate_core.job import job\n" in one.read_text()}
    assert {Path(str(one.__file__)) for one in MODULES} == registering
    assert len(JOBS) == sum(one.read_text().count("\n@job(") for one in registering)
    assert all(job_of(one.function) is one for one in JOBS.values())


@EACH
def test_a_job_takes_a_client_and_belongs_to_a_resource(job: Job) -> None:
    assert next(iter(inspect.signature(job.function).parameters)) == "client"
    assert (CORE / "api" / f"{job.resource}.py").exists()
    assert not job.arguments.keys() & {"client", *SUPPLIED, *INTERNAL}
    assert job.kind in ("", *KINDS)


PERSONAL = {"phone", "email_address", "notes", "reason", "source", "suppress", "approver", "header_media_url"}


@EACH
def test_arguments_that_may_be_about_people_are_redacted(job: Job) -> None:
    hints = get_type_hints(job.function, localns={"Client": object, "Storage": object, "Progress": object})
    dicts = {name for name in job.arguments if _is_dict(hints[name])} - SHOWN.get(job.name, set())
    assert job.redacted >= dicts | (job.arguments.keys() & PERSONAL)
    assert job.redacted <= job.arguments.keys()


_CAMPAIGN = {"template", "template_text", "expected_parameters", "approved_plan"}
SHOWN = {
    "ensure_segment": {"criteria"},
    "plan_broadcast": _CAMPAIGN,
    "broadcast": _CAMPAIGN,
    "send_template_to_contacts": {"template"},
}
"""Dicts that hold nothing of one person: names of tags, templates and the like, and numbers."""


def _is_dict(hint: Any) -> bool:
    return any(is_typeddict(one) or get_origin(one) in (dict, Mapping) for one in (hint, *get_args(hint)))


@EACH
def test_a_job_that_was_skipped_says_so(job: Job) -> None:
    assert job.line({"skipped": "the run is 7 h late"}) == "skipped: the run is 7 h late; nothing sent"


def test_jobs_that_only_read_or_have_a_claim_are_not_finished_for_a_later_attempt() -> None:
    again = {one.name for one in JOBS.values() if not one.finished}
    assert again == {
        *("find_contact", "find_client", "export_opt_outs", "export_appointments", "export_classes"),
        *("export_bookings", "plan_broadcast", "cancel_broadcast", "send_template_to_contacts"),
        *("suppress_unreachable", "failed_recipients"),
        *("book_slot", "reschedule_booking", "cancel_booking"),
    }


def test_jobs_about_many_people_leave_requests_to_others() -> None:
    bulk = {one.name for one in JOBS.values() if one.lane == "bulk"}
    assert bulk == {
        *("sync_contacts", "sync_clients", "tag_contacts", "tag_clients"),
        *("export_opt_outs", "ensure_audience", "send_template_to_contacts"),
        *("suppress_unreachable", "failed_recipients"),
    }


NAMED_BY_ID = {"cancel_broadcast", "failed_recipients"}
"""Jobs that are about a broadcast of which they have only the id."""


def test_every_job_says_what_of_the_account_it_reads_or_writes() -> None:
    assert {name for name, one in JOBS.items() if not (one.reads or one.writes)} == NAMED_BY_ID


@EACH
def test_what_is_read_and_written_is_named_by_arguments_that_are_not_about_people(job: Job) -> None:
    named = set(re.findall(r"{(.*?)}", " ".join((*job.reads, *job.writes))))
    assert named <= job.arguments.keys() - job.redacted


def test_the_parts_of_an_account_are_ends_of_uris() -> None:
    ensure = JOBS["ensure_audience"]
    assert ensure.parts(ensure.writes, {"tag": "a/b {c}", "contacts": None}) == [
        "contacts",
        "segments/tag%20a%2Fb%20%7Bc%7D",
    ]
    send = JOBS["broadcast"]
    assert send.parts(send.reads, {"segment_name": None, "segment_id": "x"}) == [], "another name would be another one"
