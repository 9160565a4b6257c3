"""What people see of it in Airflow's pages, in a real browser.

It takes minutes, so `make prove` runs it and `make test` does not. With WHAUTOMATE_TEST_SCREENS=docs/images it writes
the pictures that the documents show.
"""

import json
import sqlite3
import urllib.parse
from contextlib import closing
from pathlib import Path

import pytest
from browser import chromium, picture, wait_for_text
from test_prove_airflow import KEY, Airflow, wait_until

from whautomate_core.emulator import Behaviour, Emulator, create_app, running

DAGS = Path(__file__).parents[1] / "airflow" / "dags_prove_screens"
TABLES = DAGS.parents[2] / "example_dags" / "data" / "tutorial.sql"
BROADCAST_URL = "https://app.example/broadcasts/ID"
SHOWN = (
    *("weekly_campaign", "summer_sale", "broadcast_delivered", "approved_campaign"),
    *("quick_start", "campaign_to_warehouse"),
)


class Pages:
    """A browser that is logged in to an Airflow."""

    def __init__(self, driver, airflow):
        self.driver, self.airflow = driver, airflow

    def open(self, path, *says):
        """Open a page and wait until it says all of this."""
        self.driver.get(self.airflow.url + path)
        self.says(*says)

    def says(self, *texts):
        wait_for_text(self.driver, texts)

    def press(self, label):
        button = f"//button[normalize-space()='{label}' or @aria-label='{label}']"
        wait_until(lambda: self.driver.find_elements("xpath", button), self.airflow, seconds=120)[0].click()

    def picture(self, name):
        picture(self.driver, name)

    def run_of(self, dag):
        """The path of the page of a DAG's run."""
        with closing(sqlite3.connect(self.airflow.home / "airflow.db", timeout=30)) as database:
            [run] = database.execute("SELECT run_id FROM dag_run WHERE dag_id = ?", (dag,)).fetchone()
        return f"/dags/{dag}/runs/{urllib.parse.quote(run, safe='')}"


@pytest.fixture(scope="module")
def browser():
    with chromium() as driver:
        yield driver


@pytest.fixture(scope="module")
def pages(tmp_path_factory, browser):
    home = tmp_path_factory.mktemp("airflow")
    # The broadcast takes an hour of the clock that `advance` moves, so that a wait for it is seen.
    behaviour = Behaviour(broadcast_seconds=3600.0, delivery_seconds=0.0, broadcast_failed_share=0.0)
    app = create_app(behaviour, key=KEY)
    with running(app) as url, pytest.MonkeyPatch.context() as patch:
        patch.setenv("AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS", "True")
        patch.setenv("AIRFLOW__WHAUTOMATE__BROADCAST_URL", BROADCAST_URL)
        patch.setenv("BROADCAST_LOGS", str(home))
        with closing(sqlite3.connect(home / "shop.db")) as database:
            database.executescript(TABLES.read_text(encoding="utf-8"))
        warehouse = {"conn_type": "sqlite", "host": str(home / "shop.db")}
        patch.setenv("AIRFLOW_CONN_WAREHOUSE", json.dumps(warehouse))
        emulator = Emulator(app, url)
        emulator.add_contacts(
            [{"name": f"N{n}", "phoneNumber": f"491512345670{n}", "tags": ["newsletter"]} for n in range(6)]
        )
        emulator.advance(600)  # searches and lists show new people late
        extra = {"location_id": emulator.location_id, "account": "acme"}
        airflow = Airflow(home, {"whautomate_default": emulator}, DAGS, **extra)
        try:
            for dag in SHOWN:
                wait_until(lambda dag=dag: airflow.knows(dag), airflow)
                airflow.unpause(dag)
            browser.get(airflow.url)
            yield Pages(browser, airflow), emulator
        finally:
            airflow.stop()


def test_the_form_of_a_connection_has_the_fields_of_an_account(pages):
    page, _ = pages
    page.open("/connections", "Add Connection")
    page.press("Add Connection")
    field = "input[role=combobox]"
    wait_until(lambda: page.driver.find_elements("css selector", field), page.airflow)[0].send_keys("whautomate")
    wait_until(lambda: page.driver.find_elements("css selector", "[role=option]"), page.airflow)[0].click()
    page.says("API host", "API key")
    page.picture("airflow-connection")
    page.press("Extra Fields")
    page.says("Plan", "Location", "Opt-out tags", "List lag")
    [plan] = page.driver.find_elements("xpath", "//*[normalize-space()='Plan']")[-1:]
    page.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", plan)
    page.picture("airflow-connection-extra")


def test_the_steps_of_a_campaign_are_seen_in_the_grid(pages):
    page, _ = pages
    page.airflow.trigger("weekly_campaign")
    # The broadcast isn't over, so the step that waits for it is deferred.
    wait_until(lambda: page.airflow.task("weekly_campaign", "campaign.wait")[0] == "deferred", page.airflow)
    steps = [f"campaign.{name}" for name in ("sync", "tag", "segment", "plan", "broadcast", "wait")]
    page.open(page.run_of("weekly_campaign"), *steps, "Deferred")
    page.press("Expand all task groups")
    page.picture("airflow-grid")


def test_the_log_of_a_deferred_step_says_what_it_waits_for(pages):
    page, _ = pages
    page.open(f"{page.run_of('weekly_campaign')}/tasks/campaign.wait", "Deferred", "is Processing: 0 of 8 delivered")
    page.picture("airflow-deferred")


def test_a_link_leads_to_the_broadcast_and_its_asset_to_the_next_dag(pages):
    page, emulator = pages
    page.airflow.trigger("summer_sale")
    wait_until(lambda: page.airflow.task("summer_sale", "send")[0] == "deferred", page.airflow)
    emulator.advance(4000)
    wait_until(lambda: page.airflow.task("broadcast_delivered", "logs")[0] == "success", page.airflow)
    page.open(f"{page.run_of('summer_sale')}/tasks/send/details", "Extra Links", "Broadcast")
    [link] = page.driver.find_elements("xpath", "//a[normalize-space()='Broadcast']")
    [sent] = [one for one in emulator.records("broadcasts") if one["name"].startswith("summer-sale")]
    assert link.get_attribute("href") == BROADCAST_URL.replace("ID", sent["id"])
    page.picture("airflow-link")
    page.open("/assets", "whautomate://acme/broadcasts/summer-sale")
    page.driver.find_element("link text", "whautomate://acme/broadcasts/summer-sale").click()
    page.says("summer_sale", "broadcast_delivered")
    page.picture("airflow-asset")


def test_a_person_reads_the_plan_and_approves_it(pages):
    page, _ = pages
    page.airflow.trigger("approved_campaign")
    wait_until(lambda: page.airflow.task("approved_campaign", "approve")[0] == "awaiting_input", page.airflow)
    task = f"{page.run_of('approved_campaign')}/tasks/approve/required_actions"
    page.open(task, "Send the summer sale?", "Recipients: up to", "Cost: at most", "Approve")
    page.picture("airflow-approval")
    page.press("Approve")
    wait_until(lambda: page.airflow.task("approved_campaign", "send")[0] == "deferred", page.airflow)


def test_the_quick_start_is_green_in_the_grid(pages):
    page, emulator = pages
    page.airflow.trigger("quick_start")
    wait_until(lambda: page.airflow.task("quick_start", "campaign.wait")[0] == "deferred", page.airflow)
    emulator.advance(4000)
    wait_until(lambda: page.airflow.task("quick_start", "campaign.wait")[0] == "success", page.airflow)
    steps = [f"campaign.{name}" for name in ("sync", "tag", "segment", "plan", "broadcast", "wait")]
    page.open(page.run_of("quick_start"), *steps, "Success")
    page.press("Expand all task groups")
    page.picture("airflow-quick-start")


def test_the_campaign_of_the_tutorial_waits_for_a_person(pages):
    page, _ = pages
    page.airflow.trigger("campaign_to_warehouse")
    wait_until(lambda: page.airflow.task("campaign_to_warehouse", "approve")[0] == "awaiting_input", page.airflow)
    page.open(page.run_of("campaign_to_warehouse"), "sync", "tag", "segment", "plan", "approve", "keep_figures")
    page.picture("airflow-tutorial")
