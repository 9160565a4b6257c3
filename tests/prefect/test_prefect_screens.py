"""What people see of runs in both UIs of Prefect, in a real browser.

With WHAUTOMATE_TEST_SCREENS=docs/images it writes the pictures that the documents show.
"""

import base64
import importlib.util
import os
import runpy
import sqlite3
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
from browser import chromium, picture, wait_for_text
from prefect import flow, unmapped
from prefect.blocks.system import Secret
from prefect.runtime import flow_run

from prefect_whautomate import broadcasts, contacts, segments

UIS = {"classic": "", "new": "/v2"}
WRONG = ("Something went wrong", "An unexpected error", "could not be found", "Page Not Found")
QUICK = {"broadcast_seconds": 1.0, "delivery_seconds": 0.0, "broadcast_failed_share": 0.0, "search_delay": 0.0}
ROWS = [{"name": f"Ada {n}", "mobile": f"030 12345{n:02}", "ok": "yes"} for n in range(20)]
UNFIT = [{"name": "Bob", "mobile": "030", "ok": "yes"}, {"name": "Cem", "mobile": "", "ok": "yes"}]
EXAMPLES = Path(__file__).parents[2] / "example_dags"
MAPPING = {"name": "name", "phoneNumber": "mobile"}


class Pages:
    """A browser, and the addresses of both UIs."""

    def __init__(self, driver, address):
        self.driver, self.address = driver, address

    def open(self, ui, path, *says):
        """Open a page, wait until it says all of this, and give its text."""
        self.driver.get(f"{self.address}{UIS[ui]}{path}")
        return wait_for_text(self.driver, says)

    def headings(self):
        return [one.text for one in self.driver.find_elements("css selector", "table th")]

    def picture(self, name):
        if os.environ.get("WHAUTOMATE_TEST_SCREENS"):
            time.sleep(5)  # the graph is drawn by then
        picture(self.driver, name)


@pytest.fixture(scope="module")
def browser():
    with chromium() as driver:
        yield driver


@pytest.fixture
def pages(server, browser):
    return Pages(browser, str(server.api_url).removesuffix("/").removesuffix("/api"))


@pytest.fixture
def campaign(whautomate_emulator, credentials_of_emulator):
    """A flow run that has done some of everything: its id."""
    credentials = credentials_of_emulator()

    @flow
    def spring_campaign():
        contacts.sync_contacts(
            credentials, [*ROWS, *UNFIT], MAPPING, default_region="DE", consent_column="ok", tags=["spring"]
        )
        segment = segments.ensure_segment(credentials, "spring-people", {"tags": ["spring"]})
        template = {"name": "spring_sale", "language": "en"}
        sent = broadcasts.broadcast(credentials, "spring-sale", template, segment_id=segment["id"], hold_minutes=0)
        broadcasts.wait_for_broadcast(credentials, sent["id"], poll_interval=0.5)
        ids = [one["id"] for one in whautomate_emulator.contacts()[:3]]
        contacts.add_contact_tags.map(unmapped(credentials), ids, unmapped(["vip"])).result()
        return flow_run.id

    return spring_campaign()


@pytest.mark.whautomate(**QUICK)
def test_every_artifact_can_be_read_in_both_uis(server, pages, campaign):
    given = {"artifacts": {"flow_run_id": {"any_": [campaign]}}, "limit": 200}
    found = [one for one in server.request("POST", "/artifacts/filter", json=given).json() if one["type"]]
    shown = {"spring-campaign-sync-contacts": ["Outcome", "Count"], "spring-campaign-receipt": ["Field", "Value"]}
    assert shown.keys() <= {one["key"] for one in found}
    for ui in UIS:
        for one in found:
            headings = shown.get(one["key"])
            seen = pages.open(ui, f"/artifacts/artifact/{one['id']}", one["key"], one["description"], *(headings or ()))
            assert not [wrong for wrong in WRONG if wrong in seen]
            if headings:
                assert pages.headings() == headings
            if ui == "new" and headings:
                pages.picture(f"prefect-{one['key'].removeprefix('spring-campaign-')}")
        for key in shown:  # its history
            assert not [wrong for wrong in WRONG if wrong in pages.open(ui, f"/artifacts/key/{key}", key, "20")]
        seen = pages.open(ui, "/artifacts", *shown)
        assert not [wrong for wrong in WRONG if wrong in seen]


@pytest.mark.whautomate(**QUICK)
def test_a_run_shows_what_each_task_did_in_both_uis(pages, campaign):
    lines = (
        "22 rows: 20 created, 2 rejected; 20 tagged (",
        "2 of 22 rows rejected: ",
        "created for up to 20 recipients",
        "20 of 20 delivered, 0 not delivered (",
    )
    for ui in UIS:
        seen = pages.open(ui, f"/runs/flow-run/{campaign}", "Completed", *lines)
        assert not [wrong for wrong in (*WRONG, "ERROR") if wrong in seen]
    pages.picture("prefect-flow-run")


def test_the_form_of_the_block_has_the_fields_of_an_account(pages):
    fields = ("API host", "API key", "Plan", "Location", "Account", "Longest wait")
    for ui in reversed(UIS):
        pages.open(ui, "/blocks/catalog/whautomate-credentials/create", *fields)
    # The server names the address where the logo is published; no test goes there.
    logo = base64.b64encode(Path(contacts.__file__).with_name("logo.png").read_bytes()).decode()
    show = "document.querySelectorAll('img').forEach(one => { one.src = 'data:image/png;base64,' + arguments[0] })"
    pages.driver.execute_script(show, logo)
    pages.picture("prefect-block")


@pytest.mark.whautomate(**QUICK)
def test_the_run_of_the_quick_start_can_be_read(server, pages, credentials_of_emulator):
    credentials_of_emulator().save("whautomate", overwrite=True)
    runpy.run_path(str(EXAMPLES / "prefect" / "quick_start.py"))["quick_start"]()
    [run] = [one for one in server.read_flow_runs(limit=200) if one.name and is_of(server, one, "quick-start")][:1]
    lines = ("4 rows: 3 created, 1 rejected; 2 tagged (", "2 of 2 delivered, 0 not delivered (")
    pages.open("classic", f"/runs/flow-run/{run.id}", "Completed", *lines)
    pages.picture("prefect-quick-start")


@pytest.mark.whautomate(**QUICK)
def test_a_person_reads_the_plan_of_the_tutorial_and_resumes_the_run(
    server, pages, credentials_of_emulator, tmp_path, monkeypatch
):
    credentials_of_emulator().save("whautomate", overwrite=True)
    with closing(sqlite3.connect(tmp_path / "shop.db")) as database:
        database.executescript((EXAMPLES / "data" / "tutorial.sql").read_text(encoding="utf-8"))
    Secret(value=f"sqlite:///{tmp_path}/shop.db").save("warehouse", overwrite=True)
    file = EXAMPLES / "prefect" / "campaign_to_warehouse.py"
    spec = importlib.util.spec_from_file_location("campaign_to_warehouse", file)
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)
    spec.loader.exec_module(module)
    running = threading.Thread(target=module.campaign_to_warehouse, kwargs={"poll_interval": 0.5}, daemon=True)
    running.start()

    def paused():
        found = [one for one in server.read_flow_runs(limit=200) if one.state and one.state.name == "Paused"]
        return [one for one in found if is_of(server, one, "campaign-to-warehouse")]

    deadline = time.monotonic() + 240
    while not (runs := paused()):
        assert time.monotonic() < deadline
        time.sleep(0.5)
    pages.open("classic", f"/runs/flow-run/{runs[0].id}", "Paused", "Resume")
    [resume] = pages.driver.find_elements("xpath", "//button[normalize-space()='Resume']")[:1]
    resume.click()
    wait_for_text(pages.driver, ("Recipients:", "Approved", "Name"))
    pages.picture("prefect-tutorial")
    server.resume_flow_run(runs[0].id, run_input={"approved": True, "name": "Grace"})
    running.join(240)
    with closing(sqlite3.connect(tmp_path / "shop.db")) as database:
        assert [row[1:] for row in database.execute("SELECT * FROM campaigns")] == [
            ("summer-sale", "Grace", "Completed", 4, 4, 0)
        ]


def is_of(server, run, flow_name):
    return server.request("GET", f"/flows/{run.flow_id}").json()["name"] == flow_name
