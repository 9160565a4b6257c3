# Written by scripts/make_task_stubs.py: `nox -s stubs` writes it anew.
"""The catalogue of contact tags."""

from collections.abc import Coroutine
from prefect import Task
from prefect_whautomate.credentials import WhautomateCredentials
from typing import Any
from typing import overload
from whautomate_core.api.call import Json
from whautomate_core.api.records import SearchFilters
from whautomate_core.api.records import Tag
from whautomate_core.api.records import TagInput

class _list_contact_tags(Task[..., list[Tag]]):
    """List or search contact tags (`GET /v1/contactTags`; official page, evidence A).

    Args:
        credentials: Where to and as whom.
        max_records: The most records to return; defaults to all.
        output_path: File to write the records to in place of returning them: JSON lines, or Parquet where it ends in
            `.parquet`; local, or the URL of an object such as `s3://bucket/key`. It is there once it is whole; a
            local one can be read by its owner only. Returns `path` and `records`, their number.
        return_records: Return whole records, names, numbers and texts included: Prefect keeps results where they
            are persisted, and whoever may read these sees them. By default personal data is left out.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.contact_tags import list_contact_tags

        @flow
        def my_flow():
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return list_contact_tags(credentials)
        ```
    """
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, *, filters: SearchFilters | None = ..., max_records: int | None = ..., return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> list[Tag]: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, *, filters: SearchFilters | None = ..., max_records: int | None = ..., output_path: str, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...

list_contact_tags: _list_contact_tags

class _alist_contact_tags(Task[..., Coroutine[Any, Any, list[Tag]]]):
    """`list_contact_tags` for coroutines."""
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, *, filters: SearchFilters | None = ..., max_records: int | None = ..., return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, list[Tag]]: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, *, filters: SearchFilters | None = ..., max_records: int | None = ..., output_path: str, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...

alist_contact_tags: _alist_contact_tags

class _create_contact_tag(Task[..., dict[str, Any]]):
    """Create a contact tag (`POST /v1/contactTags`; official page, evidence A).

    Args:
        credentials: Where to and as whom.
        key: What identifies this call: under one key it happens once. Where None it happens once in a flow run (the
            outermost) for the person or booking that it is about, however often it is called, mapped or retried.
            The same call again returns the result of the first. Another one about the same, such as another text
            to the same person, sends nothing and is an error that asks for a key. Outside of runs each call without
            a key is sent.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.contact_tags import create_contact_tag

        @flow
        def my_flow(contact_tag):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return create_contact_tag(credentials, contact_tag)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, contact_tag: TagInput, *, extra: Json | None = ..., key: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

create_contact_tag: _create_contact_tag

class _acreate_contact_tag(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`create_contact_tag` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, contact_tag: TagInput, *, extra: Json | None = ..., key: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

acreate_contact_tag: _acreate_contact_tag

class _get_contact_tag(Task[..., Tag]):
    """Show one contact tag (`GET /v1/contactTags/{contactTagId}`; path A, shape B).

    Args:
        credentials: Where to and as whom.
        output_path: File to write the records to in place of returning them: JSON lines, or Parquet where it ends in
            `.parquet`; local, or the URL of an object such as `s3://bucket/key`. It is there once it is whole; a
            local one can be read by its owner only. Returns `path` and `records`, their number.
        return_records: Return whole records, names, numbers and texts included: Prefect keeps results where they
            are persisted, and whoever may read these sees them. By default personal data is left out.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.contact_tags import get_contact_tag

        @flow
        def my_flow(contact_tag_id):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return get_contact_tag(credentials, contact_tag_id)
        ```
    """
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, contact_tag_id: str, *, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Tag: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, contact_tag_id: str, *, output_path: str, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...

get_contact_tag: _get_contact_tag

class _aget_contact_tag(Task[..., Coroutine[Any, Any, Tag]]):
    """`get_contact_tag` for coroutines."""
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, contact_tag_id: str, *, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, Tag]: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, contact_tag_id: str, *, output_path: str, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...

aget_contact_tag: _aget_contact_tag

class _delete_contact_tag(Task[..., dict[str, Any]]):
    """Delete a contact tag (`DELETE /v1/contactTags/{contactTagId}`; white-label copies, evidence B).

    Whether contacts lose it is not documented, so an opt-out tag is refused.

    Args:
        credentials: Where to and as whom.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.contact_tags import delete_contact_tag

        @flow
        def my_flow(contact_tag_id):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return delete_contact_tag(credentials, contact_tag_id)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, contact_tag_id: str, *, allow_protected: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

delete_contact_tag: _delete_contact_tag

class _adelete_contact_tag(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`delete_contact_tag` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, contact_tag_id: str, *, allow_protected: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

adelete_contact_tag: _adelete_contact_tag

