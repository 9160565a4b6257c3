"""The example, run by Airflow on an emulator: twice for one logical date, and on hosts that it must not touch."""

import csv
import json

import pytest
from conftest import KEY, ROOT, answered, connection, meanwhile

from whautomate_core.emulator import Behaviour, Emulator, create_app, running

EXAMPLE = ROOT / "example_dags" / "airflow" / "contacts_to_campaign.py"
with (ROOT / "example_dags" / "data" / "customers.csv").open(encoding="utf-8-sig", newline="") as file:
    CUSTOMERS = list(csv.DictReader(file))

HOURS = 20_000.0
"""Longer than any run takes."""


class Campaign:
    """Two runs of one logical date, and what the emulator saw of them."""

    def __init__(self, airflow, emulator, home, env):
        self.emulator = emulator
        report = home / "report.json"
        env |= {"WHAUTOMATE_DEMO_REPORT": report}
        with meanwhile(self._complete):
            self.code, self.said = airflow(EXAMPLE, **env, WHAUTOMATE_DEMO_LOGICAL_DATE="2026-06-01T00:00:00+00:00")
        self.report = json.loads(report.read_text()) if report.exists() else None
        self.first = emulator.requests()
        # As a person does it. (A second `dag.test()` from a file trips over Airflow 2.11 itself.)
        report.unlink(missing_ok=True)
        command = ("-m", "airflow", "dags", "test", "contacts_to_campaign", "2026-06-01T00:00:00+00:00")
        self.again, self.said_again = airflow(*command, dag_file=EXAMPLE, **env)
        self.second_report = json.loads(report.read_text()) if report.exists() else None
        self.second = emulator.requests()[len(self.first) :]

    def _complete(self, until):
        """Complete the broadcast once the sensor has found it unfinished."""
        until(lambda: len(answered(self.emulator, "getBroadcast")) > 1)  # the first is of the step that made it
        self.emulator.advance(HOURS)


@pytest.fixture(scope="module")
def campaign(airflow, tmp_path_factory):
    # Nothing of it waits for the limits.
    app = create_app(Behaviour(broadcast_seconds=HOURS, delivery_seconds=0.0, limits=((100_000, 60.0),)), key=KEY)
    with running(app) as url:
        env = {"AIRFLOW_CONN_WHAUTOMATE_DEFAULT": connection(url)}
        yield Campaign(airflow, Emulator(app, url), tmp_path_factory.mktemp("campaign"), env)


def test_it_reports_what_arrived(campaign):
    assert campaign.code == 0, campaign.said
    contacts = campaign.emulator.contacts()
    report = campaign.report
    assert report.keys() == {"created", "updated", "unchanged", "rejected", "requests", "broadcast"}
    assert report["created"] == len(contacts) > 400
    assert (report["updated"], report["unchanged"]) == (0, 0)
    assert report["rejected"] > 0
    assert report["requests"] == len(campaign.first)


def test_it_messages_who_said_yes_and_nobody_else(campaign):
    yes = [contact for contact in campaign.emulator.contacts() if "newsletter" in contact.get("tags", [])]
    said_no = {row["customer_id"] for row in CUSTOMERS if row["newsletter"] == "no"}
    assert yes
    assert not {contact["customFields"]["customer_id"] for contact in yes} & said_no
    messaged = {message["contact"] for message in campaign.emulator.messages()}
    assert messaged <= {contact["id"] for contact in yes}
    found = campaign.report["broadcast"]
    assert (found["status"], found["recipients"]) == ("Completed", len(yes))
    assert found["delivered"] == len(messaged) > 0.9 * len(yes)


def test_the_sensor_waited_in_the_trigger(campaign):
    assert "waiting in the triggerer" in campaign.said
    looks = [request for request in campaign.first if request["operation"] == "getBroadcast"]
    assert len(looks) >= 2


def test_a_second_run_of_the_same_logical_date_changes_nothing(campaign):
    assert campaign.again == 0, campaign.said_again
    assert campaign.second_report["created"] == campaign.second_report["updated"] == 0
    assert campaign.second_report["unchanged"] == campaign.report["created"]
    assert {request["method"] for request in campaign.second} == {"GET"}
    assert len(campaign.emulator.records("broadcasts")) == 1
    assert campaign.second_report["requests"] == len(campaign.second)


def test_nothing_personal_and_no_key_is_in_the_log(campaign):
    said = campaign.said + campaign.said_again
    digits = "".join(one for one in said if one.isdigit() or one == "\n")
    assert KEY not in said
    for row in CUSTOMERS:
        number = "".join(one for one in row["mobile"] if one.isdigit()).lstrip("0")
        assert len(number) < 8 or (number not in digits and row["mobile"] not in said)
        assert len(row["full_name"]) < 5 or row["full_name"] not in said


def test_it_refuses_hosts_that_are_not_this_machine_before_all_else(airflow):
    code = (
        f"import runpy\ndag = runpy.run_path({str(EXAMPLE)!r})['dag']\n"
        "first, *rest = dag.topological_sort()\n"
        "print(all(first.task_id in task.get_flat_relative_ids(upstream=True) for task in rest))\n"
        "first.python_callable()"
    )
    returned, said = airflow("-c", code, AIRFLOW_CONN_WHAUTOMATE_DEFAULT=connection("https://api.whautomate.invalid"))
    assert returned != 0
    assert "True" in said.splitlines()
    assert "PolicyRefused: api.whautomate.invalid is not this machine" in said
