"""The example flows of docs/how-to that no other test runs."""

import os
import runpy
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from example_cases import (
    EXAMPLES,
    EXPORTS,
    UNSUBSCRIBED,
    book_tomorrow,
    campaign,
    check_mailchimp,
    check_salesforce,
    check_tagged,
    copy_of,
    held,
    make_mailchimp,
    make_tagged,
    quoted,
    read,
    refuse_everybody,
    withdraw,
)

from prefect_whautomate.contacts import tag_contacts
from whautomate_core import errors
from whautomate_core.messaging.segments import ensure_segment


@pytest.fixture
def account(server, credentials_of_emulator):
    credentials_of_emulator().save("howto", overwrite=True)
    return "howto"


def flow_of(name, run_name="<run_path>", folder=EXAMPLES / "prefect"):
    return runpy.run_path(str(folder / f"{name}.py"), run_name=run_name)[name]


def writes(emulator):
    return [request for request in emulator.requests() if request["method"] != "GET"]


def test_a_salesforce_export_arrives_without_who_wants_no_marketing(whautomate_emulator, account, tmp_path, caplog):
    rejects = tmp_path / "rejects.jsonl"
    flow = flow_of("salesforce_to_contacts")
    first = flow(account, rejects_path=str(rejects))
    assert [line for line in quoted("salesforce.md", caplog.text) if not line.startswith("SELECT")] == []
    check_salesforce(whautomate_emulator, rejects)
    written = len(writes(whautomate_emulator))
    assert flow(account, rejects_path=str(rejects))["unchanged"] == first["created"]
    assert len(writes(whautomate_emulator)) == written


def test_a_mailchimp_audience_arrives_by_its_statuses(whautomate_emulator, account, tmp_path, caplog):
    rejects = tmp_path / "rejects.jsonl"
    make_mailchimp(whautomate_emulator)
    report = flow_of("mailchimp_to_contacts")(account, rejects_path=str(rejects))
    check_mailchimp(whautomate_emulator, rejects)
    assert quoted("mailchimp.md", caplog.text) == []
    assert report["suppress"]["rejected"] == 1, "a number that nobody can have"


def test_a_tag_is_exactly_the_query_s(whautomate_emulator, account, postgres):
    from prefect.blocks.system import Secret

    Secret(value=postgres).save("howto", overwrite=True)
    people = make_tagged(whautomate_emulator, postgres)
    flow = flow_of("tag_by_query")
    flow(account, "howto")
    check_tagged(whautomate_emulator, people)
    refuse_everybody(postgres)
    with pytest.raises(errors.InvalidRequest, match="max_removed") as raised:
        flow(account, "howto")
    assert quoted("tag-by-query.md", str(raised.value)) == []
    check_tagged(whautomate_emulator, people)


@pytest.mark.whautomate(broadcast_seconds=0, delivery_seconds=0)
def test_a_weekly_campaign_is_sent_once_a_week(whautomate_emulator, account, caplog):
    flow = flow_of("weekly_campaign")
    first = flow(account, week="2026-W23")
    assert (first["recipients"], first["delivered"]) == (2, 2)
    assert [line for line in quoted("weekly-campaign.md", caplog.text) if " is Completed" in line] == []
    assert flow(account, week="2026-W23")["id"] == first["id"]
    assert len(whautomate_emulator.messages()) == 2
    assert flow(account, week="2026-W24")["id"] != first["id"]
    assert len(whautomate_emulator.messages()) == 4


def test_the_week_is_the_one_that_the_run_was_planned_for(monkeypatch):
    found = runpy.run_path(str(EXAMPLES / "prefect" / "weekly_campaign.py"))
    planned = datetime(2026, 6, 1, 7, tzinfo=UTC)
    monkeypatch.setitem(found["flow_run"].FIELDS, "scheduled_start_time", lambda: planned)
    assert found["planned_week"]() == "2026-W23"


def test_a_weekly_campaign_is_served_on_mondays_at_nine(monkeypatch):
    served = {}
    monkeypatch.setattr("prefect.flows.Flow.serve", lambda self, **given: served.update(given))
    flow_of("weekly_campaign", "__main__")
    (schedule,) = served["schedules"]
    assert (schedule.cron, schedule.timezone, served["limit"]) == ("0 9 * * 1", "Europe/Berlin", 1)


def test_reminders_are_served_once_a_day(monkeypatch):
    served = {}
    monkeypatch.setattr("prefect.flows.Flow.serve", lambda self, **given: served.update(given))
    flow_of("appointment_reminders", "__main__")
    assert (served["cron"], served["parameters"]) == ("0 14 * * *", {"block": "whautomate", "folder": "/data"})


@pytest.mark.whautomate(search_delay=0.0)
def test_clients_are_reminded_once_of_tomorrow_s_appointments(whautomate_emulator, account, tmp_path, caplog):
    people = [{"fullName": f"N{n}", "countryCode": "+49", "phone": f"3012345{n}"} for n in range(2)]
    people[1]["tags"] = ["Unsubscribe"]
    first, _ = book_tomorrow(whautomate_emulator, "furnisher", people)
    flow, now = flow_of("appointment_reminders"), datetime.now(UTC)
    assert [flow(account, tmp_path, now), flow(account, tmp_path, now)] == [1, 1]
    assert [one["client"] for one in whautomate_emulator.messages()] == [first]
    (sent,) = whautomate_emulator.requests("sendWhatsappTemplate")
    service, date, time = sent["body"]["bodyTextParameters"]
    assert (service, time) == ("Cut", "10:00 AM")
    assert date > f"{now:%Y-%m-%d}"
    assert quoted("appointment-reminders.md", caplog.text) == []


@pytest.mark.whautomate(broadcast_seconds=0, delivery_seconds=0, broadcast_failed_share=0)
@pytest.mark.parametrize("export", EXPORTS)
def test_who_withdraws_between_two_exports_gets_no_more_campaigns(whautomate_emulator, account, tmp_path, export):
    name = f"{export}_to_contacts"
    flow = flow_of(name, folder=copy_of("prefect", tmp_path))
    flow(account)
    first = campaign(whautomate_emulator, export, "first")
    gone = withdraw(whautomate_emulator, tmp_path / "data", export)
    flow(account)
    assert campaign(whautomate_emulator, export, "second") == first - {gone} != first


def test_unsubscribed_people_can_lose_the_tag_without_an_opt_out(server, whautomate_emulator, credentials_of_emulator):
    """As mailchimp.md says."""
    make_mailchimp(whautomate_emulator)
    rows = [row | {"WhatsApp": "No"} for row in read("mailchimp_unsubscribed.csv")]
    mapping = {"phoneNumber": "Phone Number"}
    tag_contacts(
        credentials_of_emulator(),
        *(rows, "newsletter", mapping),
        consent_column="WhatsApp",
        max_consent_rejected="25%",
    )
    ((number, contact),) = held(whautomate_emulator).items()
    assert (number, contact.get("tags", [])) == (UNSUBSCRIBED, [])


@pytest.mark.whautomate(search_delay=0.0)
def test_a_reminder_that_does_not_go_out_fails_the_run_and_no_other_reminder(
    whautomate_emulator, account, credentials_of_emulator, tmp_path
):
    people = [{"fullName": f"N{n}", "countryCode": "+49", "phone": f"3012345{n}"} for n in range(3)]
    people[1]["tags"] = ["Unsubscribe"]
    first, _, third = book_tomorrow(whautomate_emulator, "furnisher", people)
    flow, now = flow_of("appointment_reminders"), datetime.now(UTC)
    credentials_of_emulator(key="wrong").save("wrong", overwrite=True)
    with pytest.raises(errors.AuthenticationError):
        flow("wrong", tmp_path, now)
    credentials_of_emulator(sends="off").save("off", overwrite=True)
    with pytest.raises(RuntimeError, match=r"^0 reminders were sent, 3 failed, the first by: .*sends are off"):
        flow("off", tmp_path, now)
    assert whautomate_emulator.messages() == []
    whautomate_emulator.fault("500_after", operation="sendWhatsappTemplate")
    for _ in range(2):  # the second finds the open claim of the first
        with pytest.raises(
            RuntimeError, match=r"^1 reminders were sent, 1 failed, the first by: .*may (or may not )?have happened"
        ):
            flow(account, tmp_path, now)
        assert sorted(one["client"] for one in whautomate_emulator.messages()) == sorted([first, third])


def test_a_rehearsal_writes_nothing(whautomate_emulator, account, client_of_emulator, caplog):
    ensure_segment(client_of_emulator, "newsletter-subscribers", {"tags": ["newsletter"]})
    whautomate_emulator.add_contacts([{"name": "N", "phoneNumber": "4915123456700", "tags": ["newsletter"]}])
    written = len(writes(whautomate_emulator))
    report = flow_of("rehearsal")(account)
    assert report["sync"]["plan"]["to_create"] > 400
    assert "**Recipients:** up to 1" in report["broadcast"]["text"]
    assert [line for line in quoted("staging.md", caplog.text) if not line.startswith("sends go to")] == []
    assert len(writes(whautomate_emulator)) == written


@pytest.fixture
def client_of_emulator(credentials_of_emulator):
    with credentials_of_emulator().get_client() as client:
        yield client


def test_the_tests_of_the_page_about_tests_pass(tmp_path):
    """As the commands of testing.md run them."""
    environment = {
        name: value for name, value in os.environ.items() if name not in ("PREFECT_API_URL", "PYTEST_CURRENT_TEST")
    }
    environment |= {"PREFECT_HOME": str(tmp_path), "PYTHONPATH": str(Path(__file__).parents[2])}
    environment["PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS"] = "500"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_prefect_flow.py"]
    done = subprocess.run(command, cwd=EXAMPLES / "tests", env=environment, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout[-6000:]
    assert "2 passed" in done.stdout


@pytest.mark.parametrize("name", ["salesforce_to_contacts", "mailchimp_to_contacts", "weekly_campaign"])
def test_they_refuse_hosts_that_are_not_this_machine(server, credentials_of_emulator, name):
    credentials_of_emulator(host="https://api.whautomate.com").save("real", overwrite=True)
    with pytest.raises(errors.PolicyRefused, match="not this machine"):
        flow_of(name)("real")
