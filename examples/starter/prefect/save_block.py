"""Saves the block `whautomate` from the variables in .env, unless there is one; `docker compose up` runs it.

A block that exists stays as it is, since somebody may have set `sends` or a limit in it on Prefect's page.
"""

import os

from prefect_whautomate import WhautomateCredentials


def save_block() -> None:
    block = WhautomateCredentials(
        host=os.environ["WHAUTOMATE_HOST"],
        key=os.environ["WHAUTOMATE_KEY"],
        account="starter",
        plan=os.environ["WHAUTOMATE_PLAN"],
        location_id=os.environ["WHAUTOMATE_LOCATION_ID"],
        state=os.environ.get("WHAUTOMATE_STATE_URL"),
    )
    try:
        block.save("whautomate")
    except ValueError as error:
        if "already in use" not in str(error):
            raise


if __name__ == "__main__":
    save_block()
