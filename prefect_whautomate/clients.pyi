# Written by scripts/make_task_stubs.py: `nox -s stubs` writes it anew.
"""Clients, the people who book: the endpoints, and the jobs that find one and write to one."""

from collections.abc import Coroutine
from prefect import Task
from prefect_whautomate.credentials import WhautomateCredentials
from typing import Any
from typing import overload
from whautomate_core.call import Json
from whautomate_core.records import Client
from whautomate_core.records import ClientFilters
from whautomate_core.records import ClientInput
from whautomate_core.records import ClientUpdate

class _list_clients(Task[..., list[Client]]):
    """List or search clients (`GET /v1/clients`; integrators, evidence C).

    Which date `startDate` and `endDate` mean is not documented.

    Args:
        credentials: Where to and as whom.
        max_records: The most records to return; all where None.
        output_path: File to write the records to in place of returning them: JSON lines, or Parquet where it ends in
            `.parquet`; local, or the URL of an object such as `s3://bucket/key`. It is there once it is whole; a
            local one can be read by its owner only. Returns `path` and `records`, their number.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.clients import list_clients

        @flow
        def my_flow():
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return list_clients(credentials)
        ```
    """
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, *, filters: ClientFilters | None = ..., max_records: int | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> list[Client]: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, *, filters: ClientFilters | None = ..., max_records: int | None = ..., output_path: str, max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...

list_clients: _list_clients

class _alist_clients(Task[..., Coroutine[Any, Any, list[Client]]]):
    """`list_clients` for coroutines."""
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, *, filters: ClientFilters | None = ..., max_records: int | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, list[Client]]: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, *, filters: ClientFilters | None = ..., max_records: int | None = ..., output_path: str, max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...

alist_clients: _alist_clients

class _create_client(Task[..., dict[str, Any]]):
    """Create a client (`POST /v1/clients`; official page, evidence A; required fields per integrators, C).

    What happens with a number that exists is not documented, so the call is made `ONCE`. The number (the e-mail where
    there is none) is searched for first: whoever has opted out is not created again.

    Args:
        credentials: Where to and as whom.
        key: What identifies this call: under one key it happens once. Where None it happens once in a flow run (the
            outermost) for what it is about: the ids, and whom or what the body names. A second call about the same,
            such as another text to the same person, is an error that asks for a key. Outside of runs each call
            without a key is sent.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.clients import create_client

        @flow
        def my_flow(client):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return create_client(credentials, client)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, client: ClientInput, *, extra: Json | None = ..., allow_protected: bool = ..., key: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

create_client: _create_client

class _acreate_client(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`create_client` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, client: ClientInput, *, extra: Json | None = ..., allow_protected: bool = ..., key: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

acreate_client: _acreate_client

class _get_client(Task[..., Client]):
    """Show one client (`GET /v1/clients/{clientId}`; integrators, evidence C).

    Args:
        credentials: Where to and as whom.
        output_path: File to write the records to in place of returning them: JSON lines, or Parquet where it ends in
            `.parquet`; local, or the URL of an object such as `s3://bucket/key`. It is there once it is whole; a
            local one can be read by its owner only. Returns `path` and `records`, their number.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.clients import get_client

        @flow
        def my_flow(client_id):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return get_client(credentials, client_id)
        ```
    """
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, client_id: str, *, max_requests: int | None = ..., wait_for: Any = ...) -> Client: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, client_id: str, *, output_path: str, max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...

get_client: _get_client

class _aget_client(Task[..., Coroutine[Any, Any, Client]]):
    """`get_client` for coroutines."""
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, client_id: str, *, max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, Client]: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, client_id: str, *, output_path: str, max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...

aget_client: _aget_client

class _update_client(Task[..., dict[str, Any]]):
    """Write fields of a client and keep the others (`PUT /v1/clients/{clientId}`; integrators, evidence C).

    As `contacts.update_contact`: read, merged, written; `overwrite=True` sends `client` alone.

    Args:
        credentials: Where to and as whom.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.clients import update_client

        @flow
        def my_flow(client_id, client):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return update_client(credentials, client_id, client)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, client_id: str, client: ClientUpdate, *, extra: Json | None = ..., overwrite: bool = ..., allow_protected: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

update_client: _update_client

class _aupdate_client(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`update_client` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, client_id: str, client: ClientUpdate, *, extra: Json | None = ..., overwrite: bool = ..., allow_protected: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

aupdate_client: _aupdate_client

class _delete_client(Task[..., dict[str, Any]]):
    """Delete a client (`DELETE /v1/clients/{clientId}`; integrators, evidence C).

    Args:
        credentials: Where to and as whom.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.clients import delete_client

        @flow
        def my_flow(client_id):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return delete_client(credentials, client_id)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, client_id: str, *, allow_protected: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

delete_client: _delete_client

class _adelete_client(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`delete_client` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, client_id: str, *, allow_protected: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

adelete_client: _adelete_client

class _add_client_tags(Task[..., dict[str, Any]]):
    """Add tags, by name (`POST /v1/clients/{clientId}/tags/add`; integrators, evidence C).

    As `contacts.add_contact_tags`: the client is read first and only what is missing is sent.

    Args:
        credentials: Where to and as whom.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.clients import add_client_tags

        @flow
        def my_flow(client_id, tags):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return add_client_tags(credentials, client_id, tags)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, client_id: str, tags: list[str], *, allow_protected: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

add_client_tags: _add_client_tags

class _aadd_client_tags(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`add_client_tags` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, client_id: str, tags: list[str], *, allow_protected: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

aadd_client_tags: _aadd_client_tags

class _remove_client_tags(Task[..., dict[str, Any]]):
    """Remove tags, by name (`POST /v1/clients/{clientId}/tags/remove`; integrators, evidence C).

    As `contacts.remove_contact_tags`: the client is read first and only what it holds is sent.

    Args:
        credentials: Where to and as whom.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.clients import remove_client_tags

        @flow
        def my_flow(client_id, tags):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return remove_client_tags(credentials, client_id, tags)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, client_id: str, tags: list[str], *, allow_protected: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

remove_client_tags: _remove_client_tags

class _aremove_client_tags(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`remove_client_tags` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, client_id: str, tags: list[str], *, allow_protected: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

aremove_client_tags: _aremove_client_tags

class _find_client(Task[..., dict[str, Any]]):
    """The id of the client with a phone number or an e-mail address. Where several have it, the oldest.

    Costs one search as `find_contact`, and one more for a number that it doesn't show: without its country code,
    which clients hold apart.

    Args:
        credentials: Where to and as whom.
        phone: Number as people write it; this or `email_address`.
        email_address: E-mail address, in any spelling of upper and lower case.
        default_region: Country of a number without a country code, such as `DE`.
        missing_ok: Return the id None where there is none.
        thorough: Where the search shows none, read all clients page by page.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `id`; `doubles`, how many others have it; `protected`, whether any of them has opted out. Nothing else, so
        that no personal data gets into results.

    Raises:
        `ConfigurationError` and `InvalidRequest` before anything is sent; `NotFound`.

    Beside what it returns: `requests`, and `waited`, the seconds spent waiting for permits.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.clients import find_client

        @flow
        def my_flow(phone):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return find_client(credentials, phone=phone)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, *, phone: str | None = ..., email_address: str | None = ..., default_region: str | None = ..., missing_ok: bool = ..., thorough: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

find_client: _find_client

class _afind_client(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`find_client` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, *, phone: str | None = ..., email_address: str | None = ..., default_region: str | None = ..., missing_ok: bool = ..., thorough: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

afind_client: _afind_client

class _set_client_fields(Task[..., dict[str, Any]]):
    """Write the fields of a client that differ, `customFields` key by key; nothing is sent where none does.

    Args:
        credentials: Where to and as whom.
        fields: Fields to write. Not `tags`, which the tag calls give and take one by one.
        phone: Number of the client as people write it; this, `email_address` or `client_id`. Of several with it, the oldest is meant.
        email_address: E-mail address of the client; the same of several.
        client_id: Id of the client.
        default_region: Country of a number without a country code, such as `DE`.
        thorough: Where the search shows nobody, read all clients page by page.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `id`; `changed`, False where nothing was sent; `doubles`, how many others have the number or address.

    Raises:
        `ConfigurationError` and `InvalidRequest` before anything is sent; `NotFound`.

    Beside what it returns: `requests`, and `waited`, the seconds spent waiting for permits.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.clients import set_client_fields

        @flow
        def my_flow(fields, phone):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return set_client_fields(credentials, fields, phone=phone)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, fields: ClientUpdate, *, phone: str | None = ..., email_address: str | None = ..., client_id: str | None = ..., default_region: str | None = ..., thorough: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

set_client_fields: _set_client_fields

class _aset_client_fields(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`set_client_fields` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, fields: ClientUpdate, *, phone: str | None = ..., email_address: str | None = ..., client_id: str | None = ..., default_region: str | None = ..., thorough: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

aset_client_fields: _aset_client_fields

class _wait_for_client(Task[..., dict[str, Any]]):
    """Wait until a client has a tag. Clients have no stages.

    Args:
        credentials: Where to and as whom.
        client_id: Its id.
        tag: Name of the tag, in any spelling of upper and lower case.
        poll_interval: Seconds between the first two looks; doubles up to a quarter of an hour. All waiting tasks of the
            account together make at most a tenth of the requests of its day, half of that in a quarter of it.
        timeout: Seconds to wait at most; they count anew where the flow run is rescheduled.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `id`.
        Also `requests` and `waited` (seconds, for permits).

    Raises:
        TimeoutError: Where it is not so in time.
        WhautomateError: Where it will never be so.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.clients import wait_for_client

        @flow
        def my_flow(client_id, tag):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return wait_for_client(credentials, client_id, tag)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, client_id: str, tag: str, *, poll_interval: float = ..., timeout: float = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

wait_for_client: _wait_for_client

class _await_for_client(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`wait_for_client` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, client_id: str, tag: str, *, poll_interval: float = ..., timeout: float = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

await_for_client: _await_for_client

