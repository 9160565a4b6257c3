"""The connection to a Whautomate account.

httpx is loaded only when a client is made, because DAG files import this module.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote, unquote, urlencode

from airflow.providers.common.compat.connection import get_async_connection, get_async_extra_dejson
from airflow.providers.common.compat.sdk import (
    AirflowFailException,
    AirflowNotFoundException,
    BaseHook,
    conf,
    mask_secret,
)

from airflow_provider_whautomate._telemetry import plug_in
from airflow_provider_whautomate._versions import TEST_GETS_SAVED_KEY, TEST_NEEDS_PORT, TEST_SHOWS_FAILURES
from airflow_provider_whautomate.get_provider_info import get_provider_info
from whautomate_core.account import Account, account_from_settings
from whautomate_core.errors import (
    BudgetExceeded,
    ConfigurationError,
    NotDelivered,
    OutcomeUnknown,
    PolicyRefused,
    StateLost,
    WhautomateError,
)

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Connection

    from whautomate_core.api.call import Call
    from whautomate_core.client.client import AsyncClient, Client
    from whautomate_core.state.pool import Lane

R = TypeVar("R")

MAX_WAIT = 120.0
"""Default of `max_wait`: seconds that a task waits for a permit on its worker slot."""

FINAL = (BudgetExceeded, NotDelivered, OutcomeUnknown, PolicyRefused, StateLost)
"""Errors that end a task without a retry, which would fail again or repeat what may have been done."""

_ONE_MACHINE = {"LocalExecutor", "SequentialExecutor", "DebugExecutor", "MockExecutor"}


def require_one_state(account: Account) -> None:
    """Raise `ConfigurationError` if tasks may run on several machines and each would have its own state."""
    configured = conf.get("core", "executor", fallback=None) or ""
    # "CeleryExecutor", "LocalExecutor,alias:KubernetesExecutor", "LocalExecutor;team=some.module.Executor"
    names = {re.split(r"[.:=]", one.strip())[-1] for one in re.split(r"[,;]", configured)} - {""}
    # In its pods, a Kubernetes executor may look like a LocalExecutor.
    many = (
        "KubernetesExecutor" if os.environ.get("AIRFLOW_IS_K8S_EXECUTOR_POD") else min(names - _ONE_MACHINE, default="")
    )
    if many and not account.state_shared and account.state_is_sqlite:
        raise ConfigurationError(
            f"{many} may run tasks on several machines, and the state of this connection is a SQLite file: each "
            'would have its own. Set its field state to the id of a PostgreSQL connection (or "postgresql://..."), or '
            "state_shared to true if all workers and triggerers are on one machine"
        )


def account_from_connection(connection: Connection, extra: Mapping[str, Any]) -> Account:
    """Build the account that a connection describes.

    The password is the API key. The host may be whole (`https://api.whautomate.com`), or split as Airflow splits a
    URI: the name in `host`, the scheme in `schema` (https if it is empty), the port in `port` (0 is none).

    :param connection: The connection.
    :param extra: Its extra: the settings of `whautomate_core.settings.Settings`; empty values count as unset. Airflow
        2.11 passes the fields of its form to Test as `extra__whautomate__plan` and so on.
    :raises ConfigurationError: naming the field that is wrong.
    """
    host = (connection.host or "").strip()
    if host and "://" not in host:
        name = f"[{host}]" if host.count(":") > 1 and not host.startswith("[") else host
        host = f"{connection.schema or 'https'}://{name}"
    if host and connection.port:
        host = _with_port(host, int(connection.port))
    given = {name: value for name, value in _plain(extra).items() if not (isinstance(value, str) and not value.strip())}
    field = f"the password (in the form: API key) of connection {connection.conn_id!r}"
    try:
        return account_from_settings(host, connection.password, given, key_field=field)
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

        :raises ConfigurationError: if a field of the connection is wrong or missing.
        """
        plug_in()
        connection = self.get_connection(self.whautomate_conn_id)
        extra = _plain(connection.extra_dejson)
        if other := _state_connection(extra):
            named = self.get_connection(other)
            extra["state"] = _state_url(named, named.extra_dejson)
        _mask_passwords(extra)
        return account_from_connection(connection, extra)

    async def aget_account(self) -> Account:
        """Return the account, from a coroutine."""
        plug_in()
        connection = await self._aget_connection(self.whautomate_conn_id)
        extra = _plain(await get_async_extra_dejson(connection))
        if other := _state_connection(extra):
            named = await self._aget_connection(other)
            extra["state"] = _state_url(named, await get_async_extra_dejson(named))
        # In a thread: Airflow's masking waits for the supervisor, which must not block the loop of all triggers.
        await asyncio.to_thread(_mask_passwords, extra)
        return account_from_connection(connection, extra)

    async def _aget_connection(self, conn_id: str) -> Connection:
        try:
            return await get_async_connection(conn_id)
        except AirflowNotFoundException:
            # In `dag.test()` of Airflow 3.3, the asynchronous call does not find connections in the database.
            from asgiref.sync import sync_to_async

            return await sync_to_async(self.get_connection)(conn_id)

    def get_conn(
        self,
        *,
        lane: Lane = "interactive",
        max_wait: float | None = MAX_WAIT,
        max_requests: int | None = None,
        run: str | None = None,
    ) -> Client:
        """Return a client, to be used as a context manager.

        :param lane: `bulk` leaves some of the account's requests for `interactive` callers.
        :param max_wait: The longest wait for a permit, in seconds, before `QuotaExhausted` is raised; None: unlimited.
        :param max_requests: How many requests it may make before `BudgetExceeded` is raised.
        :param run: The run it works for. Claims of what it sends name it.
        :raises ConfigurationError: if a field of the connection is wrong or missing, or its state doesn't suit
            Airflow's executor.
        """
        from whautomate_core.client.client import Client

        account = self.get_account()
        require_one_state(account)
        return Client(account, lane=lane, max_wait=max_wait, max_requests=max_requests, run=run)

    async def aget_conn(self, *, max_requests: int | None = None) -> AsyncClient:
        """Return a client for coroutines, to be used as an asynchronous context manager.

        It waits for its permits as long as it takes, because that occupies no worker slot.

        :param max_requests: How many requests it may make before `BudgetExceeded` is raised.
        """
        from whautomate_core.client.client import AsyncClient

        account = await self.aget_account()
        require_one_state(account)
        # In a thread: it opens the state database, and the loop is that of all triggers.
        return await asyncio.to_thread(AsyncClient, account, max_requests=max_requests)

    @contextmanager
    def session(
        self,
        *,
        lane: Lane = "interactive",
        max_wait: float | None = MAX_WAIT,
        max_requests: int | None = None,
        run: str | None = None,
    ) -> Iterator[Client]:
        """Provide a client for the length of a task, and log how many requests it made.

        Its arguments are those of `get_conn`.

        :raises AirflowFailException: instead of the errors in `FINAL`.
        """
        try:
            with self.get_conn(lane=lane, max_wait=max_wait, max_requests=max_requests, run=run) as client:
                try:
                    yield client
                finally:
                    self.log.info("%s", client.used)
        except FINAL as error:
            raise AirflowFailException(str(error)) from error

    def send(self, call: Call[R]) -> R:
        """Send one call and return its record.

        :param call: What a function of `whautomate_core.api` returned.
        :raises WhautomateError: see `whautomate_core.client.client.Client.send`.
        """
        with self.get_conn() as client:
            return client.send(call)

    async def asend(self, call: Call[R]) -> R:
        """Send one call from a coroutine and return its record."""
        async with await self.aget_conn() as client:
            return await client.send(call)

    def test_connection(self) -> tuple[bool, str]:
        """Ask for the account and its location. Return whether that worked, and what was found or what to do."""
        worked, found = self._test_connection()
        return worked, found if worked or TEST_SHOWS_FAILURES else f"Test failed: {found}"

    def _test_connection(self) -> tuple[bool, str]:
        from whautomate_core.doctor.account import check_account

        try:
            # On this machine, whatever the executor. Whether tasks may use this state is checked afterwards.
            connection = self.get_connection(self.whautomate_conn_id)
            if not connection.password and not TEST_GETS_SAVED_KEY:
                return False, "the API key is empty. Airflow 2 does not give Test a saved key: type it in again."
            account = self.get_account()
            named = "://" in (connection.host or "") or connection.schema
            found = check_account(account, scheme_assumed=not named)
        except (WhautomateError, AirflowNotFoundException) as error:
            return False, str(error)
        except Exception as error:
            # Its text isn't ours and may contain the address of a proxy with its password.
            return False, f"no client can be made ({type(error).__name__}): check proxy and ca_bundle"
        try:
            require_one_state(account)
        except ConfigurationError as error:
            return True, f"{found} But tasks will refuse this connection: {error}"
        return True, found

    @classmethod
    def get_connection_form_widgets(cls) -> dict[str, Any]:
        """Return the fields of the connection form, for Airflow before 3.2."""
        from flask_appbuilder.fieldwidgets import (  # type: ignore[import-not-found]
            BS3PasswordFieldWidget,
            BS3TextFieldWidget,
        )
        from wtforms import (  # type: ignore[import-untyped]
            BooleanField,
            IntegerField,
            PasswordField,
            StringField,
        )
        from wtforms.validators import NumberRange, Optional  # type: ignore[import-untyped]

        def field(label: str, description: str, schema: Mapping[str, Any]) -> Any:
            if "boolean" in schema["type"]:
                return BooleanField(label, description=description)
            if schema.get("format") == "password":
                # Airflow masks it in Extra. Hidden values would be lost when the form is saved.
                widget = BS3PasswordFieldWidget(hide_value=False)
                return PasswordField(label, [Optional()], description=description, widget=widget)
            text: dict[str, Any] = {"description": description, "widget": BS3TextFieldWidget()}
            if "integer" in schema["type"]:
                # Airflow saves an empty number as null, and doesn't save empty text.
                text["filters"] = [lambda value: "" if value is None else value]
                return IntegerField(label, [Optional(), NumberRange(min=1)], **text)
            return StringField(label, [Optional()], **text)

        return {
            name: field(about["label"], about["description"], about["schema"])
            for name, about in _connection_type()["conn-fields"].items()
        }

    @classmethod
    def get_ui_field_behaviour(cls) -> dict[str, Any]:
        """Return what the connection form shows of the usual fields, for Airflow before 3.2."""
        behaviour = _connection_type()["ui-field-behaviour"]
        if not TEST_NEEDS_PORT:
            shown = {
                key: {field: text for field, text in behaviour[key].items() if field != "port"}
                for key in ("relabeling", "placeholders")
            }
            behaviour = shown | {"hidden-fields": [*behaviour["hidden-fields"], "port"]}
        return {key.replace("-", "_"): value for key, value in behaviour.items()}


def _with_port(host: str, port: int) -> str:
    """An address with a port, unless it already names that port."""
    host = host.rstrip("/")
    return host if re.search(rf":{port}(/v1)?$", host) else f"{host}:{port}"


def _plain(extra: Mapping[str, Any]) -> dict[str, Any]:
    """An extra with plain names. What the form holds wins over what was saved."""
    of_form, masked = "extra__whautomate__", "RATHER_LONG_SENSITIVE_FIELD_PLACEHOLDER"
    fields = {name.removeprefix(of_form): value for name, value in extra.items() if name.startswith(of_form)}
    saved = {name: value for name, value in extra.items() if not name.startswith(of_form)}
    # Airflow 2.11 passes its own mask to Test for a field that was emptied.
    return {name: value for name, value in (saved | fields).items() if value != masked}


def _state_connection(extra: Mapping[str, Any]) -> str | None:
    """The id of the connection to the state database; None if `state` is a URL or empty."""
    state = str(extra.get("state") or "").strip()
    return state if state and "://" not in state else None


_OF_LIBPQ = re.compile(
    r"ssl\w+|gss\w+|krbsrvname|keepalives\w*|tcp_user_timeout|channel_binding|require_auth|requirepeer|options|hostaddr"
    r"|application_name|fallback_application_name|client_encoding|target_session_attrs|load_balance_hosts|passfile"
    r"|service"
)
"""What the driver takes of a connection's extra. The rest, such as `cursor`, is for Airflow's own hook."""


def _state_url(connection: Connection, extra: Mapping[str, Any]) -> str:
    """The address of the database that a connection is for, made of its parts: Airflow's own address escapes hosts, and
    puts an extra that isn't all text where the driver doesn't expect it."""
    if connection.conn_type not in ("postgres", "postgresql"):
        raise ConfigurationError(
            f"state names the connection {connection.conn_id!r}, which is not a PostgreSQL connection"
        )
    host, port = (connection.host or "").strip().removeprefix("[").removesuffix("]"), connection.port
    options = {
        name: str(int(value) if isinstance(value, bool) else value)
        for name, value in extra.items()
        if _OF_LIBPQ.fullmatch(name) and isinstance(value, (str, int, float)) and value != ""
    }
    if host.startswith("/"):  # the folder of a socket can't stand where a host stands
        options |= {"host": host, **({"port": str(port)} if port else {})}
        host, port = "", None
    login = quote(connection.login or "", safe="")
    login += f":{quote(connection.password, safe='')}" if connection.password else ""
    where = (f"[{host}]" if ":" in host else host) + (f":{port}" if port else "")
    query = f"?{urlencode(options)}" if options else ""
    return f"postgresql://{f'{login}@' if login else ''}{where}/{connection.schema or ''}{query}"


def _mask_passwords(extra: Mapping[str, Any]) -> None:
    """Have Airflow mask the passwords in addresses. By itself it masks only fields with certain names, not `state`.

    This applies to logs. Airflow's API and `airflow connections get` show `state` as it is.
    """
    from whautomate_core.values.redaction import database_url, proxy_password, secrets_of

    state, proxy = (str(extra.get(name) or "").strip() for name in ("state", "proxy"))
    secrets: list[str] = []
    with suppress(ConfigurationError):  # not an address; using it will say so
        if "://" in state:
            secrets += secrets_of(database_url(state, "state"))
    if password := proxy_password(proxy):
        secrets.append(password)
    for secret in secrets:
        for spelling in {secret, unquote(secret), quote(secret, safe="")}:
            mask_secret(spelling)


def _connection_type() -> dict[str, Any]:
    info: Any = get_provider_info()
    connection_type: dict[str, Any] = info["connection-types"][0]
    return connection_type
