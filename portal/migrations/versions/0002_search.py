"""the archive's full-text index, made for each engine

Revision ID: 0002
Revises: 0001
"""
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        # Stems and scope come from our own analyser; the tokenizer only splits them at blanks, and words stand alone.
        op.execute(
            "CREATE VIRTUAL TABLE decision_search USING fts5(stems, scope, detail = column, tokenize = 'ascii')"
        )
    else:
        op.execute("CREATE TABLE decision_search (key BIGINT PRIMARY KEY, words TSVECTOR NOT NULL)")
        op.execute("CREATE INDEX ix_decision_search_words ON decision_search USING gin (words)")


def downgrade() -> None:
    op.execute("DROP TABLE decision_search")
