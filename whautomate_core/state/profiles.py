"""How an account's server behaves beyond what is documented. `whautomate doctor` finds it out; clients rely on it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from sqlalchemy import delete, insert, select, update
from sqlalchemy.engine import Connection

from whautomate_core.state.database import Database
from whautomate_core.state.pace import Pacing, pacing_of
from whautomate_core.state.schema import pools, profiles

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
    absent: str | None = None
    """How a 404 for a record that doesn't exist looks (`client.missing.form_of`), if it doesn't tell by itself whether
    the record or the path is missing, and one for a path that doesn't exist looks otherwise."""


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

    seen_at: Mapping[str, float] = field(default_factory=dict, repr=False, compare=False)
    """When each of these was seen, in seconds since 1970: `template_list`, `contacts.page_cap`."""

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

    def absent(self, path: str) -> str | None:
        """How a 404 looks that is about the record of a path such as `/v1/contacts/{}`; None if that isn't known."""
        return self.of(path).absent

    def with_found(self, path: str, found: Mapping[str, Any], at: float) -> Profile:
        """The profile with what was found at a time: fields of this class, and fields of the resource of `path`."""
        of_resource = {name: value for name, value in found.items() if name in ResourceProfile.__dataclass_fields__}
        others = {name: value for name, value in found.items() if name not in of_resource}
        if of_resource:
            others["resources"] = {**self.resources, resource_of(path): replace(self.of(path), **of_resource)}
        keys = (f"{resource_of(path)}.{name}" if name in of_resource else name for name in found)
        return replace(self, **others, seen_at={**self.seen_at, **dict.fromkeys(keys, at)})


_NOTHING_KNOWN = ResourceProfile()


def resource_of(path: str) -> str:
    """The resource of a path: `contacts` of `/v1/contacts/{}`."""
    return "/".join(part for part in path.split("/")[2:] if part != "{}")


def _read(text: str, at: float, late: float) -> Profile:
    """A profile as it was written at a time, by this version or another, which may have other fields. What was seen
    before `late` is left out."""
    known = json.loads(text)
    seen_at: dict[str, float] = known.get("seen_at") or {}

    def believed(record: Mapping[str, Any], names: Iterable[str], prefix: str = "") -> dict[str, Any]:
        return {name: record.get(name) if seen_at.get(prefix + name, at) > late else None for name in names}

    # Version 0.1 knew contacts only, and wrote their fields beside those of the account.
    resources = known.get("resources") or {"contacts": known}
    found = {
        resource: ResourceProfile(**believed(one, ResourceProfile.__dataclass_fields__, f"{resource}."))
        for resource, one in resources.items()
    }
    of_account = believed(known, Profile.__dataclass_fields__.keys() - {"resources", "seen_at"})
    of_resources = {resource: one for resource, one in found.items() if one != _NOTHING_KNOWN}
    return _dated(Profile(**of_account, resources=of_resources, seen_at=seen_at), at)


def _dated(profile: Profile, at: float) -> Profile:
    """A profile that says of everything it knows when it was seen: at this time, unless it says so already."""
    known = {name: value for name, value in vars(profile).items() if name not in ("resources", "seen_at")}
    for resource, one in profile.resources.items():
        known |= {f"{resource}.{name}": value for name, value in vars(one).items()}
    dates = {name: profile.seen_at.get(name, at) for name, value in known.items() if value is not None}
    return replace(profile, seen_at=dates)


class Profiles:
    """The profiles of all accounts in a state database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, account: str) -> Profile:
        """The profile of an account, with what was seen in the last 30 days."""
        return self._database.run(lambda connection: self._read(connection, account))

    def put(self, account: str, profile: Profile) -> None:
        """Write the profile of an account over an earlier one. Behind a gateway of AWS, its pool keeps to a pace."""
        self._database.run(lambda connection: self._write(connection, account, profile))

    def learn(self, account: str, path: str, found: Mapping[str, Any]) -> Profile:
        """Add what was found now, of the account or of the resource of a path, and return the profile. The rest keeps
        the date at which it was seen."""

        def work(connection: Connection) -> Profile:
            known = self._read(connection, account, lock=True)
            if not found:
                return known
            profile = known.with_found(path, found, self._database.now(connection))
            self._write(connection, account, profile)
            return profile

        return self._database.run(work)

    def _read(self, connection: Connection, account: str, *, lock: bool = False) -> Profile:
        query = select(profiles.c.found, profiles.c.at).where(profiles.c.account == account)
        row = connection.execute(query.with_for_update() if lock else query).first()
        return _read(*row, late=self._database.now(connection) - BELIEVED_FOR) if row else Profile()

    def _write(self, connection: Connection, account: str, profile: Profile) -> None:
        now = self._database.now(connection)
        connection.execute(delete(profiles).where(profiles.c.account == account))
        profile = _dated(profile, now)
        connection.execute(insert(profiles).values(account=account, found=json.dumps(asdict(profile)), at=now))
        if profile.gateway == "aws":
            change_pacing(connection, account, lambda pacing: pacing.guess(profile.seen_at["gateway"]))

    def forget(self, account: str) -> bool:
        """Delete the profile of an account, and the pace that its pool has learned. Returns whether there was one."""

        def work(connection: Connection) -> bool:
            gone = connection.execute(delete(profiles).where(profiles.c.account == account)).rowcount
            return change_pacing(connection, account, lambda pacing: pacing._replace(learned=None)) or bool(gone)

        return self._database.run(work)


def change_pacing(connection: Connection, account: str, change: Callable[[Pacing], Pacing]) -> bool:
    """Change what an account's pool knows of a token bucket. Returns whether that makes a difference."""
    mine = pools.c.account == account
    text = connection.execute(select(pools.c.pacing).where(mine).with_for_update()).scalar()
    if text is None or (changed := change(pacing_of(text)).text()) == text:
        return False
    connection.execute(update(pools).where(mine).values(pacing=changed))
    return True
