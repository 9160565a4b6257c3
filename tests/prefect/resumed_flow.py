"""A flow that tests deploy: its first attempt fails after its work is done."""

from prefect import flow
from prefect.runtime import flow_run

from prefect_whautomate import WhautomateCredentials, contacts, segments

ROWS = [{"name": f"Ada {n}", "mobile": f"030 12345{n:02}"} for n in range(3)]
MAPPING = {"name": "name", "phoneNumber": "mobile"}


@flow
def resumed(block: str) -> None:
    credentials = WhautomateCredentials.load(block)
    contacts.sync_contacts(credentials, ROWS, MAPPING, default_region="DE", tags=["vip"])
    segments.ensure_segment(credentials, "vips", {"tags": ["vip"]})
    if flow_run.run_count == 1:
        raise RuntimeError("the machine is lost")
