"""Writing fields of a person who is named by a phone number, an e-mail address or an id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from whautomate_core import telemetry
from whautomate_core.api.call import Json
from whautomate_core.api.check import body
from whautomate_core.api.records import ClientUpdate, ContactUpdate
from whautomate_core.client.differences import differing, write_differing
from whautomate_core.errors import ConfigurationError
from whautomate_core.job import job
from whautomate_core.people.find import Wanted, found, look_up, wanted
from whautomate_core.people.kinds import CLIENTS, CONTACTS, NUMBER, Kind, same_number
from whautomate_core.values.lines import describe_changed

if TYPE_CHECKING:  # DAG files read the signatures, and must not load HTTP for that
    from whautomate_core.client.client import Client


@job(
    "contacts",
    describe_changed("contact", "moved to the stage", "already in the stage"),
    redacted=("phone",),
    writes=("contacts",),
)
def set_contact_stage(
    client: Client,
    stage: str,
    *,
    phone: str | None = None,
    contact_id: str | None = None,
    default_region: str | None = None,
    thorough: bool = False,
    allow_protected: bool = False,
) -> Json:
    """Move a contact to a stage. If the contact is there already, nothing is sent.

    Moving a contact triggers automations that message them. The API lists no stages, so the server decides whether a
    stage exists.

    Args:
        stage: Name of the stage.
        phone: Phone number of the contact as people write it; this or `contact_id`. If several contacts have the
            number, the oldest is moved.
        contact_id: Id of the contact.
        default_region: Country of a number without a country code, such as `DE`.
        thorough: If the search for the number shows nobody, read all contacts page by page.
        allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision.

    Returns: `id`; `changed`, False if nothing was sent; `duplicates`, how many other contacts have the number.

    Raises: `ConfigurationError` and `InvalidRequest` before anything is sent; `NotFound`; `PolicyRefused` if the
        contact has opted out, or another contact or client with the same number, which a search for each kind tells.
    """
    if not isinstance(stage, str) or not stage.strip():
        raise ConfigurationError("stage must be the name of a stage")
    whom = wanted(phone=phone, contact_id=contact_id, default_region=default_region)
    return _set(client, CONTACTS, whom, {"stage": stage}, thorough, allow_protected)


@job(
    "contacts", describe_changed("contact", "updated", "unchanged"), redacted=("fields", "phone"), writes=("contacts",)
)
def set_contact_fields(
    client: Client,
    fields: ContactUpdate,
    *,
    phone: str | None = None,
    contact_id: str | None = None,
    default_region: str | None = None,
    thorough: bool = False,
    allow_protected: bool = False,
) -> Json:
    """Write the fields of a contact that differ, and `customFields` key by key. If none differs, nothing is sent.

    Args:
        fields: Fields to write. Not `tags`: the tag calls give and take tags one by one.
        phone: Phone number of the contact as people write it; this or `contact_id`. If several contacts have the
            number, the oldest is changed.
        contact_id: Id of the contact.
        default_region: Country of a number without a country code, such as `DE`.
        thorough: If the search for the number shows nobody, read all contacts page by page.
        allow_protected: Also give a stage to opted-out people. Set it only after a deliberate human decision.

    Returns: `id`; `changed`, False if nothing was sent; `duplicates`, how many other contacts have the number.

    Raises: `ConfigurationError` and `InvalidRequest` before anything is sent; `NotFound`; `PolicyRefused` if a stage or
        number is to be written, and the contact, or another contact or client with the same number, has opted out.
    """
    checked = _fields(ContactUpdate, fields, "add_contact_tags and remove_contact_tags")
    whom = wanted(phone=phone, contact_id=contact_id, default_region=default_region)
    return _set(client, CONTACTS, whom, checked, thorough, allow_protected)


@job(
    "clients",
    describe_changed("client", "updated", "unchanged"),
    redacted=("fields", "phone", "email_address"),
    writes=("clients",),
)
def set_client_fields(
    client: Client,
    fields: ClientUpdate,
    *,
    phone: str | None = None,
    email_address: str | None = None,
    client_id: str | None = None,
    default_region: str | None = None,
    thorough: bool = False,
) -> Json:
    """Write the fields of a client that differ, and `customFields` key by key. If none differs, nothing is sent.

    Args:
        fields: Fields to write. Not `tags`: the tag calls give and take tags one by one.
        phone: Phone number of the client as people write it; this, `email_address` or `client_id`. If several clients
            have the number, the oldest is changed.
        email_address: E-mail address of the client. If several clients have it, the oldest is changed.
        client_id: Id of the client.
        default_region: Country of a number without a country code, such as `DE`.
        thorough: If the search shows nobody, read all clients page by page.

    Returns: `id`; `changed`, False if nothing was sent; `duplicates`, how many other clients have the number or
        address.

    Raises: `ConfigurationError` and `InvalidRequest` before anything is sent; `NotFound`.
    """
    checked = _fields(ClientUpdate, fields, "add_client_tags and remove_client_tags")
    whom = wanted(phone=phone, email_address=email_address, client_id=client_id, default_region=default_region)
    return _set(client, CLIENTS, whom, checked, thorough)


def _fields(record: type, fields: Any, instead: str) -> Json:
    checked = body(record, fields)
    if "tags" in checked:
        raise ConfigurationError(f"fields can't write tags, since a list would replace all other tags: use {instead}")
    if not checked:
        raise ConfigurationError("fields is empty: name at least one field to write")
    return checked


def _set(
    client: Client, kind: Kind, whom: Wanted | str, fields: Json, thorough: bool, allow_protected: bool = False
) -> Json:
    person = found(client, kind, whom, thorough)
    reaches = fields.keys() & {"stage", *NUMBER}
    # A search for the number has just shown everybody of their own kind. For an id, the client asks both kinds.
    cleared = isinstance(whom, Wanted) and whom.by_phone
    if isinstance(whom, Wanted) and cleared and reaches and not (person["protected"] or allow_protected):
        other = CLIENTS if kind is CONTACTS else CONTACTS
        person["protected"] = any(map(client.account.policy.protects, look_up(client, other, whom, False)))

    def compare(fields: Mapping[str, Any], record: Mapping[str, Any]) -> Json:
        changes = differing(fields, record)
        if same_number(fields, record):
            changes = {name: value for name, value in changes.items() if name not in NUMBER}
        if person["protected"] and changes.keys() & reaches and not allow_protected:
            raise telemetry.refused(
                "opted_out",
                "another contact or client with the same number has opted out; "
                "set allow_protected=True only after a deliberate human decision",
            )
        return changes

    def fits(record: Mapping[str, Any]) -> bool:
        # An earlier attempt may have written another number.
        return isinstance(whom, str) or whom.fits(record) or not compare(fields, record)

    call = kind.update(person["id"], fields, allow_protected=allow_protected)
    # It is not known yet whose number they are about to get.
    call = replace(call, cleared=cleared and not fields.keys() & {*NUMBER}, fits=fits)
    changed = write_differing(client, call, fields, compare)
    return {"id": person["id"], "changed": changed, "duplicates": person["duplicates"]}
