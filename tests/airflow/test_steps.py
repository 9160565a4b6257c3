"""What single steps do, run by Airflow: one run of dags/steps.py, and a look at each of its tasks."""

import contextlib
import json
import re
import sqlite3
import stat

import pytest
from conftest import DAGS, HOME, KEY, connection

from whautomate_core.account import account_from_settings
from whautomate_core.api import segments
from whautomate_core.client.client import Client
from whautomate_core.emulator import Behaviour, Emulator, create_app, running


@pytest.fixture(scope="module")
def emulators():
    """One for each connection; `quiet` is to get no request."""
    with contextlib.ExitStack() as stack:

        def start(**behaviour):
            app = create_app(Behaviour(**behaviour), key=KEY)
            return Emulator(app, stack.enter_context(running(app)))

        found = {
            "main": start(broadcast_seconds=2.0, broadcast_failed_share=0.5),
            "many": start(),
            "faulty": start(),
            "quiet": start(),
        }
        found["many"].add_contacts([{"name": f"Name {n}", "phoneNumber": f"4915120{n:06d}"} for n in range(400)])
        found["faulty"].fault("dropped_after", operation="createContact")
        yield found


class Run:
    """What a run left behind."""

    def __init__(self, files, said):
        self.files = files
        self.said = said
        self.states = json.loads((files / "states.json").read_text())
        self.results = json.loads((files / "results.json").read_text())


@pytest.fixture(scope="module")
def run(airflow, emulators, tmp_path_factory):
    files = tmp_path_factory.mktemp("steps")
    (files / "no_column.csv").write_text("name,phone\nAda,+4915123456789\n")
    (files / "empty.csv").write_text("name,mobile\n")
    main = emulators["main"]
    main.add_contacts([{"name": f"E{n}", "phoneNumber": f"491512345680{n}", "tags": ["everybody"]} for n in range(3)])
    tagged, deleted = main.add_contacts([{"name": "A", "phoneNumber": f"491512345679{n}"} for n in (1, 2)])
    with Client(account_from_settings(main.url, KEY, {"plan": "subscribed"})) as client:
        # One that opted-out people are in.
        location = {"id": main.location_id}
        open_segment = client.send(segments.create_segment({"name": "all", "type": "contact", "location": location}))
    hosts = {f"AIRFLOW_CONN_{name.upper()}": connection(emulator.url) for name, emulator in emulators.items()}
    code, said = airflow(
        DAGS / "steps.py",
        **hosts,
        AIRFLOW_CONN_WRONG_KEY=connection(main.url, "wrong-key-of-the-tests"),
        AIRFLOW_CONN_NO_KEY=connection(main.url, ""),
        STEPS_FILES=files,
        STEPS_IDS=f"{tagged} {deleted} {open_segment['id']}",
    )
    assert code == 0, said
    return Run(files, said)


def test_writes_return_ids_alone(run, emulators):
    contacts = {contact["name"]: contact for contact in emulators["main"].contacts()}
    assert run.results["create"] == {"id": contacts["Ada"]["id"]}
    assert run.results["update"] == {"id": contacts["Ada"]["id"]}
    assert run.results["add_tags"].keys() == run.results["delete"].keys() == {"id"}
    assert contacts["Ada"]["phoneNumber"] == "4915123456700"
    assert contacts["Ada"]["notes"] == "called"
    assert [contact["tags"] for contact in contacts.values() if contact["id"] == run.results["add_tags"]["id"]] == [
        ["a"]
    ]


def test_reads_return_what_is_not_about_a_person_one_for_each_mapped_task(run):
    [found] = run.results["get"]
    assert found["id"] == run.results["create"]["id"]
    assert found["location"]["id"] == "loc000000001"
    assert found.keys().isdisjoint({"name", "phoneNumber", "customFields", "notes"})
    assert run.states["get0"] == ["success", 1]
    assert re.search(
        r"personal data is left out of the result \([\w, ]*name, [\w, ]*phoneNumber\): output_path=", run.said
    )


def test_reads_return_people_where_the_dag_asks_for_them(run):
    assert [one["name"].partition(" ")[0] for one in run.results["few_whole"]] == ["Name"] * 3


def test_bodies_from_other_tasks_are_checked_before_they_are_sent(run, emulators):
    assert run.states["create_each0"] == ["success", 1]
    assert run.states["create_each1"][0] == "failed"
    assert "did you mean phoneNumber?" in run.said
    assert not any("3456703" in str(request["body"]) for request in emulators["main"].requests())


def test_lists_are_read_to_the_end_capped_or_written_to_a_file(run):
    assert run.states["too_large"][0] == "failed"
    assert "the answer is over 48 KiB" in run.said
    assert len(run.results["few"]) == 3
    written = run.results["to_file"]
    [path] = run.files.glob("contacts-*.jsonl")
    assert written == {"path": str(path), "records": 400}
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert len({line["id"] for line in lines}) == 400
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_flag_from_a_template_is_refused_where_its_text_is_neither_true_nor_false(run):
    assert run.states["text_is_no_flag"][0] == "failed"
    assert "overwrite must be True or False" in run.said


def test_what_may_have_happened_ends_without_retry(run, emulators):
    assert run.states["unknown"] == ["failed", 1]
    assert len(emulators["faulty"].requests("createContact")) == 1
    assert re.search(
        r"POST /v1/contacts: the connection was lost \(\w+\), so it may or may not have happened", run.said
    )


def test_what_policy_forbids_ends_without_retry(run, emulators):
    assert run.states["policy"] == ["failed", 1]
    assert "would message people who opted out" in run.said


def test_other_errors_are_retried(run, emulators):
    assert run.states["wrong_key"] == ["failed", 2]
    assert "GET /v1/contacts: the key was refused (403)" in run.said
    assert len([request for request in emulators["main"].requests() if request["status"] == 403]) == 2


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("no_column", "no_column.csv has no column 'mobile'; there are 'name', 'phone'"),
        ("empty", "empty.csv has no rows"),
        ("no_file", "missing.csv can't be read: No such file"),
        ("bad_threshold", "max_failed must be a whole number or a share"),
        ("no_key", "connection 'no_key': the API key is missing"),
        ("members", "members must be at_least or exactly, not 'all'"),
    ],
)
def test_jobs_that_can_not_work_say_so_before_anything_is_sent(run, emulators, step, said):
    assert run.states[step][0] == "failed"
    assert said in run.said
    assert emulators["quiet"].requests() == []


def test_the_sensor_gives_up_in_time(run):
    assert run.states["too_late"][0] == "failed"
    assert "is not finished after 1 s" in run.said


def test_the_sensor_skips_and_fails_as_airflows_own(run, emulators):
    for step in ("deferred_soft", "first_look_soft", "poked_soft"):
        assert run.states[step] == ["skipped", 1], step
    assert run.states["poked"] == ["success", 1]
    assert run.results["poked"]["finished"] is True
    waited = set(re.findall(r"broadcast (\w+) is \w+: .*; waiting in the triggerer", run.said))
    # The other starts so soon that on a busy machine it may have ended before it is looked at.
    assert run.results["far"]["id"] in waited <= {run.results["far"]["id"], run.results["near"]["id"]}


def test_jobs_return_ids_and_requests(run):
    assert run.results["everybody"].keys() == {"id", "name", "created", "any_location", "requests", "waited"}
    assert run.results["near"].keys() >= {"id", "name", "created", "recipients", "notes", "requests", "waited"}
    assert run.results["far"]["created"] is True
    assert run.results["far"]["name"] != run.results["near"]["name"]


def test_every_step_ends_with_what_happened(run):
    assert re.search(r"segment everybody \(\w+\) created", run.said)
    assert re.search(
        r"broadcast \S+ \w{10} \(\w+\) created for up to \d+ recipients?, starts at 2\S+ \S+ UTC", run.said
    )
    assert re.search(r"broadcast \w+ is Completed: \d+ of \d+ delivered, \d+ not delivered", run.said)


def test_every_step_says_how_many_requests_it_made(run):
    assert re.search(r"\b1 request\b", run.said)
    assert re.search(r"\b[2-9]\d? requests\b", run.said)


def test_no_key_and_no_person_is_in_what_airflow_keeps_of_arguments(run):
    with contextlib.closing(sqlite3.connect(HOME / "airflow.db")) as database:
        rendered = "".join(str(row) for row in database.execute("SELECT * FROM rendered_task_instance_fields"))
    assert "3 fields: name, phoneNumber, location" in rendered
    for private in (KEY, "3456700", "3456702", "Ada", "Grace"):
        assert private not in rendered


def test_no_key_and_no_number_is_in_the_log(run):
    for private in (KEY, "wrong-key-of-the-tests", "3456700", "3456701", "3456702", "3456789"):
        assert private not in run.said
