"""What parameters of the flows have in common. Prefect makes their forms of these types, and checks what is given."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Any

from prefect.blocks.system import Secret
from prefect.runtime import flow_run
from pydantic import BaseModel, Field, SecretStr

from whautomate_core.rows.sources import Sql

Text = Annotated[str, Field(pattern=r"\S")]
Region = Annotated[str, Field(pattern=r"^[A-Za-z]{2}$", examples=["DE"])]
Columns = dict[str, Text | dict[str, Any]]
Count = Annotated[int, Field(ge=0)]
Threshold = Count | Annotated[str, Field(pattern=r"^\d{1,3}(\.\d+)?%$", examples=["5%"])]
Minutes = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Query(BaseModel):
    """The rows of a query."""

    sql: Text = Field(title="SQL", description="A SELECT.")
    database: Secret = Field(  # type: ignore[type-arg]  # Secret[str] would be another type of block
        title="Database",
        description="Block Secret with the database as a SQLAlchemy URL, such as postgresql://user:password@host/name.",
    )


Source = Text | Query


def rows_of(source: Source | None, day: date) -> Any:
    """A source as tasks take it, if there is one."""
    if isinstance(source, Query):
        return Sql(source.sql, SecretStr(source.database.get()))
    return source and path_of(source, day)


def path_of(path: str, day: date) -> str:
    """A path of a day: `{day}` in it becomes the day, as in `2026-06-01`."""
    return path.replace("{day}", day.isoformat())


def day_of_run() -> date:
    """The day (UTC) for which the current flow run was planned, however late or often it runs.

    It is that of its schedule; of a run that a person or an automation started, the day it was started.
    """
    planned: datetime = flow_run.scheduled_start_time
    return planned.astimezone(UTC).date()
