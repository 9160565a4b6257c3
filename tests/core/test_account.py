import re

import pytest
from frames import shown

from whautomate_core.account import HOST as HOST_PATTERN
from whautomate_core.account import NO_PLAIN_HTTP, account_from_settings, is_loopback
from whautomate_core.errors import ConfigurationError
from whautomate_core.state.pool import Limits

HOST = "https://api.whautomate.com"


@pytest.mark.parametrize(
    ("pasted", "host"),
    [
        ("https://api.whautomate.com", HOST),
        ("https://api.whautomate.com/", HOST),
        ("https://api.whautomate.com/v1", HOST),
        ("https://api.whautomate.com/v1/", HOST),
        (" api.whautomate.com ", HOST),
        ("HTTPS://API.whautomate.com", HOST),
        ("https://api.in.whautomate.com:8443", "https://api.in.whautomate.com:8443"),
        ("http://127.0.0.1:8787", "http://127.0.0.1:8787"),
        ("http://localhost:8787/", "http://localhost:8787"),
        ("http://[::1]:8787", "http://[::1]:8787"),
    ],
)
def test_a_host_is_understood_as_people_paste_it(pasted: str, host: str) -> None:
    assert account_from_settings(pasted, "k").host == host


@pytest.mark.parametrize(
    ("host", "says"),
    [
        (None, "host is missing"),
        ("  ", "host is missing"),
        ("https://api.whautomate.com/v2", "The host has a path, '/v2'. Remove it: https://api.whautomate.com."),
        (
            "https://api.whautomate.com/v1/contacts",
            "The host has a path, '/v1/contacts'. Remove it: https://api.whautomate.com.",
        ),
        ("http://api.whautomate.com", "https://"),
        ("http://10.0.0.1", "https://"),
        ("ftp://api.whautomate.com", "https://"),
        ("https://user:secret@api.whautomate.com", "without user"),
        ("https://api.whautomate.com?x=1", "without user, query"),
        ("https://api.whautomate.com:port", "can't be read as an address"),
        ("https://", "address alone"),
        ("not a host", "can't be read as an address"),
        ("https://api whautomate.com", "can't be read as an address"),
        ("api,whautomate.com", "can't be read as an address"),
    ],
)
def test_another_host_is_refused_with_what_to_do(host: str | None, says: str) -> None:
    with pytest.raises(ConfigurationError, match="host") as error:
        account_from_settings(host, "k")
    assert says in str(error.value)
    assert "secret" not in str(error.value)


@pytest.mark.parametrize(
    "host",
    [
        *(
            "https://api.whautomate.com",
            "api.whautomate.com",
            "localhost",
            "http://localhost:8787/",
            " http://localhost ",
        ),
        *("http://127.0.0.1", "http://127.9.0.1:80/v1", "http://[::1]:8787", "http://api.whautomate.com"),
        *(
            "http://localhost.example.com",
            "http://10.0.0.1",
            "http://[::2]",
            "http://1.127.0.0.1",
            "http://127.0.0.1.example",
        ),
    ],
)
def test_the_patterns_of_forms_say_of_a_host_what_the_account_says(host: str) -> None:
    try:
        account_from_settings(host, "k")
        fits = True
    except ConfigurationError:
        fits = False
    assert fits == all(re.search(pattern, host) for pattern in (HOST_PATTERN, NO_PLAIN_HTTP))


def test_plain_http_elsewhere_needs_a_word() -> None:
    assert account_from_settings("http://gateway", "k", {"allow_http": "true"}).host == "http://gateway"


@pytest.mark.parametrize("key", [None, "", "   ", "two words", "naïve", "line\nbreak"])
def test_a_key_that_can_be_none_is_refused_without_showing_it(key: str | None) -> None:
    with pytest.raises(ConfigurationError, match="key") as error:
        account_from_settings(HOST, key)
    assert not key or not key.strip() or key not in str(error.value)


def test_the_key_is_in_no_repr() -> None:
    account = account_from_settings(HOST, "s3cr3t-key", {"proxy": "http://me:pass@proxy:3128"})
    assert "s3cr3t" not in repr(account)
    assert "pass" not in repr(account)


@pytest.mark.parametrize(
    ("host", "key", "settings"),
    [
        (HOST, "s3cr3t key", {}),
        (None, "s3cr3t", {}),
        (HOST, "s3cr3t", {"plan": "gold", "state": "postgresql://u:s3cr3t@h/d", "proxy": "http://u:s3cr3t@h"}),
        (HOST, "s3cr3t", {"plna": "trial", "listed": "s3cr3t"}),
        (HOST, "s3cr3t", {"sends": "off", "listed": "s3cr3t"}),
        (HOST, "s3cr3t", {"max_recipients": "many", "sends": "listed", "listed": "s3cr3t"}),
    ],
)
def test_no_frame_of_an_error_shows_what_is_secret(host: str | None, key: str, settings: dict[str, object]) -> None:
    with pytest.raises(ConfigurationError) as error:
        account_from_settings(host, key, settings)
    assert "s3cr3t" not in shown(error.value)


def test_limits_come_from_the_plan_or_are_your_own() -> None:
    assert account_from_settings(HOST, "k").limits == Limits.trial() == Limits([(60, 60), (100, 86_400)])
    assert account_from_settings(HOST, "k", {"plan": "subscribed"}).limits == Limits([(300, 60), (432_000, 86_400)])
    own = account_from_settings(HOST, "k", {"requests_per_minute": "1000", "requests_per_day": 50_000})
    assert own.limits == Limits([(1000, 60), (50_000, 86_400)])


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"plan": "gold"}, "trial or subscribed"),
        ({"requests_per_minute": 5}, "go together"),
        ({"requests_per_minute": "many", "requests_per_day": 5}, "requests_per_minute must be a whole number"),
        ({"requests_per_minute": 0, "requests_per_day": 5}, "at least 1"),
        ({"plna": "trial"}, "did you mean plan"),
        ({"allow_http": "perhaps"}, "true or false"),
    ],
)
def test_a_setting_that_can_not_be_is_named(settings: dict[str, object], says: str) -> None:
    with pytest.raises(ConfigurationError, match=says):
        account_from_settings(HOST, "k", settings)


def test_the_pool_belongs_to_the_account_that_is_named_or_to_host_and_key() -> None:
    one, same = account_from_settings(HOST, "key1"), account_from_settings(HOST + "/v1", "key1")
    assert one.id == same.id != account_from_settings(HOST, "key2").id
    assert "key1" not in one.id
    rotated = [account_from_settings(HOST, key, {"account": "acme"}).id for key in ("key1", "key2")]
    assert rotated == ["acme", "acme"]


def test_loopback() -> None:
    assert is_loopback("localhost")
    assert is_loopback("127.8.8.8")
    assert is_loopback("::1")
    assert not is_loopback("localhost.example.com")
    assert not is_loopback("10.0.0.1")
