"""Operators when a DAG is parsed: names, signatures, errors. The endpoints' are walked in
test_endpoints.py; what they do is in test_steps.py."""

import importlib
import inspect
import pkgutil
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pendulum
import pytest
from airflow.providers.common.compat.sdk import DAG

from airflow_provider_whautomate import operators, sensors
from airflow_provider_whautomate._redacted import Redacted
from airflow_provider_whautomate.operators.appointments import WhautomateBookSlotOperator
from airflow_provider_whautomate.operators.base import WhautomateBaseOperator
from airflow_provider_whautomate.operators.broadcasts import WhautomateBroadcastOperator
from airflow_provider_whautomate.operators.contacts import (
    WhautomateAddContactTagsOperator,
    WhautomateCreateContactOperator,
    WhautomateGetContactOperator,
    WhautomateListContactsOperator,
    WhautomateSyncContactsOperator,
    WhautomateTagContactsOperator,
    WhautomateUpdateContactOperator,
)
from airflow_provider_whautomate.operators.endpoint import WhautomateOperator
from airflow_provider_whautomate.operators.segments import WhautomateEnsureSegmentOperator
from airflow_provider_whautomate.sensors.account import WhautomateQuotaSensor
from airflow_provider_whautomate.sensors.appointments import WhautomateSlotSensor
from airflow_provider_whautomate.sensors.base import WhautomateSensor
from airflow_provider_whautomate.sensors.broadcasts import WhautomateBroadcastSensor
from airflow_provider_whautomate.sensors.classes import WhautomateClassSensor
from airflow_provider_whautomate.sensors.contacts import WhautomateContactSensor
from whautomate_core.errors import ConfigurationError, InvalidRequest, PolicyRefused


def refused(operator, **arguments):
    with pytest.raises(Exception) as error:  # noqa: PT011 - Airflow's type depends on its version
        operator(task_id="task", **arguments)
    return error.value


def test_missing_and_unknown_arguments_are_errors_at_parse():
    assert "missing keyword argument 'contact_id'" in str(refused(WhautomateGetContactOperator))
    assert "contct_id" in str(refused(WhautomateGetContactOperator, contact_id="c", contct_id="c"))
    with pytest.raises(TypeError, match="contct_id"):
        WhautomateGetContactOperator.partial(task_id="task").expand(contct_id=["c"])


def test_wrong_field_names_are_errors_at_parse_with_the_nearest_name():
    error = refused(WhautomateUpdateContactOperator, contact_id="c", contact={"phone_number": "{{ 1 }}"})
    assert isinstance(error, InvalidRequest)
    assert "did you mean phoneNumber?" in str(error)
    error = refused(WhautomateListContactsOperator, filters={"serchText": "x"})
    assert "did you mean searchText?" in str(error)
    assert "location is required" in str(
        refused(WhautomateCreateContactOperator, contact={"name": "", "phoneNumber": ""})
    )


@pytest.mark.parametrize("value", ["{{ True }}", "False", 1, None])
def test_whether_people_get_into_xcom_stands_in_the_dag_file(value):
    error = refused(WhautomateListContactsOperator, return_records=value)
    assert "return_records must be True or False" in str(error)


@pytest.mark.parametrize("tags", ["vip", '"vip"', "{}", 1, {"vip": 1}])
def test_tags_that_are_no_list_are_an_error_at_parse(tags):
    error = refused(WhautomateAddContactTagsOperator, contact_id="c", tags=tags)
    assert "tags must be a list" in str(error)
    assert "vip" not in str(error)


def test_a_list_may_be_the_text_of_its_json():
    mapping = {"phoneNumber": "mobile"}
    task = WhautomateSyncContactsOperator(task_id="a", source="customers.csv", mapping=mapping, tags='["a", "b"]')
    assert task.given("tags") == ["a", "b"]


def test_templates_and_extra_pass_the_check_of_names():
    WhautomateUpdateContactOperator(task_id="a", contact_id="c", contact="{{ params.contact }}")
    WhautomateUpdateContactOperator(task_id="b", contact_id="c", contact={"name": "x"}, extra={"newField": 1})
    WhautomateUpdateContactOperator(
        task_id="c", contact_id="c", contact={"phone_number": 1}, extra="{{ params.extra }}"
    )
    WhautomateCreateContactOperator.partial(task_id="d", extra={"newField": 1}).expand(contact=[{}])


MAPPING = {"phoneNumber": "mobile"}
TEMPLATE = {"name": "t", "language": "en"}


@pytest.mark.parametrize(
    ("operator", "arguments", "kind", "said"),
    [
        (WhautomateSyncContactsOperator, {"mapping": {"name": "n"}}, ConfigurationError, "column of phoneNumber"),
        (WhautomateSyncContactsOperator, {"mapping": "mobile"}, ConfigurationError, "mapping must be a dict"),
        (WhautomateSyncContactsOperator, {"mappin": MAPPING}, ConfigurationError, "did you mean mapping? It takes "),
        (
            WhautomateSyncContactsOperator,
            {"mapping": MAPPING, "retires": 1},
            ConfigurationError,
            "did you mean retries?",
        ),
        (WhautomateSyncContactsOperator, {"mapping": MAPPING, "qqq": 1}, ConfigurationError, "'qqq'. It takes "),
        (WhautomateSyncContactsOperator, {"mapping": {**MAPPING, "stge": "s"}}, InvalidRequest, "did you mean stage?"),
        (WhautomateSyncContactsOperator, {"mapping": MAPPING, "max_failed": "5"}, None, ""),
        (WhautomateSyncContactsOperator, {"mapping": MAPPING, "max_rejected": -1}, ConfigurationError, "max_rejected"),
        (WhautomateSyncContactsOperator, {"mapping": MAPPING, "max_failed": "5 %%"}, ConfigurationError, "max_failed"),
        (WhautomateSyncContactsOperator, {"mapping": MAPPING, "tags": ["unsubscribe"]}, PolicyRefused, "opt-out"),
        (WhautomateSyncContactsOperator, {"mapping": "{{ x }}", "max_failed": "{{ x }}", "tags": "{{ x }}"}, None, ""),
        (
            WhautomateTagContactsOperator,
            {"tag": "a", "mapping": {**MAPPING, "name": "n"}},
            ConfigurationError,
            "match must be",
        ),
        (
            WhautomateTagContactsOperator,
            {"tag": "a", "mapping": MAPPING, "members": "all"},
            ConfigurationError,
            "members must be at_least or exactly",
        ),
        (WhautomateTagContactsOperator, {"tag": "{{ x }}", "mapping": "{{ x }}", "members": "{{ x }}"}, None, ""),
    ],
)
def test_jobs_with_a_source_at_parse(operator, arguments, kind, said):
    if kind is None:
        operator(task_id="task", source="{{ x }}", **arguments)
    else:
        error = refused(operator, source="customers.csv", **arguments)
        assert isinstance(error, kind)
        assert said in str(error)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({}, "exactly one of segment_name, segment_id"),
        ({"segment_name": "a", "segment_id": "b"}, "exactly one of segment_name, segment_id"),
        ({"segment_name": "a", "template": {"name": "t"}}, "language is required"),
        ({"segment_name": "a", "template": "t"}, 'must be a dict such as {"name": "t", "language": ...}'),
        ({"segment_name": "a", "template": ["t"]}, 'must be a dict such as {"name": ..., "language": ...}'),
        ({"segment_name": "a", "schedule_at": datetime(2026, 1, 1)}, "schedule_at"),
        ({"segment_name": "a", "schedule_at": "tomorrow"}, "schedule_at"),
        ({"segment_name": "a", "hold_minutes": -1}, "hold_minutes"),
    ],
)
def test_broadcasts_at_parse(arguments, said):
    assert said in str(refused(WhautomateBroadcastOperator, **{"name": "b", "template": TEMPLATE, **arguments}))


def test_segments_and_sensors_at_parse():
    error = refused(WhautomateEnsureSegmentOperator, segment_name="s", criteria={"tag": ["a"]})
    assert "did you mean tags?" in str(error)
    assert "max_failed" in str(refused(WhautomateBroadcastSensor, broadcast_id="b", max_failed="many"))
    assert "poll_interval" in str(refused(WhautomateBroadcastSensor, broadcast_id="b", poll_interval=0))


@pytest.mark.parametrize(
    ("kind", "given"),
    [(WhautomateGetContactOperator, {"contact_id": "c1"}), (WhautomateBroadcastSensor, {"broadcast_id": "b1"})],
)
def test_the_connection_may_come_from_a_parameter_of_the_dag(kind, given):
    with DAG("d", schedule=None, params={"connection": "whautomate_default"}) as dag:
        assert kind(task_id="t", whautomate_conn_id=dag.param("connection"), **given)


def test_tags_of_a_sync_may_be_text_that_is_a_json_array():
    arguments = {"source": "people.csv", "mapping": {"name": "n", "phoneNumber": "p"}, "tags": '["vip"]'}
    operator = WhautomateSyncContactsOperator(task_id="t", **arguments)
    assert operator.given("tags") == ["vip"]


def classes(package, base):
    for module in pkgutil.iter_modules(package.__path__):
        for one in vars(importlib.import_module(f"{package.__name__}.{module.name}")).values():
            if isinstance(one, type) and issubclass(one, base) and one.__module__.endswith(f".{module.name}"):
                yield one


OF_PACKAGE = list(classes(operators, WhautomateBaseOperator))
# Others derive from a base, which does no work of its own.
OPERATORS = [one for one in OF_PACKAGE if not set(one.__subclasses__()) & set(OF_PACKAGE)]
SENSORS = [one for one in classes(sensors, WhautomateSensor) if one is not WhautomateSensor]


def own_arguments(kind):
    of = [kind, WhautomateSensor if kind in SENSORS else WhautomateBaseOperator]
    found = [one for cls in of for one in inspect.signature(cls.__init__).parameters.values()]
    return [one for one in found if one.kind is one.KEYWORD_ONLY]


EITHER = {
    "WhautomateCancelBroadcastOperator": ("of_task", "key", "broadcast_id"),
    "WhautomateContactSensor": ("contact_id", "phone"),
}
"""Arguments of which exactly one is given."""


def required_of(kind):
    either = EITHER.get(kind.__name__, ())[:1]
    if kind is WhautomateOperator:
        return {"endpoint": "contacts.list_contacts"}
    return {one.name: "{{ x }}" for one in own_arguments(kind) if one.default is one.empty or one.name in either}


class Odd:
    """What no argument takes."""


@pytest.mark.parametrize("kind", OPERATORS + SENSORS)
def test_every_argument_of_a_wrong_kind_is_told_at_parse(kind):
    required = required_of(kind)
    kind(task_id="task", **required)
    for name in {one.name for one in own_arguments(kind)} - (
        {"max_wait"} if kind in SENSORS else set()
    ):  # Airflow's own check
        said = str(refused(kind, **{**required, name: Odd()}))
        assert said.startswith(f"{kind.__name__} 'task': {name} must be "), said
        assert said.endswith("Odd"), said


@pytest.mark.parametrize("kind", OPERATORS + SENSORS)
def test_a_subclass_may_have_arguments_of_its_own_which_it_sets_last(kind):
    """Ours must not look for arguments that are not theirs: neither values that aren't set yet nor types."""

    class Own(kind):
        template_fields = (*kind.template_fields, "table")

        def __init__(self, *, table: "OnlyForTypeCheckers", **kwargs):  # noqa: F821
            super().__init__(**kwargs)
            self.table = table

    assert Own(task_id="task", table="t", **required_of(kind)).table == "t"
    assert str(refused(Own, table="t", **{**required_of(kind), "whautomate_conn_id": 5})).startswith("Own 'task': whau")


def test_arguments_of_a_subclass_of_a_sensor_are_still_checked():
    class Own(WhautomateContactSensor):
        def __init__(self, *, table, **kwargs):
            super().__init__(**kwargs)
            self.table = table

        def condition(self, context):
            return super().condition({**context, "table": self.table})

    assert Own(task_id="task", table="t", contact_id="c", tag="vip").table == "t"
    assert "tag must be text" in str(refused(Own, table="t", contact_id="c", tag=5))
    assert "name what to wait for" in str(refused(Own, table="t", contact_id="c"))


OF_BROADCAST = {"name": "b", "template": TEMPLATE, "segment_name": "s"}
OF_SYNC = {"source": "customers.csv", "mapping": MAPPING}
OF_SLOT = {"client_id": "c", "service_id": "s", "earliest": "{{ x }}", "latest": "{{ x }}", "timezone": "Europe/Berlin"}


@pytest.mark.parametrize(
    ("kind", "given", "name", "value", "said"),
    [
        (WhautomateSyncContactsOperator, OF_SYNC, "default_region", "Germany", "two-letter country code"),
        (WhautomateSyncContactsOperator, OF_SYNC, "default_region", 49, "text or None, not int"),
        (
            WhautomateSyncContactsOperator,
            OF_SYNC,
            "source",
            42,
            "a path, a URL, rows as dicts or a query (Sql), not int",
        ),
        (WhautomateSyncContactsOperator, OF_SYNC, "source", {"a": 1}, "not dict"),
        (WhautomateSyncContactsOperator, OF_SYNC, "suppress", b"x", "not bytes"),
        (WhautomateSyncContactsOperator, OF_SYNC, "tags", "vip", "a list, or text that is a JSON array"),
        (WhautomateSyncContactsOperator, OF_SYNC, "tags", [1], "a list of texts, not a list of 1 (int)"),
        (WhautomateSyncContactsOperator, OF_SYNC, "mode", "append", "upsert, insert, update or mirror, not 'append'"),
        (WhautomateSyncContactsOperator, OF_SYNC, "plan_only", "yes", "True or False, not str"),
        (WhautomateSyncContactsOperator, OF_SYNC, "max_created", 1.5, 'a count, a share like "5%", or None, not float'),
        (WhautomateSyncContactsOperator, OF_SYNC, "settle_after", True, "a number, not bool"),
        (WhautomateBroadcastOperator, OF_BROADCAST, "send_window", ("9", "20", "Europe/Berlin"), "09:00"),
        (WhautomateBroadcastOperator, OF_BROADCAST, "send_window", ("09:00", "20:00"), "start, end and time zone"),
        (WhautomateBroadcastOperator, OF_BROADCAST, "send_window", ("09:00", "20:00", "Berlin"), "IANA name"),
        (WhautomateBroadcastOperator, OF_BROADCAST, "body_parameters", [5], "a list of texts"),
        (WhautomateBroadcastOperator, OF_BROADCAST, "outside_window", "wait", "outside_window"),
        (WhautomateBroadcastOperator, OF_BROADCAST, "hold_minutes", float("nan"), "a number"),
        (WhautomateBroadcastOperator, OF_BROADCAST, "timeout", 0, "over 0"),
        (WhautomateBroadcastOperator, OF_BROADCAST, "deferrable", "True", "True or False, not str"),
        (WhautomateBroadcastOperator, OF_BROADCAST, "max_failed", "many", "a share like"),
        (WhautomateBookSlotOperator, OF_SLOT, "timezone", "Berlin", "IANA"),
        (WhautomateBookSlotOperator, OF_SLOT, "earliest", "tomorrow", "earliest"),
        (WhautomateBookSlotOperator, OF_SLOT, "hours", ["9-12"], "hours"),
        (WhautomateGetContactOperator, {"contact_id": "c"}, "contact_id", 12, "text, not int"),
        (WhautomateListContactsOperator, {}, "max_records", -1, "max_records"),
        (WhautomateListContactsOperator, {}, "max_records", 1.5, "a whole number or None, not float"),
        (WhautomateListContactsOperator, {}, "max_requests", 0, "at least 1"),
        (WhautomateListContactsOperator, {}, "output_path", "None", "what a template makes of a missing value"),
        (WhautomateSyncContactsOperator, OF_SYNC, "rejects_path", "None", "what a template makes of a missing value"),
        (WhautomateListContactsOperator, {}, "max_wait", "60", "a number or a timedelta or None, not str"),
        (WhautomateListContactsOperator, {}, "filters", [], "a dict"),
        (WhautomateBroadcastSensor, {"broadcast_id": "b"}, "poll_interval", "60", "a number or a timedelta, not str"),
        (WhautomateBroadcastSensor, {"broadcast_id": "b"}, "min_delivered", 1.5, "min_delivered"),
        (WhautomateBroadcastSensor, {"broadcast_id": "b"}, "cancel_on_kill", "False", "True or False or None, not str"),
        (WhautomateSyncContactsOperator, OF_SYNC, "match", {"name", "phoneNumber"}, "a list of texts or None, not set"),
        (WhautomateBookSlotOperator, OF_SLOT, "timezone", timezone(timedelta(hours=1)), "text, not timezone"),
        (WhautomateBroadcastOperator, OF_BROADCAST, "timeout", "60", "a number or a timedelta, not str"),
        (WhautomateClassSensor, {"class_id": "c"}, "free", -1, "free"),
        (WhautomateQuotaSensor, {"requests": 1}, "requests", 0, "at least 1"),
    ],
)
def test_values_that_can_not_work_are_told_at_parse_by_their_argument(kind, given, name, value, said):
    kind(task_id="fine", **given)
    told = str(refused(kind, **{**given, name: value}))
    assert told.startswith(f"{kind.__name__} 'task': ")
    assert name in told
    assert said in told


HOUR = timedelta(hours=1)
SECONDS = [5, 5.5, timedelta(minutes=5)]
MOMENTS = [datetime(2027, 1, 1, tzinfo=UTC), pendulum.datetime(2027, 1, 1), "2027-01-01T00:00:00Z"]
LEGAL = {
    "timezone": ["Europe/Berlin", ZoneInfo("Europe/Berlin"), pendulum.timezone("Europe/Berlin"), UTC, pendulum.UTC],
    "tags": [["a", "b"], ("a",), {"a"}, frozenset({"a"}), '["a"]', [], {"{{ x }}"}],
    "hours": [["09:00-12:00"], ("09:00-12:00",), {"09:00-12:00"}, '["09:00-12:00"]', []],
    "date": ["2027-01-05", date(2027, 1, 5)],
    **{name: MOMENTS for name in ("earliest", "latest", "start", "since", "due", "schedule_at", "now")},
    **{name: SECONDS for name in ("poll_interval", "timeout", "settle_after", "max_wait")},
    **{name: [*SECONDS, "PT6H"] for name in ("cooldown", "max_lateness")},
    **{name: [30, 30.5, Decimal("30.5"), "30.5"] for name in ("max_cost", "unit_price", "hold_minutes")},
    **{name: [5, "5%"] for name in ("max_failed", "max_rejected", "min_delivered")},
    **{name: [{}, "{}"] for name in ("criteria", "filters", "extra", "arguments")},
    **{name: [Path("people.csv"), "people.csv"] for name in ("suppress", "calendar")},
    "source": [Path("people.csv"), "people.csv", [{"name": "n"}], ({"name": "n"},), []],
}
"""Arguments that mean the same in each operator -> what each has to take."""
BESIDE = {
    WhautomateBroadcastOperator: lambda name: {"wait": True},
    WhautomateOperator: lambda name: (
        {"endpoint": "contacts.create_contact", "arguments": "{{ x }}"} if name == "key" else {}
    ),
}
"""What has to be given as well, for arguments that act at the end of a wait, or in some endpoints."""


@pytest.mark.parametrize("kind", OPERATORS + SENSORS)
def test_no_argument_refuses_what_is_legal(kind):
    with DAG("d", schedule=None, params={"x": "1"}) as dag:
        upstream = WhautomateGetContactOperator(task_id="upstream", contact_id="c").output
    for one in own_arguments(kind):
        name = one.name
        values = [*LEGAL.get(name, [])]
        values += [Path("/tmp/file")] if name.endswith("_path") else []
        values += [None] if one.default is None else []
        if name in kind.template_fields:
            values += ["{{ x }}", "{% if x %}1{% endif %}", upstream, upstream["id"], dag.param("x")]
        required = required_of(kind)
        if name in (either := EITHER.get(kind.__name__, ())):
            values.remove(None)
            del required[either[0]]
        for place, value in enumerate(values):
            kind(task_id=f"{name}_{place}", **{**required, **BESIDE.get(kind, lambda name: {})(name), name: value})


def test_values_of_another_kind_become_what_airflow_can_store_and_show():
    sync = WhautomateSyncContactsOperator(task_id="t", **OF_SYNC, tags={"b", "{{ x }}", "a"}, settle_after=HOUR)
    assert sync.tags == ["a", "b", "{{ x }}"]
    assert sync.settle_after == 3600
    slot = WhautomateBookSlotOperator(task_id="t", **{**OF_SLOT, "timezone": ZoneInfo("Asia/Tokyo")})
    assert slot.timezone == "Asia/Tokyo"
    given = {**OF_SLOT, "timezone": pendulum.timezone("Asia/Tokyo"), "hours": '["09:00-12:00"]'}
    del given["client_id"]
    sensor = WhautomateSlotSensor(task_id="t", **given, poll_interval=HOUR, max_wait=HOUR)
    assert (sensor.timezone, sensor.poll_interval) == ("Asia/Tokyo", 3600)
    sensor.earliest, sensor.latest = MOMENTS[0], "2027-01-02T00:00:00Z"
    assert (sensor.condition({}).timezone, sensor.condition({}).hours) == ("Asia/Tokyo", ("09:00-12:00",))
    sent = WhautomateBroadcastOperator(task_id="t", **OF_BROADCAST, timeout=HOUR, poll_interval=HOUR, max_wait=HOUR)
    assert (sent.timeout, sent.poll_interval, sent.max_wait) == (3600, 3600, 3600)


def test_another_task_may_return_a_set_of_tags_and_a_time_zone():
    sync = WhautomateSyncContactsOperator(task_id="t", **OF_SYNC, tags="{{ x }}")
    sync.tags = {"b", "a"}
    assert sync.given("tags") == ["a", "b"]
    of_slot = {**OF_SLOT, "earliest": MOMENTS[0], "latest": MOMENTS[0], "timezone": "{{ x }}"}
    slot = WhautomateBookSlotOperator(task_id="t", **of_slot)
    slot.timezone = ZoneInfo("Asia/Tokyo")
    assert slot.given("timezone") == "Asia/Tokyo"


def test_criteria_of_a_segment_may_be_text_that_is_their_json(whautomate_emulator, connections):
    connections("whautomate_default", whautomate_emulator.url, whautomate_emulator.key)
    given = {"task_id": "t", "segment_name": "s", "location_id": whautomate_emulator.location_id}
    made = WhautomateEnsureSegmentOperator(criteria='{"tags": ["a"]}', **given).execute({})
    assert made["created"]
    again = WhautomateEnsureSegmentOperator(criteria={"tags": ["a"]}, **given).execute({})
    assert (again["id"], again["created"]) == (made["id"], False)
    assert "did you mean tags?" in str(
        refused(WhautomateEnsureSegmentOperator, segment_name="s", criteria='{"tag": []}')
    )
    assert "JSON" in str(refused(WhautomateEnsureSegmentOperator, segment_name="s", criteria="tags"))


def test_what_people_are_about_is_shown_as_a_summary():
    for value, shown in {
        '{"name": "Ada"}': "1 field: name",
        '[{"name": "Ada"}]': "1 item",
        "Ada": "text",
        '"Ada"': "text",
    }.items():
        assert str(Redacted(value)) == repr(Redacted(value)) == shown
    assert str(Redacted({"name": "Ada", "phoneNumber": "+4915123456789"})) == "2 fields: name, phoneNumber"
    assert str(Redacted([{"name": "Ada"}])) == "1 item"
    assert str(Redacted(4915123456789)) == "int"
    assert str(Redacted(None)) == "None"
    assert str(Redacted("customers.csv", is_path=True)) == "customers.csv"
    assert Redacted(Redacted({"name": "Ada"})).value == {"name": "Ada"}
