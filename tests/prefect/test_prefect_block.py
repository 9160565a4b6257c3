"""The credentials block, and what importing the package does."""

import pickle
import re
import runpy
import struct
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from prefect import flow
from prefect.blocks.core import Block, block_schema_to_key
from prefect.blocks.system import Secret
from prefect.deployments import run_deployment
from prefect.exceptions import ParameterTypeError
from prefect.testing.standard_test_suites import BlockStandardTestSuite, blocks
from prefect.utilities.dispatch import get_registry_for_type
from pydantic import SecretStr, ValidationError
from quoted import blocks as blocks_of_page

import prefect_whautomate
from prefect_whautomate import WhautomateCredentials
from prefect_whautomate.broadcasts import Broadcast
from prefect_whautomate.notifications import WhautomateNotification
from whautomate_core import errors
from whautomate_core.settings import NAMES

HOST = "https://api.whautomate.com"
KEY = "wa-0123456789abcdef"
TEMPLATE = {"name": "spring_sale", "language": "en"}


BLOCKS = (WhautomateCredentials, Broadcast, WhautomateNotification)


LOGO = Path(prefect_whautomate.__file__).with_name("logo.png")


class TestStandards(BlockStandardTestSuite):
    """Prefect's own tests of blocks. The address of the logo is answered by the file that we publish there."""

    @pytest.fixture(autouse=True)
    def published(self, monkeypatch):
        pages = {str(WhautomateCredentials._logo_url): LOGO}
        monkeypatch.setattr(blocks, "urlopen", lambda url: pages[url].open("rb"))

    @pytest.fixture(params=BLOCKS)
    def block(self, request):
        return request.param


def test_the_server_registers_the_blocks_when_it_starts(block_types_at_start):
    assert block_types_at_start >= {block.get_block_type_slug() for block in BLOCKS}
    assert not [slug for slug in block_types_at_start if "jobblock" in slug]


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


def test_the_logo_is_ours_square_and_as_large_as_prefect_wants_it():
    head = LOGO.read_bytes()[:24]
    assert head.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", head[16:])
    assert 45 < width == height < 1000


@pytest.mark.parametrize(
    ("block", "first"),
    [
        (WhautomateCredentials, ["host", "key", "plan"]),
        (Broadcast, ["credentials", "name", "template"]),
        (WhautomateNotification, ["credentials", "template", "parameters"]),
    ],
)
def test_a_form_asks_first_for_what_everybody_fills_in(block, first):
    assert [*block.model_json_schema()["properties"]][:3] == first


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


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"location": "l2"}, "unknown setting 'location'; did you mean location_id?"),
        ({"plan": "gold"}, "plan: must be trial or subscribed, not 'gold'"),
        ({"host": "not a host"}, "the host can't be read as an address"),
        ({"requests_per_day": 10}, "set both or neither"),
    ],
)
def test_a_block_that_was_saved_wrong_says_so_in_words_when_it_is_loaded(server, wrong, said):
    """As the API and Prefect's first UI save it: neither checks the fields."""
    WhautomateCredentials(host=HOST, key=KEY).save("wrong", overwrite=True)
    saved = server.request("GET", "/block_types/slug/whautomate-credentials/block_documents/name/wrong").json()
    data = {"data": {"host": HOST, "key": KEY} | wrong, "merge_existing_data": False}
    server.request("PATCH", f"/block_documents/{saved['id']}", json=data).raise_for_status()
    with pytest.raises(errors.ConfigurationError, match=f"^WhautomateCredentials: .*{re.escape(said)}") as raised:
        WhautomateCredentials.load("wrong")
    assert KEY not in str(raised.value)

    broadcast = {
        "name": "n",
        "template": TEMPLATE,
        "segment_id": "s",
        "credentials": {"host": HOST, "key": KEY} | wrong,
    }
    with pytest.raises(errors.ConfigurationError, match=f"^Broadcast: credentials.*{re.escape(said)}"):
        Broadcast.model_validate(broadcast)


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({}, {}),
        ({"host": "http://127.0.0.1:8787", "plan": "trial", "requests_per_day": None}, {}),
        ({"host": "http://gateway", "allow_http": True}, {}),
        ({"requests_per_minute": 10, "requests_per_day": 100}, {}),
        ({"host": "not a host"}, {"host": "does not match"}),
        ({"host": "http://gateway", "allow_http": False}, {"host": "does not match"}),
        ({"key": ""}, {"key": "does not match"}),
        ({"requests_per_minute": 10}, {"requests_per_day": "required"}),
        ({"requests_per_day": 10, "requests_per_minute": None}, {"requests_per_minute": "not of type 'integer'"}),
        ({"requests_per_day": 0, "requests_per_minute": 1}, {"requests_per_day": "valid"}),
        ({"send": "off"}, {"": "'send' was unexpected"}),
    ],
)
def test_the_schema_refuses_what_the_block_refuses(server, values, wrong):
    """The server checks a form by it. Prefect 3.9.1's new UI asks it to, but saves before it has the answer."""
    form = {"schema": WhautomateCredentials.model_json_schema(), "values": {"host": HOST, "key": KEY} | values}
    answer = server.request("POST", "/ui/schemas/validate", json=form).json()
    errors_by_field = [one if isinstance(one, dict) else {"property": "", "errors": [one]} for one in answer["errors"]]
    said = {one["property"]: one["errors"][0] for one in errors_by_field}
    assert said.keys() == wrong.keys()
    assert all(words in said[name] for name, words in wrong.items())


def test_the_schema_takes_what_was_saved_in_code(server):
    """When a block is edited, the form holds what the server shows of it, with masks in place of secrets."""
    account = WhautomateCredentials(
        host=HOST, key=KEY, state="postgresql://db", sends="listed", listed="+4930111", on_call="+4930111"
    )
    account.save("edited", overwrite=True)
    broadcast = Broadcast(credentials=account, name="n", template=TEMPLATE, segment_id="s")
    broadcast.save("edited", overwrite=True)
    for block in (account, broadcast):
        path = f"/block_types/slug/{block.get_block_type_slug()}/block_documents/name/edited"
        values = server.request("GET", path).json()["data"]
        if block is broadcast:
            values["credentials"] = {"$ref": {"block_document_id": str(account._block_document_id)}}
        form = {"schema": block.model_json_schema(), "values": values}
        answer = server.request("POST", "/ui/schemas/validate", json=form).json()
        assert answer == {"errors": [], "valid": True}


@flow
def taking(account: WhautomateCredentials):
    """A flow with the block as its parameter."""


@pytest.fixture
def parameters_of(server):
    """What a run of `taking` gets as its parameters, once they were passed to `run_deployment`."""
    deployment = taking.to_deployment("parameters")
    deployment.apply()

    def passed(**parameters):
        return run_deployment("taking/parameters", parameters=parameters, timeout=0, as_subflow=False).parameters

    return passed


def test_a_saved_block_that_is_passed_to_a_deployment_arrives_whole(parameters_of):
    WhautomateCredentials(host=HOST, key=KEY, plan="trial").save("passed", overwrite=True)
    stored = parameters_of(account=WhautomateCredentials.load("passed"))
    assert stored["account"].keys() == {"$ref"}
    arrived = taking.validate_parameters(stored)["account"]
    assert (arrived.key.get_secret_value(), arrived.plan) == (KEY, "trial")


def test_a_block_that_was_not_saved_arrives_masked_and_says_what_to_do(parameters_of):
    stored = parameters_of(account=WhautomateCredentials(host=HOST, key=KEY))
    assert KEY not in str(stored)
    with pytest.raises(ParameterTypeError, match=r"key of the credentials block is a mask.*pass its name"):
        taking.validate_parameters(stored)


def test_registering_the_package_registers_each_of_its_blocks_and_no_other(server):
    done = subprocess.run(
        [sys.executable, "-m", "prefect", "block", "register", "-m", "prefect_whautomate"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert set(re.findall(r"^│ (.*?) +│$", done.stdout, re.MULTILINE)) == {block._block_type_name for block in BLOCKS}


@pytest.mark.parametrize("block", BLOCKS)
def test_prefect_finds_the_class_of_a_block_by_the_key_that_it_makes_of_its_schema(block):
    assert block.__dispatch_key__() == block_schema_to_key(block._to_block_schema())
    assert Block.get_block_class_from_schema(block._to_block_schema()) is block


def test_no_class_that_blocks_are_made_of_is_a_block():
    ours = {one for one in get_registry_for_type(Block).values() if one.__module__.startswith("prefect_whautomate")}
    assert ours == set(BLOCKS)
    assert not [one for one in get_registry_for_type(Block).values() if "[" in one.__name__]


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


def test_importing_the_package_loads_neither_the_database_nor_the_client():
    code = "import sys, prefect_whautomate; print({'sqlalchemy', 'whautomate_core.client'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


# --- the page about connections

PAGE = "docs/connections/prefect.md"
WORDS = (Path(__file__).parents[2] / PAGE).read_text(encoding="utf-8")
SHOWN = {"host": HOST, "key": "KEY", "plan": "subscribed", "location_id": "LOCATION", "account": "shop"}
"""What every form of the page describes."""


def shop():
    return WhautomateCredentials(**SHOWN).get_account()


def shown(holds):
    [found] = [one for one in blocks_of_page(PAGE, "python") if holds in one]
    return found


@pytest.fixture
def from_the_environment(monkeypatch):
    for name in ("host", "key", "location_id"):
        monkeypatch.setenv(f"WHAUTOMATE_{name.upper()}", SHOWN[name])


@pytest.mark.parametrize("way", ['host="https://api.whautomate.com",\n    key="KEY"', "os.environ"])
@pytest.mark.usefixtures("from_the_environment")
def test_what_the_page_saves_is_the_account(server, way):
    exec(shown(way), {})
    loaded = WhautomateCredentials.load("whautomate")
    assert loaded.get_account() == shop()
    # As the command of the page does.
    [command] = re.findall(r"^\$ python -c '(.*)'$", WORDS, re.M)
    exec(command, {})


def test_the_key_from_a_secret_makes_the_account(server):
    Secret(value="KEY").save("whautomate-key", overwrite=True)
    made = {}
    exec(shown("Secret.load"), made)
    assert made["account"].get_account() == shop()


def test_the_reference_of_the_page_is_the_saved_block(server):
    WhautomateCredentials(**SHOWN).save("whautomate", overwrite=True)
    [text] = blocks_of_page(PAGE, "yaml")

    @flow
    def takes(account: WhautomateCredentials):
        return account.get_account()

    assert takes(**yaml.safe_load(text)["parameters"]) == shop()


def test_the_flows_of_the_page_sync_each_account(
    server, whautomate_emulator, credentials_of_emulator, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    for name in ("whautomate", "whautomate-germany", "whautomate-india"):
        credentials_of_emulator().save(name, overwrite=True)
    for region, number in {"DE": "0151 23456781", "IN": "098765 43210"}.items():
        Path(f"customers_{region}.csv").write_text(f"full_name,mobile\nAda,{number}\n")
    Path("customers.csv").write_text("full_name,mobile\nBen,0151 23456782\n")
    for holds, name in {"def sync():": "sync", "def sync_all():": "sync_all"}.items():
        Path(f"{name}.py").write_text(shown(holds))
        runpy.run_path(f"{name}.py")[name]()
    assert len(whautomate_emulator.contacts()) == 3


def test_the_check_of_the_page_prints_the_account(server, whautomate_emulator, credentials_of_emulator, capsys):
    credentials_of_emulator().save("whautomate", overwrite=True)
    exec(shown("get_account_info"), {})
    assert len(whautomate_emulator.requests("getAccountInfo")) == 1
    assert "{" in capsys.readouterr().out
