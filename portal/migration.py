"""Alembic on the portal's own connection, without a configuration file."""

from typing import TYPE_CHECKING

import sqlalchemy as sa

from portal.database import database
from portal.settings import ROOT

if TYPE_CHECKING:
    from alembic.config import Config


def migrate(revision: str = "head") -> None:
    """Bring the database to a revision, upwards or, for `base` and older ones, downwards."""
    from alembic import command

    with database().engine.begin() as connection:
        config = configuration(connection)
        if revision == "head":
            command.upgrade(config, revision)
        else:
            command.downgrade(config, revision)


def configuration(connection: sa.Connection) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(ROOT / "portal" / "migrations"))
    config.attributes["connection"] = connection
    return config
