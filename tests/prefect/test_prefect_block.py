"""The credentials block, and what importing the package does."""

import pickle
import re
import subprocess
import sys

import pytest
from prefect.testing.standard_test_suites import BlockStandardTestSuite
from pydantic import SecretStr, ValidationError

from prefect_whautomate import WhautomateCredentials
from prefect_whautomate.broadcasts import Broadcast
from whautomate_core import errors
from whautomate_core.settings import NAMES

HOST = "https://api.whautomate.com"
KEY = "wa-0123456789abcdef"
TEMPLATE = {"name": "spring_sale", "language": "en"}


class TestStandards(BlockStandardTestSuite):
    @pytest.fixture
    def block(self):
        return WhautomateCredentials


def test_the_server_registers_the_block_when_it_starts(block_types_at_start):
    assert "whautomate-credentials" in block_types_at_start


def test_a_saved_block_comes_back_and_is_masked_on_its_way(server):
    state = "postgresql://u:secret@db/whautomate"
    block = WhautomateCredentials(
        host=HOST, key=KEY, plan="subscribed", proxy="http://u:secret@proxy:3128", state=state, max_wait=5
    )
    block.save("masked")
    shown = server.request("GET", "/block_types/slug/whautomate-credentials/block_documents/name/masked").json()
    assert KEY not in str(shown)
    assert "secret@" not in str(shown)
    loaded = WhautomateCredentials.load("masked")
    assert loaded.get_account() == block.get_account()
    account = loaded.get_account()
    assert (account.key, account.state, loaded.max_wait) == (SecretStr(KEY), SecretStr(state), 5)
    assert account.key_field == "the key of block 'masked'"


def test_every_setting_of_an_account_is_a_field():
    assert set(WhautomateCredentials.model_fields) >= {"host", "key", *NAMES}


def test_neither_key_nor_proxy_nor_state_is_shown():
    block = WhautomateCredentials(
        host=HOST, key=KEY, proxy="http://u:secret@proxy:3128", state="postgresql://secret@db"
    )
    for shown in (repr(block), str(block), repr(block.get_account()), block.model_dump_json()):
        assert KEY not in shown
        assert "secret" not in shown.replace("SecretStr", "").replace("secret_", "")


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"host": "ftp://api.whautomate.com"}, "https://"),
        ({"host": "http://api.whautomate.com"}, "allow_http"),
        ({"host": ""}, "host is missing"),
        ({"key": " "}, "key is missing"),
        ({"plan": "gold"}, "must be trial or subscribed, not 'gold'"),
        ({"requests_per_day": 10}, "set both or neither"),
    ],
)
def test_settings_that_cannot_work_are_refused_by_name_and_without_the_key(settings, said):
    with pytest.raises((errors.ConfigurationError, ValidationError), match=said) as raised:
        WhautomateCredentials(**{"host": HOST, "key": KEY} | settings)
    assert KEY not in str(raised.value)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda **more: WhautomateCredentials(host=HOST, key=KEY, **more), {"location": "did you mean location_id?"}),
        (lambda **more: WhautomateCredentials(host=HOST, key=KEY, **more), {"zzz": "known: host, key, plan"}),
        (
            lambda **more: Broadcast(
                credentials=WhautomateCredentials(host=HOST, key=KEY),
                name="n",
                template=TEMPLATE,
                segment_id="s",
                **more,
            ),
            {"log_path": "did you mean logs_path?"},
        ),
    ],
)
def test_a_field_that_there_is_not_is_an_error_that_names_the_nearest(make, said):
    [(name, meant)] = said.items()
    with pytest.raises(errors.ConfigurationError, match=f"unknown setting '{name}'; {re.escape(meant)}") as raised:
        make(**{name: "a value"})
    assert "a value" not in str(raised.value)
    assert KEY not in str(raised.value)


def test_a_block_that_was_saved_with_one_loads_with_a_warning(caplog):
    """A field of an earlier version, as Prefect makes a block of a document: by `model_validate`."""
    saved = {
        "host": HOST,
        "key": KEY,
        "location_id": "l1",
        "location": "l2",
        "block_type_slug": "whautomate-credentials",
    }
    broadcast = {"name": "n", "template": TEMPLATE, "segment_id": "s", "credentials": saved}
    for load in (
        lambda: WhautomateCredentials.model_validate(dict(saved)),
        lambda: Broadcast.model_validate(broadcast).credentials,
    ):
        caplog.clear()
        assert load().location_id == "l1"
        assert "unknown setting 'location'; did you mean location_id?" in caplog.text
        assert "block_type_slug" not in caplog.text
    with pytest.raises(errors.ConfigurationError, match="location_id"):
        WhautomateCredentials(host=HOST, key=KEY, location="l2")


def test_importing_the_package_without_prefect_does_no_harm():
    code = """
import sys

class NoPrefect:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "prefect":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, NoPrefect())
import prefect_whautomate
try:
    prefect_whautomate.WhautomateCredentials
except ImportError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "whautomate-pipelines[prefect]" in done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize(
    "error",
    [
        errors.OutcomeUnknown("POST /v1/broadcasts: unknown", status=500),
        errors.RateLimited("too many", retry_after=3.0),
        errors.QuotaExhausted("none left", next_permit_at=1.0, window=60.0),
        # Those that reach callers: others are caught where they are defined.
        *(kind("said", status=400) for kind in errors.WhautomateError.__subclasses__()
          if kind.__module__ == errors.__name__ and kind not in (errors.RateLimited, errors.QuotaExhausted)),
    ],
    ids=lambda error: type(error).__name__,
)  # fmt: skip
def test_errors_come_whole_out_of_other_processes(error):
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), str(copy), vars(copy)) == (type(error), str(error), vars(error))
