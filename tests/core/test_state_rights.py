"""A role of PostgreSQL that lacks a right: the error says which, where, and how to grant it."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator

import pytest
from documents import ROOT, blocks_of
from sqlalchemy import create_engine, text
from sqlalchemy.engine import Engine, make_url

from whautomate_core.errors import ConfigurationError
from whautomate_core.state import open_state
from whautomate_core.values.limits import Limits


@pytest.fixture
def schema(postgres: str) -> Iterator[tuple[Engine, str, str]]:
    """The owner's connection, a schema of its own, and the URL of a role that may only connect."""
    name = f"rights_{secrets.token_hex(4)}"
    owner = create_engine(make_url(postgres).set(drivername="postgresql+psycopg2"), isolation_level="AUTOCOMMIT")
    with owner.connect() as connection:
        connection.execute(text(f"CREATE SCHEMA {name}"))
        connection.execute(text(f"CREATE ROLE {name} LOGIN PASSWORD 'wa-secret'"))
    url = make_url(postgres).set(username=name, password="wa-secret")
    url = url.update_query_dict({"options": f"-csearch_path={name}"})
    yield owner, name, url.render_as_string(hide_password=False)
    with owner.connect() as connection:
        connection.execute(text(f"DROP SCHEMA {name} CASCADE"))
        connection.execute(text(f"DROP OWNED BY {name}"))
        connection.execute(text(f"DROP ROLE {name}"))
    owner.dispose()


def run(owner: Engine, *statements: str) -> None:
    with owner.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))


def test_a_role_that_may_not_create_is_told_what_to_grant(schema: tuple[Engine, str, str]) -> None:
    owner, name, url = schema
    for granted in ([], [f"GRANT USAGE ON SCHEMA {name} TO {name}"]):
        run(owner, *granted)
        with pytest.raises(ConfigurationError, match="its user lacks a right") as error:
            open_state(url).claims.get("a", "k")
        assert f'TO "{name}"' in str(error.value)
        assert "GRANT USAGE, CREATE ON SCHEMA" in str(error.value)
        assert "wa-secret" not in str(error.value)
    assert f"GRANT USAGE, CREATE ON SCHEMA {name} TO" in str(error.value)
    (remedy,) = re.findall(r"run: (GRANT USAGE[^.]*)\.", str(error.value))
    run(owner, remedy)
    open_state(url).claims.get("a", "k")


def test_a_role_for_whom_the_owner_made_the_tables_needs_no_right_to_create(schema: tuple[Engine, str, str]) -> None:
    owner, name, url = schema
    made = make_url(url).set(username=owner.url.username, password=owner.url.password)
    open_state(made.render_as_string(hide_password=False)).claims.get("a", "k")
    run(owner, f"GRANT USAGE ON SCHEMA {name} TO {name}")
    with pytest.raises(ConfigurationError, match="permission denied for table") as error:
        open_state(url).claims.get("a", "k")
    advised = str(error.value).partition("as that role run: ")[2].partition(". If")[0]
    asked = [one.removesuffix(";") for one in documented(1, name)]
    assert advised.replace("SCHEMA public", f"SCHEMA {name}").replace('"', "").split("; ") == asked[1:]


@pytest.mark.parametrize("made_by_owner", [False, True])
def test_the_documented_rights_are_enough_for_all_that_the_package_does(
    schema: tuple[Engine, str, str], made_by_owner: bool, whautomate_home: object
) -> None:
    owner, name, url = schema
    if made_by_owner:
        made = make_url(url).set(username=owner.url.username, password=owner.url.password)
        open_state(made.render_as_string(hide_password=False)).claims.get("a", "k")
    run(owner, *documented(int(made_by_owner), name))

    old = open_state()
    old.leases.end(old.leases.take("shop", "nightly", "run"))  # type: ignore[arg-type]
    old.claims.claim("shop", "k", {}, "POST /x")
    old.claims.settle("shop", "k", {})
    new = open_state(url)
    assert old.copy_to(new)["whautomate_sync"] == 1
    assert new.leases.take("shop", "weekly", "run"), "a new sync takes the number after those that were copied"
    assert new.claims.claim("shop", "other", {}, "POST /x").mine
    new.pool("shop", Limits.subscribed()).acquire(2)
    assert new.claims.get("shop", "k")


def documented(which: int, name: str) -> list[str]:
    """The grants of docs/operations/state.md: for a role that makes the tables (0), or for whom they were made (1)."""
    blocks = [one.text for one in blocks_of(ROOT / "docs" / "operations" / "state.md") if one.text.startswith("GRANT")]
    return [
        line.replace("SCHEMA public TO whautomate", f"SCHEMA {name} TO {name}") for line in blocks[which].splitlines()
    ]
