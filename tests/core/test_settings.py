"""The settings of an account, and what is written from them."""

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest
from frames import shown
from pydantic import SecretStr

from whautomate_core.errors import ConfigurationError
from whautomate_core.settings import ADVANCED, MASKED, NAMES, Settings, names, read_settings

ROOT = Path(__file__).parents[2]


def script() -> Any:
    spec = importlib.util.spec_from_file_location("make_settings", ROOT / "scripts" / "make_settings.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_form_and_the_page_are_written_from_the_settings() -> None:
    for path, text in script().pages().items():
        assert path.read_text(encoding="utf-8") == text, "python scripts/make_settings.py writes it anew"


def test_the_form_of_airflow_has_each_setting_with_its_type() -> None:
    form = script().form()
    assert list(form) == list(NAMES), "in their order"
    assert {*ADVANCED, *MASKED} <= {*NAMES}
    assert all(field["label"] and field["description"] for field in form.values())
    schemas = {name: field["schema"] for name, field in form.items()}
    assert schemas["plan"] == {"type": ["string", "null"], "enum": ["trial", "subscribed"]}
    assert schemas["requests_per_day"] == {"type": ["integer", "null"], "minimum": 1}
    assert schemas["list_lag"] == {"type": ["number", "null"], "minimum": 0, "maximum": 600}
    assert schemas["opt_out_tags"] == schemas["listed"] == {"type": ["string", "null"]}
    assert schemas["proxy"] == schemas["state"] == {"type": ["string", "null"], "format": "password"}
    assert schemas["allow_http"] == {"type": ["boolean", "null"], "default": False}


def test_text_is_read_as_what_it_means() -> None:
    given = {
        "requests_per_day": "50000",
        "list_lag": "2.5",
        "state_shared": "yes",
        "account": 7,
        "plan": "",
        "proxy": None,
    }
    read = read_settings(given)
    assert (read.requests_per_day, read.list_lag, read.state_shared, read.account) == (50_000, 2.5, True, "7")
    assert read == Settings(requests_per_day=50_000, list_lag=2.5, state_shared=True, account="7")
    assert read_settings(None) == Settings()


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"plan": "gold"}, "plan must be trial or subscribed, not 'gold'"),
        ({"sends": "maybe"}, "sends must be on, listed or off, not 'maybe'"),
        ({"max_recipients": 0}, "max_recipients must be a whole number of at least 1"),
        ({"requests_per_day": "many"}, "requests_per_day must be a whole number of at least 1"),
        ({"list_lag": 601}, "list_lag must be a number of seconds from 0 to 600"),
        ({"list_lag": True}, "list_lag must be a number of seconds from 0 to 600"),
        ({"list_lag": "nan"}, "list_lag must be a number of seconds from 0 to 600"),
        ({"allow_http": "perhaps"}, "allow_http must be true or false"),
        (
            {"state": "mysql://u:s3cr3t@h/d"},
            "state must be sqlite:////path or postgresql://user:password@host/database, not",
        ),
        ({"state": "/srv/s3cr3t.db"}, "state must be sqlite:////path or postgresql://user:password@host/database"),
        ({"on_call": ["c1", "0151 234"]}, "on_call has a number without its country code: write it like +49"),
        ({"on_call": SecretStr("c1, 0049 151 23456789")}, "on_call has a number without its country code"),
        ({"plna": "trial"}, "unknown setting 'plna'; did you mean plan?"),
        ({"qqq": "trial"}, "unknown setting 'qqq'; known: plan, location_id"),
    ],
)
def test_a_setting_that_can_not_be_is_named_with_what_it_may_be(given: dict[str, Any], says: str) -> None:
    secret = {"state": "postgresql://u:s3cr3t@h/d", "listed": "s3cr3t", "proxy": "http://u:s3cr3t@h"}
    with pytest.raises(ConfigurationError) as error:
        read_settings({**secret, **given})
    assert str(error.value).startswith(says)
    assert "s3cr3t" not in shown(error.value)


@pytest.mark.parametrize("value", [["s3cr3t", "Team, Berlin"], "s3cr3t,Team", SecretStr("s3cr3t")])
def test_names_of_people_are_secret_also_as_a_list(value: Any) -> None:
    read = read_settings({"listed": value, "opt_out_tags": ["Stop, all"]})
    assert "s3cr3t" not in f"{read!r} {read} {read.model_dump_json()}"
    assert names(read.listed)[0] == "s3cr3t"
    assert names(read.opt_out_tags) == ("Stop, all",)
    if isinstance(value, list):
        assert names(read.listed) == ("s3cr3t", "Team, Berlin")


def test_forms_show_lists_of_names_as_a_line_of_text() -> None:
    shown_as = {
        name: json.dumps(Settings.model_json_schema()["properties"][name]) for name in ("opt_out_tags", "listed")
    }
    assert all("array" not in text for text in shown_as.values())
    assert "password" in shown_as["listed"]


def test_an_empty_field_of_a_form_is_none() -> None:
    settings = Settings.model_validate({"plan": "", "sends": ""})
    assert (settings.plan, settings.sends) == (None, None)
