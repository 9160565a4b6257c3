"""What runs leave on the page Artifacts."""

import pytest
from prefect import flow
from prefect.runtime import flow_run

from prefect_whautomate import broadcasts, contacts, segments
from prefect_whautomate._progress import RunProgress
from whautomate_core import errors

ROWS = [{"name": f"Ada {n}", "mobile": f"030 12345{n:02}", "ok": "yes"} for n in range(3)]
UNFIT = {"name": "Ada | <b>Bold</b>", "mobile": "030", "ok": "yes"}
MAPPING = {"name": "name", "phoneNumber": "mobile"}
TEMPLATE = {"name": "spring_sale", "language": "en"}
QUICK = {"broadcast_seconds": 0.0, "broadcast_failed_share": 0.0, "search_delay": 0.0}


@pytest.fixture
def artifacts_of(server):
    """The artifacts of a flow run with a type, oldest first; results have none."""

    def found(run_id):
        given = {"artifacts": {"flow_run_id": {"any_": [run_id]}}, "limit": 200}
        found = server.request("POST", "/artifacts/filter", json=given).json()
        return sorted((one for one in found if one["type"]), key=lambda one: one["created"])

    return found


@pytest.fixture
def often(monkeypatch):
    """Progress is shown from the start, and not only once five seconds have passed."""
    monkeypatch.setitem(RunProgress.__init__.__kwdefaults__, "every", 0.0)


def test_a_job_leaves_its_counts_in_words_and_why_rows_were_rejected(server, credentials, artifacts_of):
    @flow(name="Nightly, crm")
    def nightly():
        contacts.sync_contacts(credentials, [*ROWS, UNFIT], MAPPING, default_region="DE")
        contacts.find_contact(credentials, phone="+49301234500")
        return flow_run.id

    (report,) = artifacts_of(nightly())
    assert (report["type"], report["key"]) == ("markdown", "nightly-crm-sync-contacts")
    assert report["description"] == "4 rows: 3 created, 1 rejected"
    warning, _, *table = report["data"].splitlines()
    assert warning.startswith("**Warning:** 1 of 4 rows rejected: 1 x ")
    assert warning.endswith("(row 4)")
    assert table == ["| Outcome | Count |", "| --- | --- |", "| rows | 4 |", "| created | 3 |", "| rejected | 1 |"]


def test_a_job_that_fails_leaves_why_and_what_it_had_done(server, credentials, artifacts_of):
    ids = []

    @flow(name="Nightly")
    def nightly(rows, **more):
        ids[:] = [flow_run.id]
        contacts.sync_contacts(credentials, rows, MAPPING, default_region="DE", **more)

    def left(says, *given, **more):
        with pytest.raises(errors.WhautomateError, match=says):
            nightly(*given, **more)
        return [(one["key"], one["description"], one["data"].splitlines()) for one in artifacts_of(ids[0])]

    [(key, why, lines)] = left("max_rejected", [*ROWS, UNFIT], max_rejected=0)
    assert (key, why[:8]) == ("nightly-sync-contacts", "Failed: ")
    assert lines[0].startswith("**Failed:** ")
    assert "max\\_rejected" in lines[0]
    assert lines[-2:] == ["| rows | 4 |", "| rejected | 1 |"]
    [(key, why, lines)] = left("no location", ROWS, location_id="nowhere")
    assert "the account has no location 'nowhere'" in why
    assert "| rows | 3 |" in lines
    assert "Ada" not in str(lines)
    assert left("max_rejected must be", ROWS, max_rejected="many") == [], "nothing was read"


@pytest.mark.whautomate(**QUICK)
@pytest.mark.parametrize("fails", [False, True])
def test_waiting_for_a_broadcast_leaves_its_receipt_whether_it_fails_or_not(
    server, whautomate_emulator, credentials, artifacts_of, fails
):
    ids = []

    @flow
    def campaign():
        ids.append(flow_run.id)
        contacts.sync_contacts(credentials, ROWS, MAPPING, default_region="DE", consent_column="ok", tags=["vip"])
        segment = segments.ensure_segment(credentials, "a|b", {"tags": ["vip"]})
        sent = broadcasts.broadcast(credentials, "sale_*", TEMPLATE, segment_id=segment["id"], hold_minutes=0)
        ids.append(sent["name"])
        before = len(whautomate_emulator.requests())
        done = broadcasts.wait_for_broadcast(
            credentials, sent["id"], poll_interval=0.2, min_delivered=4 if fails else None
        )
        assert done["requests"] == len(whautomate_emulator.requests()) - before

    if fails:
        with pytest.raises(errors.WhautomateError, match="3 of 3 delivered, under min_delivered=4"):
            campaign()
    else:
        campaign()
    run, name = ids
    receipt = artifacts_of(run)[-1]
    assert (receipt["type"], receipt["key"]) == ("markdown", "campaign-receipt")
    assert receipt["description"] == f"Receipt of broadcast {name}: 3 of 3 delivered, 0 not delivered"
    lines = receipt["data"].splitlines()
    assert lines[:2] == ["| Field | Value |", "| --- | --- |"]
    assert "| segments | a\\|b |" in lines
    assert ("| problem | " in receipt["data"]) == fails
    assert not [one for one in lines if one.endswith("| - |")]


def test_progress_is_shown_while_a_job_runs_and_not_afterwards(server, credentials, artifacts_of, monkeypatch, often):
    seen = []
    monkeypatch.setattr(RunProgress, "end", lambda self, end=RunProgress.end: (look(), end(self)))

    def look():
        seen.extend((one["type"], one["description"], one["data"]) for one in artifacts_of(flow_run.id))

    @flow
    def nightly():
        contacts.sync_contacts(credentials, ROWS, MAPPING, default_region="DE")
        return flow_run.id

    left = artifacts_of(nightly())
    assert seen == [("progress", "writing contacts: 3 of 3", 100.0)]
    assert [one["type"] for one in left] == ["markdown"]


def test_progress_that_a_killed_attempt_left_is_removed_by_the_next(
    server, credentials, artifacts_of, monkeypatch, often
):
    end = RunProgress.end

    @flow(retries=1)
    def nightly():
        killed = flow_run.run_count == 1
        monkeypatch.setattr(RunProgress, "end", (lambda self: None) if killed else end)
        contacts.sync_contacts(credentials, ROWS[: flow_run.run_count], MAPPING, default_region="DE")
        if killed:
            assert [one["type"] for one in artifacts_of(flow_run.id)] == ["progress", "markdown"]
            raise RuntimeError("as if the process had been killed")
        return flow_run.id

    assert [one["type"] for one in artifacts_of(nightly())] == ["markdown", "markdown"]
