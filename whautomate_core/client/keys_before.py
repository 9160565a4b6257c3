"""Keys of the first form. They are looked for, so that calls sent under them are not sent again, but never written.

How they were made is frozen here. Airflow's keys held the map index of the task, so a call may have any index: the
payload of its claim says what it is about. Prefect's keys held the name of a Python function.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from whautomate_core.api.call import Call
from whautomate_core.client.identity import Once, identity_of

if TYPE_CHECKING:
    from whautomate_core.state import State
    from whautomate_core.state.claims import Claim


class AirflowKeys:
    """The keys of a task of a DAG run: `["dag", "task", map index, "at 2026-06-01T00:00:00+00:00"]`.

    Args:
        dag_id: Id of the DAG.
        task_id: Id of the task.
        when: `at` and the logical date, or `run` and the run's id.
        is_mapped: Whether the task is mapped.
    """

    def __init__(self, dag_id: str, task_id: str, when: str, *, is_mapped: bool) -> None:
        self._begins = json.dumps([dag_id, task_id])[:-1] + ", "
        self._holds = f", {json.dumps(when)}]"
        self._is_mapped = is_mapped
        self._claims: list[Claim] | None = None
        self._rows: dict[str, str] = {}

    def find(self, state: State, account: str, once: Once) -> str | None:
        """The key under which the same call or job was claimed, if it was."""
        claims = [one for one in self._all(state, account) if one.what == once.what and one.key.endswith(self._holds)]
        for claim in claims:
            if self._is_about(state, claim, once):
                return claim.key
        alone = f"{self._begins}-1{self._holds}"  # the step made one call
        return alone if not self._is_mapped and any(claim.key == alone for claim in claims) else None

    def all(self, state: State, account: str, what: str) -> list[str]:
        """The keys of all calls with a method and path."""
        return [one.key for one in self._all(state, account) if one.what == what and one.key.endswith(self._holds)]

    def find_row(self, state: State, account: str, id: str, digest: str) -> str | None:
        """The key under which a job claimed a row, by the keyed hash of the row's number."""
        self._all(state, account)
        return self._rows.get(digest)

    def _all(self, state: State, account: str) -> list[Claim]:
        if self._claims is None:
            self._claims = state.claims.of_first_form(account, self._begins, self._holds)
            self._rows = {
                one.key.rpartition(" to ")[2]: one.key for one in self._claims if f"{self._holds} to " in one.key
            }
        return self._claims

    @staticmethod
    def _is_about(state: State, claim: Claim, once: Once) -> bool:
        if isinstance(once.about, str):
            return isinstance(claim.result, dict) and claim.result.get("of") == once.about
        if isinstance(once.about, Call):
            names = [*identity_of(once.about).fields(once.about.body or {})]
            names += [name for name in once.payload if name.startswith("id ")]
        else:
            names = [name.removesuffix("_id") for name, value in once.about.items() if value is not None]
        wanted = state.claims.hashes({name: once.payload[name] for name in names})
        return {name: claim.payload.get(name) for name in wanted} == wanted


class PrefectKeys:
    """The keys of a flow run: `prefect RUN create_contact HASH`.

    Args:
        run: Id of the outermost flow run, or of a task run outside of flows.
    """

    def __init__(self, run: str) -> None:
        self._run = run

    def find(self, state: State, account: str, once: Once) -> str | None:
        """The key under which the same call or job was claimed, if it was."""
        if isinstance(once.about, Call):
            body = once.about.body or {}
            about = [once.about.ids, *(_prefect_identity(field, body) for field in _prefect_fields(body))]
            named = state.secret.digest(about)
        elif isinstance(once.about, str):
            named = once.about
        else:
            given = {name: value for name, value in once.about.items() if value is not None}
            named = json.dumps(given, sort_keys=True)
        return self._there(state, account, f"prefect {self._run} {_snake(once.id)} {named}")

    def all(self, state: State, account: str, what: str) -> list[str]:
        """The keys of all calls with a method and path."""
        return [one.key for one in state.claims.under(account, f"prefect {self._run} ") if one.what == what]

    def find_row(self, state: State, account: str, id: str, digest: str) -> str | None:
        """The key under which a job claimed a row, by the keyed hash of the row's number."""
        return self._there(state, account, f"prefect {self._run} {_snake(id)} {{}} to {digest}")

    @staticmethod
    def _there(state: State, account: str, key: str) -> str | None:
        return key if state.claims.get(account, key) else None


def _snake(id: str) -> str:
    return re.sub("([A-Z])", r"_\1", id).lower()


_PREFECT_ABOUT = (
    ("appointmentId",), ("participantId",), ("client", "service"), ("contact",), ("clientId",), ("recepient",),
    ("phoneNumber",), ("phone",), ("email",), ("service", "staff", "location", "date", "time"),
    ("startDate", "endDate"), ("name",), ("fullName",),
)  # fmt: skip


def _prefect_fields(body: Mapping[str, Any]) -> list[str]:
    return [field for field in next((fields for fields in _PREFECT_ABOUT if fields[0] in body), ()) if field in body]


def _prefect_identity(field: str, body: Mapping[str, Any]) -> Any:
    value = body[field]
    if field == "recepient":
        field, value = "phoneNumber", value["phoneNumber"]
    if field in ("phoneNumber", "phone"):
        return "".join(c for c in f"{body.get('countryCode') or ''}{value}" if c.isdigit())
    return value.get("id", value) if isinstance(value, Mapping) else value
