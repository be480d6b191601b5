"""the archive's index holds words of any kind, with cards to count by and words to suggest; it is filled afterwards

Revision ID: 0006
Revises: 0005
"""
import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("DROP TABLE decision_search")
    if op.get_bind().dialect.name == "sqlite":
        # The words come whole from our own analyser; the tokenizer only splits them at blanks, and positions are not needed.
        op.execute(
            "CREATE VIRTUAL TABLE decision_search USING"
            " fts5(tokens, detail = none, columnsize = 0, tokenize = \"ascii tokenchars ':+_/.'\")"
        )
    else:
        op.execute("CREATE TABLE decision_search (key BIGINT PRIMARY KEY, tokens TSVECTOR NOT NULL)")
        # New rows wait in the index's own list, so that no release waits for hundreds of its pages; the worker empties it.
        op.execute("CREATE INDEX ix_decision_search_tokens ON decision_search USING gin (tokens)")
    for table, column in (("archive_card", "scope"), ("archive_weight", "words")):
        op.create_table(
            table,
            sa.Column("key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
            sa.Column(column, sa.Text(), nullable=False),
            sa.PrimaryKeyConstraint("key", name=op.f(f"pk_{table}")),
        )
    op.create_table(
        "archive_word",
        sa.Column("word", sa.String(length=40), nullable=False),
        sa.Column("stem", sa.String(length=40), nullable=False),
        sa.Column("head", sa.String(length=3), nullable=False),
        sa.Column("tail", sa.String(length=3), nullable=False),
        sa.PrimaryKeyConstraint("word", name=op.f("pk_archive_word")),
    )
    for column in ("stem", "head", "tail"):
        op.create_index(op.f(f"ix_archive_word_{column}"), "archive_word", [column])
    op.execute("DELETE FROM archive_filter")


def downgrade() -> None:
    for table in ("archive_word", "archive_weight", "archive_card"):
        op.drop_table(table)
    op.execute("DROP TABLE decision_search")
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE decision_search USING fts5(stems, scope, detail = column, tokenize = 'ascii')"
        )
    else:
        op.execute("CREATE TABLE decision_search (key BIGINT PRIMARY KEY, words TSVECTOR NOT NULL)")
        op.execute("CREATE INDEX ix_decision_search_words ON decision_search USING gin (words)")
