"""One database, two engines: SQLite by default, PostgreSQL by `DATABASE_URL`, one session per request."""

import enum
import sqlite3
from datetime import UTC, datetime
from typing import Annotated

import sqlalchemy as sa
from flask import Flask, current_app, g, has_request_context, request
from sqlalchemy import event
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column
from sqlalchemy.types import TypeDecorator
from werkzeug.local import LocalProxy

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

PATIENCE = 10_000  # milliseconds that a writer waits for another one, on SQLite
AT_ONCE = 0


class Base(DeclarativeBase):
    """Every table of every room; by the naming convention migrations find constraints on both engines."""

    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, stored in UTC; SQLite, which knows no zones, keeps it as naive text.

    Raises:
        ValueError: a moment without a zone is to be stored.
    """

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a zone cannot be stored")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


def one_of(choices: type[enum.StrEnum], name: str | None = None) -> sa.Enum:
    """The type of a column that holds one value of a `StrEnum`: text under a CHECK constraint."""
    return sa.Enum(
        choices,
        name=name or choices.__name__.lower(),
        native_enum=False,
        create_constraint=True,
        length=20,
        values_callable=lambda members: [member.value for member in members],
    )


PrimaryKey = Annotated[int, mapped_column(primary_key=True)]
Moment = Annotated[datetime, mapped_column(UtcDateTime)]


class Database:
    """The engine, made at first use: commands such as `flask anonymise` never touch a database."""

    def __init__(self, url: str) -> None:
        self.url = sa.make_url(url)
        self._engine: sa.Engine | None = None

    @property
    def engine(self) -> sa.Engine:
        if self._engine is None:
            self._engine = make_engine(self.url)
        return self._engine

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self.url.get_backend_name()

    def session(self, *, writes: bool, patience: int = PATIENCE) -> Session:
        """A new session; on SQLite a writing one holds the write lock from its first statement on."""
        return Session(self.engine.execution_options(portal_writes=writes, portal_patience=patience))


def make_engine(url: sa.URL) -> sa.Engine:
    """An engine whose SQLite connections are durable and take the write lock at once (SECURITY, B1)."""
    if url.get_backend_name() != "sqlite":
        # Statements are planned anew with what they ask for: a plan for any question reads whole tables for some.
        always_planned = {"prepare_threshold": None}
        return sa.create_engine(url, pool_pre_ping=True, hide_parameters=True, connect_args=always_planned)
    engine = sa.create_engine(url, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None
        for pragma in (f"busy_timeout={PATIENCE}", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        # A deferred one that reads first and writes later fails at once when another wrote in between.
        options = connection.get_execution_options()
        connection.exec_driver_sql(f"PRAGMA busy_timeout={options.get('portal_patience', PATIENCE)}")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("portal_writes", True) else "BEGIN")

    return engine


def init_app(app: Flask, url: str) -> None:
    """Give the application its database and close the session of each request or command."""
    app.extensions["portal_database"] = Database(url)

    @app.teardown_appcontext
    def close(_error: BaseException | None) -> None:
        opened = g.pop("session", None)
        if opened is not None:
            opened.close()


def database() -> Database:
    """The database of the current application."""
    found: Database = current_app.extensions["portal_database"]
    return found


def _current_session() -> Session:
    if "session" not in g:
        g.session = database().session(writes=not (has_request_context() and request.method in SAFE_METHODS))
    opened: Session = g.session
    return opened


def only_read() -> None:
    """Let the present command see one state of the database from its first statement on, and hold up no writer."""
    opened = g.pop("session", None)
    if opened is not None:
        opened.close()
    engine = database().engine.execution_options(portal_writes=False)
    if database().dialect == "postgresql":
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    g.session = Session(engine)


session: Session = LocalProxy(_current_session)  # type: ignore[assignment]
"""The session of the current request or command."""


def serialise(name: str) -> None:
    """Let one transaction at a time pass from here to its commit, for gapless numbers and the digest chain.

    On SQLite a writing transaction is alone anyway.
    """
    if database().dialect == "postgresql":
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(name))))
