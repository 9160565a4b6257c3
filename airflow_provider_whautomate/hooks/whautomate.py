"""The connection to a Whautomate account.

httpx is loaded when a client is made, since DAG files import this module.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from airflow.providers.common.compat.connection import get_async_connection, get_async_extra_dejson
from airflow.providers.common.compat.sdk import AirflowFailException, AirflowNotFoundException, BaseHook

from airflow_provider_whautomate.get_provider_info import get_provider_info
from whautomate_core.account import Account, account_from_settings
from whautomate_core.api.account import get_account_info
from whautomate_core.errors import ConfigurationError, OutcomeUnknown, PolicyRefused, WhautomateError

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Connection

    from whautomate_core.call import Call
    from whautomate_core.client import AsyncClient, Client

R = TypeVar("R")


def account_from_connection(connection: Connection, extra: Mapping[str, Any]) -> Account:
    """Build the account that a connection describes.

    The password is the API key. The host may come whole (`https://api.whautomate.com`), or as Airflow takes a URI
    apart: the name in `host`, the scheme in `schema` (https where it is empty), the port in `port`.

    :param connection: The connection.
    :param extra: Its extra: the settings of `whautomate_core.account.SETTINGS`; empty values count as unset.
    :raises ConfigurationError: naming the field that can't work.
    """
    host = (connection.host or "").strip()
    if host and "://" not in host:
        name = f"[{host}]" if host.count(":") > 1 and not host.startswith("[") else host
        host = f"{connection.schema or 'https'}://{name}"
    if host and connection.port:
        host = f"{host.rstrip('/')}:{connection.port}"
    given = {name: value for name, value in extra.items() if not (isinstance(value, str) and not value.strip())}
    try:
        return account_from_settings(host, connection.password, given)
    except ConfigurationError as error:
        raise ConfigurationError(f"connection {connection.conn_id!r}: {error}") from None


class WhautomateHook(BaseHook):
    """Sends calls of `whautomate_core.api` to the account of a connection.

    :param whautomate_conn_id: The connection: API host, API key as password, settings in its extra.
    """

    conn_name_attr = "whautomate_conn_id"
    default_conn_name = "whautomate_default"
    conn_type = "whautomate"
    hook_name = "Whautomate"

    def __init__(self, whautomate_conn_id: str = default_conn_name) -> None:
        super().__init__()
        self.whautomate_conn_id = whautomate_conn_id

    def get_account(self) -> Account:
        """Return the account; nothing is sent.

        :raises ConfigurationError: where the connection can't work as it stands.
        """
        connection = self.get_connection(self.whautomate_conn_id)
        return account_from_connection(connection, connection.extra_dejson)

    async def aget_account(self) -> Account:
        """Return the account, from a coroutine."""
        try:
            connection = await get_async_connection(self.whautomate_conn_id)
        except AirflowNotFoundException:
            # In `dag.test()` of Airflow 3.3 the asynchronous way finds no connection of the database.
            from asgiref.sync import sync_to_async

            connection = await sync_to_async(self.get_connection)(self.whautomate_conn_id)
        return account_from_connection(connection, await get_async_extra_dejson(connection))

    def get_conn(self) -> Client:
        """Return a client, to be used as a context manager."""
        from whautomate_core.client import Client

        return Client(self.get_account())

    async def aget_conn(self) -> AsyncClient:
        """Return a client for coroutines, to be used as an asynchronous context manager."""
        from whautomate_core.client import AsyncClient

        return AsyncClient(await self.aget_account())

    @contextmanager
    def session(self) -> Iterator[Client]:
        """Give a client for the length of a task, and say in the log how many requests it made.

        :raises AirflowFailException: instead of `OutcomeUnknown` and `PolicyRefused`: a retry would do what may have
            been done already, or ask again for what is forbidden.
        """
        try:
            with self.get_conn() as client:
                try:
                    yield client
                finally:
                    self.log.info("%d requests made", client.requests)
        except (OutcomeUnknown, PolicyRefused) as error:
            raise AirflowFailException(str(error)) from error

    def send(self, call: Call[R]) -> R:
        """Send one call and return its record.

        :param call: What a function of `whautomate_core.api` returned.
        :raises WhautomateError: see `whautomate_core.client.Client.send`.
        """
        with self.get_conn() as client:
            return client.send(call)

    async def asend(self, call: Call[R]) -> R:
        """Send one call from a coroutine and return its record."""
        async with await self.aget_conn() as client:
            return await client.send(call)

    def test_connection(self) -> tuple[bool, str]:
        """Ask for the account's name, and tell whether that worked and why not."""
        try:
            self.send(get_account_info())
        except (WhautomateError, AirflowNotFoundException) as error:
            return False, str(error)
        except Exception as error:
            # Its text is not ours: it may hold the address of a proxy with its password.
            return False, f"no client can be made ({type(error).__name__}): check proxy and ca_bundle"
        return True, "Connection works"

    @classmethod
    def get_connection_form_widgets(cls) -> dict[str, Any]:
        """Return the fields of the connection form, for Airflow before 3.2."""
        from flask_appbuilder.fieldwidgets import BS3TextFieldWidget  # type: ignore[import-not-found]
        from wtforms import BooleanField, IntegerField, StringField  # type: ignore[import-untyped]
        from wtforms.validators import NumberRange, Optional  # type: ignore[import-untyped]

        def field(label: str, description: str, schema: Mapping[str, Any]) -> Any:
            if "boolean" in schema["type"]:
                return BooleanField(label, description=description)
            kind, checks = (IntegerField, [NumberRange(min=1)]) if "integer" in schema["type"] else (StringField, [])
            return kind(label, [Optional(), *checks], description=description, widget=BS3TextFieldWidget())

        return {
            name: field(about["label"], about["description"], about["schema"])
            for name, about in _connection_type()["conn-fields"].items()
        }

    @classmethod
    def get_ui_field_behaviour(cls) -> dict[str, Any]:
        """Return what the connection form shows of the usual fields, for Airflow before 3.2."""
        behaviour = _connection_type()["ui-field-behaviour"]
        return {key.replace("-", "_"): value for key, value in behaviour.items()}


def _connection_type() -> dict[str, Any]:
    info: Any = get_provider_info()
    connection_type: dict[str, Any] = info["connection-types"][0]
    return connection_type
