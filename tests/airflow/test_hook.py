"""Connections -> accounts, and the hook on an emulator."""

import asyncio
import configparser
import functools
import importlib.util
import json
import re
import shlex
import socket
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
import yaml
from airflow.models import Connection
from airflow.providers.common.compat.version_compat import AIRFLOW_V_3_0_PLUS
from conftest import HOME, ROOT
from quoted import blocks

from airflow_provider_whautomate.get_provider_info import get_provider_info
from airflow_provider_whautomate.hooks.whautomate import WhautomateHook, account_from_connection
from whautomate_core.api.account import get_account_info
from whautomate_core.errors import AuthenticationError, ConfigurationError
from whautomate_core.settings import NAMES
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
        # A port that the address has as well, the usual one (Airflow 3.3's Test needs one), none as Airflow sends it.
        ({"host": "http://127.0.0.1:8787", "port": 8787}, "http://127.0.0.1:8787"),
        ({"host": "https://api.whautomate.com/", "port": 443}, "https://api.whautomate.com"),
        ({"host": "api.whautomate.com", "port": 443}, "https://api.whautomate.com"),
        ({"host": "https://api.whautomate.com", "port": 0}, "https://api.whautomate.com"),
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
        assert found.key.get_secret_value() == "secret/key"
    else:
        found = account(password="secret/key", **connection)
    assert found.host == host


def test_empty_settings_are_unset():
    extra = '{"plan": "", "account": "  ", "location_id": null, "requests_per_minute": null, "allow_http": false}'
    found = account(host="api.whautomate.com", password="k", extra=extra)
    assert found.limits == Limits.trial()
    assert found.location_id is None


def test_the_form_of_airflow_2_names_its_fields_otherwise():
    """It gives them so to Test; what it holds comes before what was saved."""
    extra = '{"plan": "trial", "extra__whautomate__plan": "subscribed", "extra__whautomate__location_id": "l"}'
    found = account(host="api.whautomate.com", password="k", extra=extra)
    assert (found.plan, found.location_id) == ("subscribed", "l")
    with pytest.raises(ConfigurationError, match="unknown setting 'plam'"):
        account(host="api.whautomate.com", password="k", extra='{"extra__whautomate__plam": "trial"}')


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
    assert len(whautomate_emulator.requests()) == 2


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (
            {"plan": "trial", "location_id": "loc000000001"},
            r"Plan: trial\. Left now: 58 of 60 requests a minute and 98 of 100 requests a day\. "
            r"New records belong to location loc000000001 \(Main location\)\.",
        ),
        (
            {"plan": "subscribed", "location_id": None},
            r"Plan: subscribed\. Left now: 298 of 300 requests a minute and 431,998 of 432,000 requests a day\. "
            r"Location is not set.*; the account's locations are loc\d+ \(.*\), loc\d+ \(.*\)\.",
        ),
        ({"plan": None, "location_id": "loc000000001"}, r"Plan is not set, so trial limits apply\. Left now: 58 of"),
        (
            {"requests_per_minute": 500, "requests_per_day": 9000},
            r"Your own limits apply\. Left now: 498 of 500 requests a minute and 8,998 of 9,000 requests a day\.",
        ),
        (
            {"plan": "subscribed", "burst": 20},
            r".* requests a day\. Paced: one request every 0\.20 s, at most 17 at once, because "
            r"burst is set \(part .* late\)\. New records belong",
        ),
    ],
)
def test_a_good_connection_is_described(whautomate_emulator, connections, settings, said):
    own = dict.fromkeys(("requests_per_minute", "requests_per_day")) | settings
    connections("whautomate_default", whautomate_emulator.url, whautomate_emulator.key, **own)
    worked, told = WhautomateHook().test_connection()
    assert worked
    assert re.fullmatch(rf"Connected to account '.+' at {whautomate_emulator.url}\. {said}.*", told)


@pytest.mark.parametrize(
    ("host", "settings", "said"),
    [
        ("{url}", {"location_id": "nowhere"}, "the account has no location 'nowhere'; the account's locations are loc"),
        ("{name}", {}, "could not connect to https://{name} .* https was assumed. Begin it with http:// if"),
        ("{url}", {"allow_http": "perhaps"}, "allow_http must be true or false"),
    ],
)
def test_a_connection_that_fails_says_what_to_do(whautomate_emulator, connections, host, settings, said):
    url = whautomate_emulator.url
    named = {"url": url, "name": url.removeprefix("http://")}
    connections("whautomate_default", host.format(**named), whautomate_emulator.key, **settings)
    worked, told = WhautomateHook().test_connection()
    assert not worked
    assert re.search(said.format(**named), told)
    assert told.startswith("Test failed: ") != AIRFLOW_V_3_0_PLUS  # Airflow 2 shows this in green


def test_a_server_that_is_another_is_told(connections, tmp_path):
    files = functools.partial(SimpleHTTPRequestHandler, directory=tmp_path)
    with ThreadingHTTPServer(("127.0.0.1", 0), files) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        connections("whautomate_default", url)
        worked, told = WhautomateHook().test_connection()
        server.shutdown()
    assert not worked
    assert re.search(
        rf"{url} answered 404: is this Whautomate's host\? .* This may not be the Whautomate API: the host should be",
        told,
    )


def test_bad_keys_are_an_error_and_a_sentence(whautomate_emulator, connections):
    connections("whautomate_default", whautomate_emulator.url, "another-key-4712")
    with pytest.raises(AuthenticationError):
        WhautomateHook().send(get_account_info())
    worked, said = WhautomateHook().test_connection()
    assert not worked
    assert f"{whautomate_emulator.url}: GET /v1/account-info: the key was refused (403)" in said
    assert "Copy the API key again from Integrations > REST API" in said
    assert len(whautomate_emulator.requests()) == 2
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
    assert "check that the host is right and reachable" in said["unreachable"][1]
    assert "the API key is" in said["no_key"][1]
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
    settings |= {"state": "postgresql://127.0.0.1/state?user=u&password=queried-password"}
    connections("whautomate_default", "http://127.0.0.1:1", "k", **settings)
    WhautomateHook().get_account()
    assert redact("queried-password") == "***"


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


def test_an_emptied_password_field_of_airflow_2_is_empty():
    """Its Test sends what it shows in Extra in place of the saved value."""
    mask = "RATHER_LONG_SENSITIVE_FIELD_PLACEHOLDER"
    found = account(host="api.whautomate.com", password="k", extra=json.dumps({"state": mask, "proxy": mask}))
    assert (found.state, found.proxy) == (None, None)


def test_form_of_airflow_before_3_2():
    behaviour = WhautomateHook.get_ui_field_behaviour()
    # Only Airflow 3 needs the port.
    assert ("port" in behaviour["hidden_fields"]) == ("port" not in behaviour["relabeling"]) != AIRFLOW_V_3_0_PLUS
    if importlib.util.find_spec("flask_appbuilder"):  # a part of Airflow 2
        from werkzeug.datastructures import MultiDict
        from wtforms import Form

        widgets = WhautomateHook.get_connection_form_widgets()
        assert list(widgets) == list(NAMES)
        # Airflow 2 takes no other fields, and shows no connection type that has one.
        kinds = {field.field_class.__name__ for field in widgets.values()}
        assert kinds <= {"IntegerField", "PasswordField", "StringField", "BooleanField"}
        sent = MultiDict(dict.fromkeys(widgets, "") | {"max_recipients": "7"})
        saved = type("Sent", (Form,), widgets)(sent)
        assert saved.validate()
        # Airflow saves what isn't "", and so it would show null in Extra.
        assert {name: value for name, value in saved.data.items() if value} == {"max_recipients": 7}
        assert None not in saved.data.values()


@pytest.mark.skipif(AIRFLOW_V_3_0_PLUS, reason="Airflow 3 gives Test the saved key")
def test_the_test_button_of_airflow_2_asks_for_the_key_of_a_saved_connection(connections):
    connections("whautomate_default", "http://127.0.0.1:1", "")
    worked, told = WhautomateHook().test_connection()
    assert not worked
    assert "type it in again" in told


@pytest.mark.skipif(not AIRFLOW_V_3_0_PLUS, reason="the example imports from airflow.sdk")
def test_the_example_of_the_docs_reads_contacts(connections, whautomate_emulator):
    text = (ROOT / "docs" / "guides" / "quota.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(from airflow\.sdk import task\n.*?)```", text, re.DOTALL)
    names = {}
    exec(code, names)
    ids = whautomate_emulator.add_contacts([{"name": "Ada", "phoneNumber": "+4915123456700"}])
    connections("whautomate_default", whautomate_emulator.url, whautomate_emulator.key)
    assert names["first_page"].function() == ids
    (line,) = re.findall(r"`(with WhautomateHook.*)`", text)
    names["found"] = []
    exec(line.replace("client.everything", "found += client.everything"), names)
    assert [one["id"] for one in names["found"]] == ids


# --- the page about connections

PAGE = "docs/connections/airflow.md"
WORDS = (ROOT / PAGE).read_text(encoding="utf-8")


def shop():
    """What every form of the page describes."""
    extra = {"plan": "subscribed", "location_id": "LOCATION", "account": "shop"}
    return account(host="https://api.whautomate.com", password="KEY", extra=json.dumps(extra))


def hooked(conn_id="whautomate_default"):
    return WhautomateHook(conn_id).get_account()


@pytest.mark.parametrize("kind", ["JSON", "URI"])
def test_the_environment_of_the_page_holds_the_account(kind, monkeypatch):
    shown = dict(zip(("JSON", "URI"), blocks(PAGE, "bash"), strict=True))[kind]
    [words] = [shlex.split(line) for line in shown.splitlines()]
    name, _, value = words[1].partition("=")
    monkeypatch.setenv(name, value)
    assert hooked() == shop()


def test_the_uri_of_the_emulator_on_the_page_leads_to_it():
    [uri] = re.findall(r"`(whautomate://:emulator-key@\S+)`", WORDS)
    assert account(uri).host == "http://127.0.0.1:8787"


@pytest.mark.parametrize("kind", ["yaml", "json"])
def test_the_file_of_the_page_holds_the_account_for_a_secrets_backend_and_for_import(kind, airflow, tmp_path):
    from airflow.secrets.local_filesystem import LocalFilesystemBackend

    [shown] = blocks(PAGE, "yaml")
    file = tmp_path / f"connections.{kind}"
    file.write_text(shown if kind == "yaml" else json.dumps(yaml.safe_load(shown)))
    found = LocalFilesystemBackend(connections_file_path=str(file)).get_connection("whautomate_default")
    assert account_from_connection(found, found.extra_dejson) == shop()

    [command] = re.findall(r"^\$ (airflow connections import) my_connections.yaml$", WORDS, re.M)
    assert saved(airflow, [*command.split(), str(file)]) == shop()


def test_the_command_of_the_page_adds_the_account(airflow):
    [command] = re.findall(r"^\$ (airflow connections add .*)$", WORDS, re.M)
    assert saved(airflow, shlex.split(command.replace("$KEY", "KEY"))) == shop()


def test_the_configuration_of_the_page_names_the_backend_of_files(airflow, tmp_path):
    shown, *others = blocks(PAGE, "ini")
    (tmp_path / "my_connections.yaml").write_text(blocks(PAGE, "yaml")[0])
    config = configparser.ConfigParser()
    config.read_string(shown.replace("/etc/airflow", str(tmp_path)))
    code, said = airflow(
        *("-m", "airflow", "connections", "get", "whautomate_default", "-o", "json"),
        AIRFLOW__SECRETS__BACKEND=config["secrets"]["backend"],
        AIRFLOW__SECRETS__BACKEND_KWARGS=config["secrets"]["backend_kwargs"],
    )
    assert code == 0, said
    assert '"host": "api.whautomate.com"' in said
    for other in others:
        config.read_string(other)
        assert json.loads(config["secrets"]["backend_kwargs"])


def test_the_python_of_the_page_prints_two_spellings_of_the_account(capsys, monkeypatch):
    exec(blocks(PAGE, "python")[0], {})
    uri, as_json = capsys.readouterr().out.splitlines()[-2:]
    for value in (uri, as_json):
        monkeypatch.setenv("AIRFLOW_CONN_WHAUTOMATE_DEFAULT", value)
        assert hooked() == shop()


def test_another_connection_of_the_page_is_the_one_that_is_used():
    made = {}
    exec(
        blocks(PAGE, "python")[1].replace(
            "WhautomateSyncContactsOperator(\n", "sync = WhautomateSyncContactsOperator(\n"
        ),
        made,
    )
    assert made["sync"].whautomate_conn_id == "whautomate_india"


def saved(airflow, command):
    """The account of the connection that a command leaves in Airflow's database."""
    code, said = airflow("-m", *command)
    assert code == 0, said
    try:
        exported = HOME / "exported.json"
        code, said = airflow("-m", "airflow", "connections", "export", str(exported))
        assert code == 0, said
        kept = json.loads(exported.read_text())["whautomate_default"]
        fields = {name: kept[name] for name in ("host", "port", "schema", "password")}
        return account(**fields, extra=json.dumps(kept["extra"]) if isinstance(kept["extra"], dict) else kept["extra"])
    finally:
        airflow("-m", "airflow", "connections", "delete", "whautomate_default")
