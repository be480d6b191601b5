"""Alembic on the portal's own connection, without a configuration file."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click
import sqlalchemy as sa

from portal.database import database
from portal.settings import ROOT

if TYPE_CHECKING:
    from alembic.config import Config

afterwards: dict[str, Callable[[], object]] = {}
"""What must be filled once the database stands at its newest revision, by name; quick when there is nothing to do."""


def migrate(revision: str = "head") -> None:
    """Bring the database to a revision, upwards or, for `base` and older ones, downwards.

    Raises:
        click.ClickException: the database does not answer.
    """
    from alembic import command

    step = command.upgrade if revision == "head" else command.downgrade
    try:
        with database().engine.connect() as connection, _foreign_keys_at_the_end(connection):
            step(configuration(connection), revision)
        if revision == "head":
            for fill in afterwards.values():
                fill()
    except sa.exc.OperationalError as error:
        raise click.ClickException(f"The database cannot be used: {error.orig}".strip()) from error


@contextmanager
def _foreign_keys_at_the_end(connection: sa.Connection) -> Iterator[None]:
    """A transaction in which SQLite lets tables be made anew; what they refer to is checked before the commit."""
    if connection.dialect.name != "sqlite":
        with connection.begin():
            yield
        return
    plain = connection.connection.dbapi_connection
    assert plain is not None  # noqa: S101 - for the type checker: a connection was just opened
    plain.execute("PRAGMA foreign_keys=OFF")
    try:
        with connection.begin():
            yield
            if loose := connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                raise click.ClickException(f"The migration would leave a row without its partner: {loose}")
    finally:
        plain.execute("PRAGMA foreign_keys=ON")


def configuration(connection: sa.Connection) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(ROOT / "portal" / "migrations"))
    config.attributes["connection"] = connection
    return config
