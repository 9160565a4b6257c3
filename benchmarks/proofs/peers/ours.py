"""This package: the jobs that its operators and tasks run, with its defaults and the limits of the plan."""

import sys

import given

from whautomate_core import Client, account_from_settings, export_opt_outs, send_template_to_contacts, sync_contacts
from whautomate_core.api.account import get_account_info

SETTINGS = {
    "account": "shop",
    "location_id": given.LOCATION,
    "requests_per_minute": given.LIMIT or 1_000_000,
    "requests_per_day": 1_000_000,
    "state": f"sqlite:///{given.HOME}/state.sqlite",
    "list_lag": 0,  # the emulator lists new records at once, and nobody waits for it here
}


def send(client: Client) -> None:
    send_template_to_contacts(
        client, given.ROWS, given.TEMPLATE, key="campaign", outcomes_path=str(given.HOME / "outcomes.jsonl")
    )


def create(client: Client) -> None:
    mapping = {"name": "name", "phoneNumber": "phoneNumber"}
    sync_contacts(client, given.ROWS, mapping, outcomes_path=str(given.HOME / "outcomes.jsonl"))


def export(client: Client) -> None:
    path = given.HOME / "export.jsonl"
    export_opt_outs(client, str(path))
    import json

    lines = path.read_text(encoding="utf-8").splitlines()
    given.export({given.digits(json.loads(line)["phoneNumber"]) for line in lines})


def hammer(client: Client) -> None:
    for _ in given.rows():
        client.send(get_account_info())


if __name__ == "__main__":
    with Client(account_from_settings(given.URL, given.KEY, SETTINGS)) as client:
        try:
            {"send": send, "create": create, "export": export, "hammer": hammer}[given.JOB](client)
        except Exception as error:
            sys.exit(f"{type(error).__name__}: {error}")
