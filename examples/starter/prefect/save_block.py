"""Saves the block `whautomate` from the variables in .env; `docker compose up` runs it once at the start."""

import os

from prefect_whautomate import WhautomateCredentials


def save_block() -> None:
    WhautomateCredentials(
        host=os.environ["WHAUTOMATE_HOST"],
        key=os.environ["WHAUTOMATE_KEY"],
        account="starter",
        plan=os.environ["WHAUTOMATE_PLAN"],
        location_id=os.environ["WHAUTOMATE_LOCATION_ID"],
        state=os.environ.get("WHAUTOMATE_STATE_URL"),
    ).save("whautomate", overwrite=True)


if __name__ == "__main__":
    save_block()
