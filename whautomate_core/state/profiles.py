"""How an account's server behaves beyond what is documented. `whautomate doctor` finds it out; clients rely on it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from sqlalchemy import delete, insert, select
from sqlalchemy.engine import Connection

from whautomate_core.state.database import Database
from whautomate_core.state.schema import profiles

BELIEVED_FOR = 30 * 86_400.0
"""Seconds after which a profile is no longer trusted: a page that became smaller than known would cut a list."""


TemplateList = Literal["answers", "refuses", "absent"]
"""What comes of asking for the list of WhatsApp templates with a `locationId`: the list, an error that shows that there
is one but that it has to be asked in another way, or an error that shows that there is none."""


@dataclass(frozen=True)
class ResourceProfile:
    """What a server was seen to do with one resource. None: not known, so clients assume the inconvenient answer."""

    put_merges: bool | None = None
    """PUT keeps the fields it doesn't name, including tags and custom fields. Then one request writes, unless the
    policy needs the record read."""
    put_merges_custom_fields: bool | None = None
    """PUT also keeps the custom fields it doesn't name."""
    page_cap: int | None = None
    """The largest page the server returns, up to what clients ask for. A shorter page is the last one."""
    search_delay: float | None = None
    """Seconds after which a search was seen to find a new record. Searches tell whether somebody has opted out before
    a single send. It was seen once and is no promise."""


@dataclass(frozen=True)
class Profile:
    """What an account's server was seen to do. What was seen of one resource says nothing about another."""

    resources: Mapping[str, ResourceProfile] = field(default_factory=dict)
    """Resource, as paths name it (`contacts`, `staffs/availabilityBlocks`) -> what was seen of it."""
    gateway: str | None = None
    """What stands before the server: `aws` if answers have the headers of AWS API Gateway. None: not known."""
    template_list: TemplateList | None = None
    """Whether `GET /v1/whatsapp-templates` lists the WhatsApp templates of a location. Where it answers, a template is
    looked up before messages with it are sent."""

    def of(self, path: str) -> ResourceProfile:
        """What is known of the resource of a path such as `/v1/contacts/{}`."""
        return self.resources.get(resource_of(path), _NOTHING_KNOWN)

    def spares_reading(self, path: str, body: Mapping[str, Any]) -> bool:
        """Whether the body of a PUT may be sent as it is, without merging the existing record into it."""
        known = self.of(path)
        return bool(known.put_merges and ("customFields" not in body or known.put_merges_custom_fields))

    def full_page(self, path: str) -> int:
        """How many records every page of a list but the last has; 0 if that isn't known."""
        return self.of(path).page_cap or 0

    def with_found(self, path: str, found: Mapping[str, Any]) -> Profile:
        """The profile with what was found: fields of this class, and fields of the resource of `path`."""
        of_resource = {name: value for name, value in found.items() if name in ResourceProfile.__dataclass_fields__}
        others = {name: value for name, value in found.items() if name not in of_resource}
        if of_resource:
            others["resources"] = {**self.resources, resource_of(path): replace(self.of(path), **of_resource)}
        return replace(self, **others)


_NOTHING_KNOWN = ResourceProfile()


def resource_of(path: str) -> str:
    """The resource of a path: `contacts` of `/v1/contacts/{}`."""
    return "/".join(part for part in path.split("/")[2:] if part != "{}")


def _read(text: str) -> Profile:
    """A profile as it was written, by this version or another, which may have other fields."""
    known = json.loads(text)
    # Version 0.1 knew contacts only, and wrote their fields beside those of the account.
    resources = known.pop("resources", None) or {"contacts": known}
    found = {
        resource: ResourceProfile(**{name: one.get(name) for name in ResourceProfile.__dataclass_fields__})
        for resource, one in resources.items()
    }
    others = {name: known.get(name) for name in Profile.__dataclass_fields__}
    return Profile(**{**others, "resources": {name: one for name, one in found.items() if one != _NOTHING_KNOWN}})


class Profiles:
    """The profiles of all accounts in a state database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, account: str) -> Profile:
        """The profile of an account; an empty one if none was written in the last 30 days."""

        def work(connection: Connection) -> str | None:
            late = self._database.now(connection) - BELIEVED_FOR
            found = select(profiles.c.found).where(profiles.c.account == account, profiles.c.at > late)
            text: str | None = connection.execute(found).scalar()
            return text

        text = self._database.run(work)
        return _read(text) if text else Profile()

    def put(self, account: str, profile: Profile) -> None:
        """Write the profile of an account over an earlier one."""

        def work(connection: Connection) -> None:
            connection.execute(delete(profiles).where(profiles.c.account == account))
            values = {"account": account, "found": json.dumps(asdict(profile)), "at": self._database.now(connection)}
            connection.execute(insert(profiles).values(**values))

        self._database.run(work)

    def forget(self, account: str) -> bool:
        """Delete the profile of an account. Returns whether there was one."""
        gone = delete(profiles).where(profiles.c.account == account)
        return bool(self._database.run(lambda connection: connection.execute(gone).rowcount))
