"""The operator of any endpoint by its name: what it refuses when a DAG is parsed, and a run of dags/generic.py."""

import re

import pytest
from conftest import DAGS, KEY, connection, kept_by_airflow

from airflow_provider_whautomate.operators.endpoint import WhautomateOperator
from airflow_provider_whautomate.operators.messages import WhautomateSendWhatsappTextOperator
from whautomate_core.emulator import Behaviour, Emulator, create_app, running
from whautomate_core.errors import ConfigurationError, InvalidRequest

GET, LIST, UPDATE = "contacts.get_contact", "contacts.list_contacts", "contacts.update_contact"


@pytest.mark.parametrize(
    ("given", "kind", "said"),
    [
        ({"endpoint": "contacts.update_contct"}, ConfigurationError, "did you mean contacts.update_contact?"),
        ({"endpoint": "updateContact"}, ConfigurationError, "no endpoint 'updateContact'"),
        ({"endpoint": "{{ params.endpoint }}"}, ConfigurationError, "no endpoint"),
        ({"endpoint": [GET]}, ConfigurationError, "endpoint must be text, not a list"),
        ({"endpoint": GET}, ConfigurationError, "contacts.get_contact needs contact_id"),
        ({"endpoint": UPDATE, "arguments": {}}, ConfigurationError, "needs contact_id and contact"),
        ({"endpoint": GET, "arguments": {"contct_id": "c"}}, ConfigurationError, "did you mean contact_id?"),
        (
            {"endpoint": UPDATE, "arguments": {"x": "c"}},
            ConfigurationError,
            "no argument 'x'. It takes contact_id, conta",
        ),
        ({"endpoint": GET, "arguments": {"contact_id": 5}}, ConfigurationError, "contact_id must be text, not int"),
        ({"endpoint": GET, "arguments": "contact_id"}, ConfigurationError, "arguments must be a dict"),
        ({"endpoint": GET, "arguments": '{"contct_id": "c"}'}, ConfigurationError, "did you mean contact_id?"),
        (
            {"endpoint": UPDATE, "arguments": {"contact_id": "{{ x }}", "contact": {"phone_number": "{{ x }}"}}},
            InvalidRequest,
            "did you mean phoneNumber?",
        ),
        (
            {"endpoint": GET, "arguments": {"contact_id": "c"}, "max_records": 1},
            ConfigurationError,
            "max_records is no",
        ),
        ({"endpoint": UPDATE, "arguments": "{{ x }}", "output_path": "x"}, ConfigurationError, "output_path is no"),
        ({"endpoint": UPDATE, "arguments": "{{ x }}", "return_records": True}, ConfigurationError, "return_records is"),
        (
            {"endpoint": UPDATE, "arguments": "{{ x }}", "key": "k"},
            ConfigurationError,
            "key is no option of contacts.up",
        ),
        (
            {"endpoint": LIST, "return_records": "{{ True }}"},
            ConfigurationError,
            "return_records must be True or False",
        ),
        ({"endpoint": LIST, "max_records": 0}, ConfigurationError, "max_records must be at least 1"),
    ],
)
def test_what_can_not_work_is_told_at_parse(given, kind, said):
    with pytest.raises(kind, match=re.escape(said)) as error:
        WhautomateOperator(task_id="task", **given)
    assert str(error.value).startswith("WhautomateOperator 'task': ")


def test_templates_are_looked_at_when_they_are_rendered():
    task = WhautomateOperator(task_id="task", endpoint=UPDATE, arguments="{{ x }}")
    for rendered, said in [
        ('{"contact_id": "c"}', "needs contact"),
        ('{"contact_id": "c", "contact": "no JSON of Ada"}', "contact must be a dict"),
        ('{"contact_id": "c", "contact": {}, "key": "k"}', "no argument 'key'"),
        ("no JSON of Ada", "arguments must be a dict"),
    ]:
        task.arguments = rendered
        with pytest.raises(ConfigurationError, match=said) as error:
            task.call()
        assert "Ada" not in str(error.value)


def test_what_was_rendered_shows_the_names_of_arguments_alone():
    task = WhautomateOperator(task_id="task", endpoint=UPDATE, arguments="{{ x }}")
    given = {"contact_id": "c", "contact": {"name": "Ada"}}
    task.arguments = given
    assert str(task.arguments) == "2 fields: contact_id, contact"
    assert task.given("arguments") == given


@pytest.mark.parametrize("endpoint", [LIST, GET])
def test_reads_are_one_output_and_writes_one_for_each_key(endpoint):
    assert not WhautomateOperator(task_id="task", endpoint=endpoint, arguments="{{ x }}").multiple_outputs
    assert WhautomateOperator(task_id="task", endpoint=UPDATE, arguments="{{ x }}").multiple_outputs


def test_its_call_is_that_of_the_operator_of_the_endpoint():
    message = {"contact": {"id": "c"}, "location": {"id": "l"}, "textMessage": "Hi"}
    own = WhautomateSendWhatsappTextOperator(task_id="own", message=message, allow_protected=True).call()
    generic = WhautomateOperator(
        task_id="generic",
        endpoint="messages.send_whatsapp_text",
        arguments={"message": message, "allow_protected": "True"},
    ).call()
    assert generic == own
    assert generic.body == message


@pytest.fixture(scope="module")
def run(airflow):
    app = create_app(Behaviour(search_delay=0.0, limits=((100_000, 60.0),)), key=KEY)
    with running(app) as url:
        emulator = Emulator(app, url)
        env = {"AIRFLOW_CONN_WHAUTOMATE_DEFAULT": connection(url, account="generic")}
        command = ("-m", "airflow", "dags", "test", "generic", "2026-06-01T00:00:00+00:00")
        said = [airflow(*command, dag_file=DAGS / "generic.py", **env)[1] for _ in range(2)]
        yield emulator, said


def test_each_step_does_its_part_and_what_happens_once_happens_once(run):
    emulator, said = run
    [contact] = emulator.contacts()
    assert (contact["name"], contact["tags"]) == ("Ada", ["vip"])
    assert len(emulator.messages()) == 1, "two mapped tasks and two runs for one date"
    assert len(emulator.requests("createContact")) == 1
    assert len(emulator.requests("addContactTags")) == 1
    assert f"contact {contact['id']} created" in said[0]
    assert f"contact {contact['id']} now has the tag vip" in said[0]
    assert f"contact {contact['id']} already created" in said[1]
    assert f"contact {contact['id']} already had the tag vip; nothing sent" in said[1]
    assert all("1 contact read" in one for one in said)
    assert "personal data is left out of the result" in said[0]


def test_nobody_is_in_what_airflow_keeps(run):
    kept = kept_by_airflow("generic")
    rendered = str(kept["rendered_task_instance_fields"])
    assert "1 field: contact" in rendered
    assert "2 fields: contact_id, tags" in rendered
    assert "1 field: filters" in rendered
    for private in (KEY, "23456701", "Ada"):
        assert [table for table, rows in kept.items() if private in str(rows)] == [], private
