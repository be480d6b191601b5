"""Alembic on the portal's own connection, without a configuration file."""

from typing import TYPE_CHECKING

import click
import sqlalchemy as sa

from portal.database import database
from portal.settings import ROOT

if TYPE_CHECKING:
    from alembic.config import Config


def migrate(revision: str = "head") -> None:
    """Bring the database to a revision, upwards or, for `base` and older ones, downwards.

    Raises:
        click.ClickException: the database does not answer.
    """
    from alembic import command

    step = command.upgrade if revision == "head" else command.downgrade
    try:
        with database().engine.begin() as connection:
            step(configuration(connection), revision)
    except sa.exc.OperationalError as error:
        raise click.ClickException(f"The database cannot be used: {error.orig}".strip()) from error


def configuration(connection: sa.Connection) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(ROOT / "portal" / "migrations"))
    config.attributes["connection"] = connection
    return config
