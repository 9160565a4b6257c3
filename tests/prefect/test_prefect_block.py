"""The credentials block, and what importing the package does."""

import pickle
import subprocess
import sys

import pytest
from prefect.testing.standard_test_suites import BlockStandardTestSuite
from pydantic import SecretStr, ValidationError

from prefect_whautomate import WhautomateCredentials
from whautomate_core import errors
from whautomate_core.account import SETTINGS

HOST = "https://api.whautomate.com"
KEY = "wa-0123456789abcdef"


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
    assert set(WhautomateCredentials.model_fields) >= {"host", "key", *SETTINGS}


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
        ({"plan": "gold"}, "'trial' or 'subscribed'"),
        ({"requests_per_day": 10}, "set both or neither"),
    ],
)
def test_settings_that_cannot_work_are_refused_by_name_and_without_the_key(settings, said):
    with pytest.raises((errors.ConfigurationError, ValidationError), match=said) as raised:
        WhautomateCredentials(**{"host": HOST, "key": KEY} | settings)
    assert KEY not in str(raised.value)


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
        *(kind("said", status=400) for kind in errors.WhautomateError.__subclasses__() if kind not in
          (errors.RateLimited, errors.QuotaExhausted)),
    ],
    ids=lambda error: type(error).__name__,
)  # fmt: skip
def test_errors_come_whole_out_of_other_processes(error):
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), str(copy), vars(copy)) == (type(error), str(error), vars(error))
