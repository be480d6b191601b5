"""Runs migrations on the connection that `portal/migration.py` hands over."""  # noqa: INP001 - Alembic loads it by its path

from alembic import context

from portal.database import Base

FOREIGN = ("decision_search",)


def is_ours(name: str | None, kind: str, _parents: object) -> bool:
    """The search index is made of SQL of its own for each engine; Alembic must not touch its tables."""
    return not (kind == "table" and (name or "").startswith(FOREIGN))


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=True,
    include_name=is_ours,
    compare_type=True,
    user_module_prefix="portal.database.",
)
with context.begin_transaction():
    context.run_migrations()
