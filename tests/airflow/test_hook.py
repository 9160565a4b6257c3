"""Connections -> accounts, and the hook on an emulator."""

import asyncio
import importlib.util
import socket

import pytest
from airflow.models import Connection

from airflow_provider_whautomate.get_provider_info import get_provider_info
from airflow_provider_whautomate.hooks.whautomate import WhautomateHook, account_from_connection
from whautomate_core.account import SETTINGS
from whautomate_core.api.account import get_account_info
from whautomate_core.errors import AuthenticationError, ConfigurationError
from whautomate_core.state.pool import Limits


def account(uri=None, **fields):
    described = Connection(conn_id="c", uri=uri) if uri else Connection(conn_id="c", conn_type="whautomate", **fields)
    return account_from_connection(described, described.extra_dejson)


@pytest.mark.parametrize(
    ("connection", "host"),
    [
        ({"host": "https://api.whautomate.com"}, "https://api.whautomate.com"),
        ({"host": "api.in.whautomate.com"}, "https://api.in.whautomate.com"),
        ({"host": "http://127.0.0.1:8787"}, "http://127.0.0.1:8787"),
        ({"host": "127.0.0.1", "schema": "http", "port": 8787}, "http://127.0.0.1:8787"),
        ({"host": "::1", "schema": "http", "port": 8787}, "http://[::1]:8787"),
        ({"uri": "whautomate://:{key}@api.whautomate.com?plan=subscribed"}, "https://api.whautomate.com"),
        ({"uri": "whautomate://:{key}@127.0.0.1:8787/http?plan=subscribed"}, "http://127.0.0.1:8787"),
        ({"uri": "whautomate://:{key}@http%3A%2F%2F127.0.0.1%3A8787?plan=subscribed"}, "http://127.0.0.1:8787"),
    ],
)
def test_hosts(connection, host):
    if "uri" in connection:
        connection["uri"] = connection["uri"].format(key="secret%2Fkey")
        found = account(**connection)
        assert found.limits == Limits.subscribed()
        assert found.key == "secret/key"
    else:
        found = account(password="secret/key", **connection)
    assert found.host == host


def test_empty_settings_are_unset():
    extra = '{"plan": "", "account": "  ", "location_id": null, "requests_per_minute": null, "allow_http": false}'
    found = account(host="api.whautomate.com", password="k", extra=extra)
    assert found.limits == Limits.trial()
    assert found.location_id is None


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"host": "api.whautomate.com"}, "the API key is missing"),
        ({"password": "k"}, "the host is missing"),
        ({"host": "http://api.whautomate.com", "password": "k"}, "must start with https://"),
        ({"host": "api.whautomate.com", "password": "k", "extra": '{"plam": "trial"}'}, "did you mean plan?"),
    ],
)
def test_a_connection_that_can_not_work_is_named_with_its_field(fields, said):
    with pytest.raises(ConfigurationError, match=r"connection 'c'.*" + said.replace("?", r"\?")):
        account(**fields)


def test_sends_and_sends_from_coroutines(whautomate_emulator, connections):
    connections("whautomate_default", whautomate_emulator.url, whautomate_emulator.key)
    hook = WhautomateHook()
    assert hook.send(get_account_info()) == asyncio.run(hook.asend(get_account_info()))
    assert hook.test_connection() == (True, "Connection works")
    assert len(whautomate_emulator.requests()) == 3


def test_bad_keys_are_an_error_and_a_sentence(whautomate_emulator, connections):
    connections("whautomate_default", whautomate_emulator.url, "another-key-4712")
    with pytest.raises(AuthenticationError):
        WhautomateHook().send(get_account_info())
    worked, said = WhautomateHook().test_connection()
    assert not worked
    assert "the key was refused (403)" in said
    assert "4712" not in said


@pytest.mark.usefixtures("no_backoff")
def test_connections_that_fail_say_why(connections, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    connections("unreachable", f"http://127.0.0.1:{port}")
    connections("no_key", "https://api.whautomate.com", "")
    connections("no_bundle", "https://api.whautomate.com", ca_bundle=str(tmp_path / "missing.pem"))
    said = {name: WhautomateHook(name).test_connection() for name in ("unreachable", "no_key", "no_bundle", "nobody")}
    assert [worked for worked, _ in said.values()] == [False] * 4
    assert "is the host right and reachable?" in said["unreachable"][1]
    assert "the API key is missing" in said["no_key"][1]
    assert "ca_bundle" in said["no_bundle"][1]
    assert "nobody" in said["nobody"][1]


def test_passwords_of_the_state_database_and_the_proxy_are_masked_in_logs(connections):
    from airflow.providers.common.compat.sdk import redact

    settings = {
        "account": "masked",
        "state": "postgresql://user:state%2Fpassword@127.0.0.1/state",
        "proxy": "http://user:proxy-password@127.0.0.1:3128",
    }
    connections("whautomate_default", "http://127.0.0.1:1", "k", **settings)
    said = "state/password, state%2Fpassword and proxy-password"
    assert redact(said) == said
    WhautomateHook().get_account()
    assert redact(said) == "***, *** and ***"
    settings |= {"state": "postgresql://user:another-password@127.0.0.1/state"}
    connections("whautomate_default", "http://127.0.0.1:1", "k", **settings)
    asyncio.run(WhautomateHook().aget_account())
    assert redact("another-password") == "***"


def test_state_and_proxy_are_password_fields_of_the_form():
    fields = get_provider_info()["connection-types"][0]["conn-fields"]
    secret = {name for name, field in fields.items() if field["schema"].get("format") == "password"}
    assert secret == {"state", "proxy"}
    if importlib.util.find_spec("flask_appbuilder"):  # a part of Airflow 2, which masks such fields in Extra as well
        from wtforms import Form

        widgets = WhautomateHook.get_connection_form_widgets()
        assert {name for name, one in widgets.items() if is_sensitive(one)} == secret
        filled = type("Filled", (Form,), widgets)(state="postgres_state")
        assert 'value="postgres_state"' in str(filled.state())  # else saving the form would empty it


def is_sensitive(field):
    """As `ProvidersManager` of Airflow 2 asks."""
    return getattr(field.field_class.widget, "input_type", "") == "password"


def test_form_of_airflow_before_3_2():
    behaviour = WhautomateHook.get_ui_field_behaviour()
    assert behaviour["relabeling"] == {"host": "API host", "password": "API key"}
    assert behaviour["hidden_fields"] == ["login", "schema", "port"]
    if importlib.util.find_spec("flask_appbuilder"):  # a part of Airflow 2
        assert set(WhautomateHook.get_connection_form_widgets()) == set(SETTINGS)
