"""The block that holds a Whautomate account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prefect.blocks.abstract import CredentialsBlock
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from prefect_whautomate._block import WhautomateBlock, strict_schema
from prefect_whautomate._flow_runs import deployed_run, require_one_state
from prefect_whautomate._telemetry import plug_in
from whautomate_core.account import HOST, NO_PLAIN_HTTP, Account, account_from_settings
from whautomate_core.errors import ConfigurationError
from whautomate_core.settings import NAMES, Settings

if TYPE_CHECKING:  # Prefect imports every block when it starts, and must not load the database for that
    from whautomate_core.client.client import AsyncClient, Client
    from whautomate_core.state.pool import Lane


class Login(BaseModel):
    """Where an account is, and its key. A class of its own, so that a form shows these fields first."""

    host: str = Field(
        title="API host",
        description="Address of the API, such as https://api.whautomate.com.",
        json_schema_extra={"pattern": HOST},
    )
    key: SecretStr = Field(
        title="API key",
        description="API key of the account, from Integrations > REST API.",
        json_schema_extra={"pattern": r"^\s*\S+\s*$"},
    )


def _form(schema: dict[str, Any], model: Any) -> None:
    """What Prefect can check of a block without our code, in forms and parameters; `get_account` says it in words."""
    strict_schema(schema, model)
    limits = ("requests_per_minute", "requests_per_day")
    schema["dependentSchemas"] = {
        one: {"if": _has(one, {"type": "integer"}), "then": _has(other, {"type": "integer"})}
        for one, other in (limits, limits[::-1])
    }
    schema |= {
        "if": _has("allow_http", {"const": True}),
        "else": {"properties": {"host": {"pattern": NO_PLAIN_HTTP}}},
    }


def _has(name: str, what: dict[str, Any]) -> dict[str, Any]:
    return {"required": [name], "properties": {name: what}}


class WhautomateCredentials(Settings, Login, CredentialsBlock, WhautomateBlock):
    """Holds the host and key of a Whautomate account, its limits, who may be messaged, and where its state is kept.

    Attributes:
        host: Address of the API, as Integrations > REST API shows it.
        key: API key, as Integrations > REST API shows it.
        max_wait: Seconds that a task of a deployed flow waits in place before its flow run is rescheduled; at least
            about 40, because a worker might else be given the run while its old process still ends.

    Example:
        Load stored credentials and use them:
        ```python
        from prefect_whautomate import WhautomateCredentials

        credentials = WhautomateCredentials.load("BLOCK_NAME")
        with credentials.get_client() as client:
            ...
        ```
    """

    _block_type_name = "Whautomate Credentials"
    _block_type_slug = "whautomate-credentials"
    model_config = ConfigDict(json_schema_extra=_form)

    max_wait: float = Field(
        default=120.0,
        ge=0.0,
        title="Longest wait",
        description="Seconds that a task of a deployed flow waits in place before the flow run gives its process "
        "back and is rescheduled, for a permit or whatever it waits for; about 40 s in any case. Other runs wait as "
        "long as it takes.",
    )

    def block_initialization(self) -> None:
        """Refuse settings that can't work, before they are saved or used."""
        if set(self.key.get_secret_value()) == {"*"}:
            raise ConfigurationError(
                "the key of the credentials block is a mask, because Prefect hides secrets where it stores parameters: "
                "save the block and pass the saved one, or pass its name and load it in the flow "
                "(WhautomateCredentials.load(name)), or pass {'$ref': {'block_document_id': ...}}"
            )
        self.get_account()

    def get_account(self) -> Account:
        """The account these credentials describe.

        Raises:
            ConfigurationError: Naming the field and what to do; never with the key.
        """
        plug_in()
        settings = {name: getattr(self, name) for name in NAMES}
        block = f"block {name!r}" if (name := self._block_document_name) else "the credentials block"
        return account_from_settings(self.host, self.key, settings, key_field=f"the key of {block}")

    def get_client(
        self, *, lane: Lane = "interactive", max_wait: float | None = None, max_requests: int | None = None
    ) -> Client:
        """A client that draws from the account's requests. Use it as a context manager.

        Args:
            lane: `bulk` leaves some requests to others.
            max_wait: Seconds to wait for a permit before `QuotaExhausted` is raised; None waits as long as it takes.
                The field `max_wait` is for the tasks of this package, which know how to reschedule a flow run.
            max_requests: How many requests it may make before `BudgetExceeded` is raised.

        Raises:
            ConfigurationError: In a flow run of a work pool whose workers may each have a state of its own.
        """
        from whautomate_core.client.client import Client

        self._require_one_state()
        return Client(self.get_account(), lane=lane, max_wait=max_wait, max_requests=max_requests)

    def get_async_client(
        self, *, lane: Lane = "interactive", max_wait: float | None = None, max_requests: int | None = None
    ) -> AsyncClient:
        """`get_client` for coroutines."""
        from whautomate_core.client.client import AsyncClient

        self._require_one_state()
        return AsyncClient(self.get_account(), lane=lane, max_wait=max_wait, max_requests=max_requests)

    def _require_one_state(self) -> None:
        require_one_state(self.get_account(), self._block_document_name, deployed_run())
