"""The example DAGs of docs/how-to that no other test runs, run by Airflow on an emulator."""

import json
import runpy
from datetime import UTC, datetime
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from conftest import connection
from example_cases import (
    EXAMPLES,
    EXPORTS,
    book_tomorrow,
    campaign,
    check_mailchimp,
    check_salesforce,
    check_tagged,
    copy_of,
    make_mailchimp,
    make_tagged,
    quoted,
    withdraw,
)

from whautomate_core.account import account_from_settings
from whautomate_core.client.client import Client
from whautomate_core.messaging.segments import ensure_segment

FOLDER = EXAMPLES / "airflow"


@pytest.fixture
def run(airflow, whautomate_emulator, tmp_path):
    """Runs a DAG as a person does, for a date if it is given; gives what it said."""
    account = uuid4().hex

    def run(name, *date, fails=False, host=whautomate_emulator.url, extra=(), folder=FOLDER, **env):
        code, said = airflow(
            *("-m", "airflow", "dags", "test", name, *date),
            dag_file=folder / f"{name}.py",
            AIRFLOW_CONN_WHAUTOMATE_DEFAULT=connection(host, whautomate_emulator.key, account=account, **dict(extra)),
            WHAUTOMATE_DEMO_FILES=tmp_path,
            **env,
        )
        assert (code != 0) == fails, said[-6000:]
        return said

    return run


def writes(emulator):
    return [request for request in emulator.requests() if request["method"] != "GET"]


def test_a_salesforce_export_arrives_without_who_wants_no_marketing(run, whautomate_emulator, tmp_path):
    run("salesforce_to_contacts")
    check_salesforce(whautomate_emulator, tmp_path / "salesforce_rejects.jsonl")


def test_a_mailchimp_audience_arrives_by_its_statuses(run, whautomate_emulator, tmp_path):
    make_mailchimp(whautomate_emulator)
    run("mailchimp_to_contacts")
    check_mailchimp(whautomate_emulator, tmp_path / "mailchimp_rejects.jsonl")


def test_a_tag_is_exactly_the_query_s(run, whautomate_emulator, postgres):
    people = make_tagged(whautomate_emulator, postgres)
    at = urlsplit(postgres)
    place = {"host": at.hostname, "port": at.port, "login": at.username, "schema": at.path[1:]}
    run("tag_by_query", AIRFLOW_CONN_WAREHOUSE=json.dumps({"conn_type": "postgres", **place}))
    check_tagged(whautomate_emulator, people)


@pytest.mark.whautomate(broadcast_seconds=0, delivery_seconds=0)
def test_a_weekly_campaign_is_sent_once_a_week(run, whautomate_emulator):
    said = run("weekly_campaign", "2026-06-02T12:00:00+00:00")
    assert [line for line in quoted("weekly-campaign.md", said) if " is Completed" not in line] == []
    assert len(whautomate_emulator.messages()) == 2
    run("weekly_campaign", "2026-06-03T12:00:00+00:00")
    assert len(whautomate_emulator.messages()) == 2
    run("weekly_campaign", "2026-06-09T12:00:00+00:00")
    assert len(whautomate_emulator.messages()) == 4


@pytest.mark.whautomate(search_delay=0.0)
def test_clients_are_reminded_once_of_tomorrow_s_appointments(run, whautomate_emulator):
    people = [{"fullName": f"N{n}", "countryCode": "+49", "phone": f"3012345{n}"} for n in range(2)]
    people[1]["tags"] = ["Unsubscribe"]
    first, _ = book_tomorrow(whautomate_emulator, "furnisher", people)
    now = datetime.now(UTC).isoformat()
    said = [run("appointment_reminders", now) for _ in range(2)]
    assert [one["client"] for one in whautomate_emulator.messages()] == [first], said
    (sent,) = whautomate_emulator.requests("sendWhatsappTemplate")
    service, date, time = sent["body"]["bodyTextParameters"]
    assert (service, time) == ("Cut", "10:00 AM")
    assert date > now[:10]


@pytest.mark.whautomate(broadcast_seconds=0, delivery_seconds=0, broadcast_failed_share=0)
@pytest.mark.parametrize("export", EXPORTS)
def test_who_withdraws_between_two_exports_gets_no_more_campaigns(run, whautomate_emulator, tmp_path, export):
    name, folder = f"{export}_to_contacts", copy_of("airflow", tmp_path)
    run(name, folder=folder)
    first = campaign(whautomate_emulator, export, "first")
    gone = withdraw(whautomate_emulator, tmp_path / "data", export)
    run(name, folder=folder)
    assert campaign(whautomate_emulator, export, "second") == first - {gone} != first


@pytest.mark.whautomate(search_delay=0.0)
def test_a_reminder_that_does_not_go_out_fails_the_run_and_no_other_reminder(run, whautomate_emulator, tmp_path):
    people = [{"fullName": f"N{n}", "countryCode": "+49", "phone": f"3012345{n}"} for n in range(3)]
    people[1]["tags"] = ["Unsubscribe"]
    first, _, third = book_tomorrow(whautomate_emulator, "furnisher", people)
    folder = copy_of("airflow", tmp_path)
    dag = folder / "appointment_reminders.py"  # without Airflow's retries, which come minutes later
    dag.write_text(dag.read_text(encoding="utf-8").replace('"retries": 2', '"retries": 0'), encoding="utf-8")
    now = datetime.now(UTC).isoformat()
    run("appointment_reminders", now, fails=True, folder=folder, host="http://127.0.0.1:1")  # nothing listens there
    run("appointment_reminders", now, fails=True, folder=folder, extra={"sends": "off"})
    assert whautomate_emulator.messages() == []
    whautomate_emulator.fault("500_after", operation="sendWhatsappTemplate")
    for _ in range(2):  # the second finds the open claim of the first
        run("appointment_reminders", now, fails=True, folder=folder)
        assert sorted(one["client"] for one in whautomate_emulator.messages()) == sorted([first, third])


def test_a_rehearsal_writes_nothing(run, whautomate_emulator):
    settings = {"location_id": "loc000000001", "plan": "subscribed", "account": uuid4().hex}
    with Client(account_from_settings(whautomate_emulator.url, whautomate_emulator.key, settings)) as client:
        ensure_segment(client, "newsletter-subscribers", {"tags": ["newsletter"]})
    whautomate_emulator.add_contacts([{"name": "N", "phoneNumber": "4915123456700", "tags": ["newsletter"]}])
    written = len(writes(whautomate_emulator))
    said = run("rehearsal")
    assert "**Recipients:** up to 1" in said
    assert len(writes(whautomate_emulator)) == written


def test_the_tests_of_the_page_about_tests_pass(airflow):
    """As the commands of testing.md run them."""
    code, said = airflow(
        *("-m", "pytest", "-q", "-p", "no:cacheprovider", EXAMPLES / "tests" / "test_airflow_dag.py"),
        dag_file=FOLDER / "quick_start.py",
    )
    assert code == 0, said[-6000:]
    assert "2 passed" in said


NEW = ("salesforce_to_contacts", "mailchimp_to_contacts", "tag_by_query", "weekly_campaign", "appointment_reminders")


@pytest.mark.parametrize("name", NEW)
def test_they_refuse_hosts_that_are_not_this_machine_before_all_else(name, connections):
    from whautomate_core.errors import PolicyRefused

    connections("whautomate_default", "https://api.whautomate.invalid")
    dag = runpy.run_path(str(FOLDER / f"{name}.py"))["dag"]
    first, *rest = dag.topological_sort()
    assert all(first.task_id in task.get_flat_relative_ids(upstream=True) for task in rest)
    with pytest.raises(PolicyRefused, match="is not this machine"):
        first.python_callable()


@pytest.mark.parametrize("name", [*NEW, "rehearsal"])
def test_airflow_shows_what_each_is_about(name):
    dag = runpy.run_path(str(FOLDER / f"{name}.py"))["dag"]
    assert dag.doc_md
    assert set(dag.tags) == {"whautomate", "example"}
