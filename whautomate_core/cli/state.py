"""`whautomate state`: removes what the state database no longer needs, and moves it to PostgreSQL."""

from __future__ import annotations

import re
from typing import Annotated

import typer

from whautomate_core.cli import terminal
from whautomate_core.errors import ConfigurationError
from whautomate_core.state import open_existing, open_state
from whautomate_core.values.words import counted

app = typer.Typer(no_args_is_help=True, help="The state database: pool, claims and ledger.")


@app.callback()
def state() -> None:
    """The state database: pool, claims and ledger."""


@app.command()
def prune(
    older_than: Annotated[
        str, typer.Option(help="Remove what is older than so many days, such as 180d; at least 30d.")
    ],
    database: terminal.State = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print what would be removed, and remove nothing.")
    ] = False,
) -> None:
    """Remove old claims, and the ledger of syncs that no longer run.

    Nobody is messaged twice because of it: if a run is cleared whose claims are gone, it sends nothing and says so.
    Open claims are kept, and so is everything about people who opted out or were forgotten.
    """
    with terminal.said():
        found = re.fullmatch(r"([1-9]\d{0,4})d", older_than.strip())
        if found is None:
            raise ConfigurationError(f"--older-than takes a number of days such as 180d, not {older_than!r}")
        removed = open_existing(database).prune(int(found[1]) * 86_400.0, dry_run=dry_run)
    typer.echo("would be removed (--dry-run):" if dry_run else "removed:")
    typer.echo(f"  claims: {removed.claims} (one mark is kept for each step of a run and each key: {removed.marks})")
    typer.echo(f"  syncs that did not run since: {removed.syncs}, with {removed.rows} rows")
    typer.echo(f"  people that a sync searched for and did not find: {removed.identities}")
    typer.echo(f"  hashed numbers and addresses of people that a sync wrote: {removed.details}")
    typer.echo(f"  watches that no watcher has made since: {removed.watches}")


@app.command()
def copy(
    to: Annotated[
        str,
        typer.Option(
            help="The new database: postgresql://... that nothing has used. Leave the password to PGPASSWORD or "
            "~/.pgpass, because other users see arguments."
        ),
    ],
    database: terminal.State = None,
) -> None:
    """Copy the state from a SQLite file to a PostgreSQL database that nothing has used.

    Stop everything that uses the file first, and set `state` to the new database everywhere before you start again:
    what still uses the file sends what the other sends as well.
    """
    with terminal.said():
        source, target = open_existing(database), open_state(to)
        copied = source.copy_to(target)
        still_open = len(target.claims.open())
    for table, count in copied.items():
        typer.echo(f"  {table}: {count}")
    typer.echo(
        f"copied, with {counted(still_open, 'open claim')}. The file is as it was: keep it as a backup, and let "
        "nothing use it any more"
    )
