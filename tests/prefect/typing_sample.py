"""Tasks used rightly and wrongly. Lint reads it: each `type: ignore` is an error that type checkers must find."""

from prefect import flow, unmapped

from prefect_whautomate import WhautomateCredentials
from prefect_whautomate.aio import contacts as aio_contacts
from prefect_whautomate.broadcasts import Broadcast, broadcast, wait_for_broadcast
from prefect_whautomate.contacts import (
    add_contact_tags,
    create_contact,
    find_contact,
    get_contact,
    list_contacts,
    sync_contacts,
    update_contact,
    wait_for_contact,
)
from prefect_whautomate.messages import send_whatsapp_text


@flow
def rightly(account: WhautomateCredentials) -> str:
    create_contact(account, {"name": "Ada", "phoneNumber": "+4930", "location": {"id": "l"}}, extra={"new": 1}, key="k")
    update_contact(account, "c", {"stage": "Won"}, overwrite=True)
    add_contact_tags(account, "c", ["vip"], max_requests=3)
    sync_contacts(account, "customers.csv", {"phoneNumber": "mobile"}, mode="mirror", max_deleted="5%")
    found = find_contact(account, "030 1234567", default_region="DE", wait_for=[])
    wait_for_contact(account, found["id"], tag="vip", timeout=60)
    sent = broadcast(account, "spring", {"name": "spring", "language": "en"}, segment_name="all")
    wait_for_broadcast(account, sent["id"], min_delivered="90%", receipt_path="r.html")
    Broadcast.load("spring")
    get_contact.map(unmapped(account), ["c1", "c2"]).result()
    submitted = get_contact.submit(account, "c").result()
    listed: list[str] = [one["id"] for one in list_contacts(account, filters={"searchText": "Ada"}, max_records=10)]
    return submitted["id"] + get_contact(account, "c")["id"] + listed[0]


@flow
async def rightly_in_coroutines(account: WhautomateCredentials) -> str:
    made = await aio_contacts.create_contact(account, {"name": "Ada", "phoneNumber": "+49", "location": {"id": "l"}})
    await aio_contacts.sync_contacts(account, [{"mobile": "+49"}], {"phoneNumber": "mobile"})
    await aio_contacts.wait_for_contact(account, made["id"], stage="Won")
    return (await aio_contacts.get_contact(account, made["id"]))["id"]


def wrongly(account: WhautomateCredentials) -> None:
    get_contact(account)  # type: ignore[call-overload]
    get_contact("account", "c")  # type: ignore[call-overload]
    get_contact(account, 7)  # type: ignore[call-overload]
    get_contact(account, "c", contct_id="c")  # type: ignore[call-overload]
    get_contact(account, "c")["nmae"]  # type: ignore[typeddict-item]
    list_contacts(account, filters={"serchText": "Ada"})  # type: ignore[call-overload]
    add_contact_tags(account, "c", [1])  # type: ignore[list-item]
    send_whatsapp_text(account, {"textMessage": "Hi"})  # type: ignore[call-overload]
    sync_contacts(account, "c.csv", maping={})  # type: ignore[call-overload]
    sync_contacts(account, "c.csv", {}, mode="merge")  # type: ignore[call-overload]
    wait_for_contact(account, "c", tag=3)  # type: ignore[call-overload]
    find_contact.submit(account, 30)  # type: ignore[call-overload]


async def wrongly_in_coroutines(account: WhautomateCredentials) -> None:
    await aio_contacts.get_contact(account, 7)  # type: ignore[call-overload]
    aio_contacts.get_contact(account, "c")["id"]  # type: ignore[index]
    await aio_contacts.sync_contacts(account, "c.csv", maping={})  # type: ignore[call-overload]
