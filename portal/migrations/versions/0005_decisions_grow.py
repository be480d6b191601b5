"""decisions with a rationale in three fields, steps after release, templates; problem groups, allowed terms

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

import portal.database

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

RESULTS = ("granted", "conditional", "refused", "deferred", "noted")
TEXTS = ("outline", "conclusion", "conditions")
VOTES = ("votes_yes", "votes_no", "votes_abstain")
PARTNERS = {
    "agenda_item_id": "agenda_item",
    "problem_group_id": "problem_group",
    "proposal_id": "minutes_decision",
    "minutes_item_id": "minutes_item",
}
LIKE_PROPOSALS = ("proposal_id", "minutes_item_id")
CHOICES = {
    "ck_decision_decisionstate": ("state", ("draft", "released", "superseded"), ("withdrawn", "erased")),
    "ck_decision_audience": ("audience", ("committee", "programme"), ("public",)),
}
MINUTES_STATES = {"ck_minutes_minutesstate": ("state", ("draft", "in_review", "approved"), ("erased",))}
LINKS = ("released", "superseded", "withdrawn", "minutes_approved", "erased")


def upgrade() -> None:
    op.create_table(
        "provision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("law", sa.String(length=30), nullable=False),
        sa.Column("section", sa.String(length=12), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provision")),
        sa.UniqueConstraint("law", "section", name=op.f("uq_provision_law_section")),
    )
    create_problem_groups()
    create_tables_of_decisions()
    create_tables_of_readers()
    for column in TEXTS:
        op.execute(f"ALTER TABLE decision ADD COLUMN {column} TEXT DEFAULT '' NOT NULL")
    with op.batch_alter_table("decision", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.alter_column("rationale", new_column_name="arguments")
        batch_op.add_column(sa.Column("result", sa.String(length=20), nullable=True))
        listed = ", ".join(f"'{value}'" for value in RESULTS)
        batch_op.create_check_constraint(op.f("ck_decision_decisionresult"), f"result IN ({listed})")
        for column in (*VOTES, *PARTNERS):
            batch_op.add_column(sa.Column(column, sa.Integer(), nullable=True))
        for column, table in PARTNERS.items():
            batch_op.create_foreign_key(
                op.f(f"fk_decision_{column}"),
                table,
                [column],
                ["id"],
                ondelete="SET NULL" if column in LIKE_PROPOSALS else None,
            )
        allow(batch_op, CHOICES, widened=True)
    for column in ("problem_group_id", *LIKE_PROPOSALS):
        where = sa.text(f"{column} IS NOT NULL")
        op.create_index(
            f"ix_decision_{column}",
            "decision",
            [column],
            unique=column == "proposal_id",
            sqlite_where=where,
            postgresql_where=where,
        )
    with op.batch_alter_table("decision_legal_basis") as batch_op:
        batch_op.add_column(sa.Column("provision_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            op.f("fk_decision_legal_basis_provision_id"), "provision", ["provision_id"], ["id"]
        )
        batch_op.create_index(op.f("ix_decision_legal_basis_provision_id"), ["provision_id"])
    with op.batch_alter_table("chain_link") as batch_op:
        allow(batch_op, {"ck_chain_link_linkkind": ("kind", LINKS, ("shared", "published"))}, widened=True)
        batch_op.add_column(sa.Column("parts", sa.Text(), nullable=True))
    with op.batch_alter_table("minutes", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        allow(batch_op, MINUTES_STATES, widened=True)
    create_erasures()
    read_references()
    note_citations()
    demand_second_person()


def create_problem_groups() -> None:
    op.create_table(
        "problem_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("committee_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", choice("groupstate", "open", "answered", "closed"), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_at", moment(), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("described_by_id", sa.Integer(), nullable=False),
        sa.Column("described_at", moment(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state <> 'answered' OR answered_at IS NOT NULL", name=op.f("ck_problem_group_answered")
        ),
        *partners(
            "problem_group", committee_id="committee", answered_by_id="person", described_by_id="person"
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["agenda_item.id"], name=op.f("fk_problem_group_item_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_problem_group")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_problem_group_committee_id"), "problem_group", ["committee_id"])
    op.create_table(
        "problem_group_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("at", moment(), nullable=False),
        sa.Column(
            "what",
            choice("groupevent", "described", "changed", "placed", "answered", "reopened", "closed"),
            nullable=False,
        ),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("meeting_id", sa.Integer(), nullable=True),
        *partners("problem_group_change", group_id="problem_group", person_id="person", meeting_id="meeting"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_problem_group_change")),
    )
    op.create_index(op.f("ix_problem_group_change_group_id"), "problem_group_change", ["group_id"])


def create_tables_of_decisions() -> None:
    op.create_table(
        "decision_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("kind", choice("stepkind", "withdrawn", "shared", "published"), nullable=False),
        sa.Column("at", moment(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.CheckConstraint("asked_by_id <> person_id", name=op.f("ck_decision_step_second_person")),
        sa.CheckConstraint(
            "kind <> 'withdrawn' OR asked_by_id IS NOT NULL", name=op.f("ck_decision_step_withdrawn_by_two")
        ),
        *partners("decision_step", decision_id="decision", person_id="person", asked_by_id="person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision_step")),
        sa.UniqueConstraint("decision_id", "kind", name=op.f("uq_decision_step_decision_id_kind")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "withdrawal_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", moment(), nullable=False),
        *partners("withdrawal_request", decision_id="decision", asked_by_id="person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_withdrawal_request")),
        sa.UniqueConstraint("decision_id", name=op.f("uq_withdrawal_request_decision_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "decision_comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("written_at", moment(), nullable=False),
        sa.Column("text", sa.String(length=2000), nullable=False),
        *partners("decision_comment", decision_id="decision", person_id="person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision_comment")),
    )
    op.create_index(op.f("ix_decision_comment_decision_id"), "decision_comment", ["decision_id"])
    op.create_table(
        "decision_template",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("committee_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("kind", choice("decisiontemplatekind", "office_decision", "resolution"), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("outcome", sa.String(length=1000), nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("outline", "arguments", "conclusion", "conditions", "legal_bases", "topics")
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        *partners("decision_template", committee_id="committee"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision_template")),
        sa.UniqueConstraint("committee_id", "name", name=op.f("uq_decision_template_committee_id_name")),
    )


def create_tables_of_readers() -> None:
    op.create_table(
        "saved_search",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("query", sa.String(length=3000), nullable=False),
        sa.Column("alerts", sa.Boolean(), nullable=False),
        sa.Column("seen_sequence", sa.Integer(), nullable=False),
        sa.Column("told_sequence", sa.Integer(), nullable=False),
        sa.Column("saved_at", moment(), nullable=False),
        *partners("saved_search", person_id="person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_search")),
        sa.UniqueConstraint("person_id", "name", name=op.f("uq_saved_search_person_id_name")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "reading_list_entry",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("added_at", moment(), nullable=False),
        *partners("reading_list_entry", person_id="person", decision_id="decision"),
        sa.PrimaryKeyConstraint("person_id", "decision_id", name=op.f("pk_reading_list_entry")),
    )
    op.create_index(op.f("ix_reading_list_entry_decision_id"), "reading_list_entry", ["decision_id"])
    op.create_table(
        "archive_feed",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("written_on", sa.Date(), nullable=True),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("modified_at", moment(), nullable=True),
        sa.Column("is_revoked", sa.Boolean(), nullable=False),
        *partners("archive_feed", person_id="person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_archive_feed")),
        sa.UniqueConstraint("person_id", name=op.f("uq_archive_feed_person_id")),
    )
    op.create_table(
        "citation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cited_id", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=True),
        sa.Column("minutes_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(decision_id IS NULL) <> (minutes_id IS NULL)", name=op.f("ck_citation_one_text")
        ),
        *partners("citation", cited_id="decision", decision_id="decision", minutes_id="minutes"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_citation")),
    )
    op.create_index(op.f("ix_citation_cited_id"), "citation", ["cited_id"])
    op.create_table(
        "allowed_term",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("term", sa.String(length=100), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("committee_id", sa.Integer(), nullable=False),
        sa.Column("proposed_by_id", sa.Integer(), nullable=False),
        sa.Column("proposed_at", moment(), nullable=False),
        sa.Column("confirmed_by_id", sa.Integer(), nullable=True),
        sa.Column("confirmed_at", moment(), nullable=True),
        sa.CheckConstraint("confirmed_by_id <> proposed_by_id", name=op.f("ck_allowed_term_second_person")),
        sa.CheckConstraint(
            "(confirmed_by_id IS NULL) = (confirmed_at IS NULL)",
            name=op.f("ck_allowed_term_confirmation_is_whole"),
        ),
        *partners(
            "allowed_term", committee_id="committee", proposed_by_id="person", confirmed_by_id="person"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allowed_term")),
        sa.UniqueConstraint("term", name=op.f("uq_allowed_term_term")),
    )


def read_references() -> None:
    """Let the archive filter by the laws of decisions that were written before it could."""
    from minutes.legal_basis import read

    provision = sa.table("provision", *(sa.column(name) for name in ("id", "law", "section")))
    basis = sa.table("decision_legal_basis", *(sa.column(name) for name in ("reference", "provision_id")))
    connection = op.get_bind()
    for reference in connection.scalars(sa.select(basis.c.reference).distinct()).all():
        place = read(reference)
        if place is None:
            continue
        same = sa.select(provision.c.id).where(
            provision.c.law == place.law, provision.c.section == place.section
        )
        if connection.scalar(same) is None:
            connection.execute(sa.insert(provision).values(law=place.law, section=place.section))
        rows = sa.update(basis).where(basis.c.reference == reference)
        connection.execute(rows.values(provision_id=connection.scalar(same)))


def note_citations() -> None:
    """Remember which decisions are named in texts that were released and approved before anybody noted it."""
    from minutes.citations import numbers_in

    connection = op.get_bind()
    known = dict(
        connection.execute(sa.text("SELECT number, id FROM decision WHERE number IS NOT NULL")).all()
    )
    sources = {
        "decision_id": "SELECT id, title, outcome, arguments FROM decision WHERE number IS NOT NULL",
        "minutes_id": "SELECT id, text FROM minutes WHERE state = 'approved'",
    }
    for column, query in sources.items():
        for row_id, *texts in connection.execute(sa.text(query)) if known else ():
            cited = {known[number] for number in numbers_in(*texts) if number in known}
            for number in sorted(cited - ({row_id} if column == "decision_id" else set())):
                insert = sa.text(f"INSERT INTO citation (cited_id, {column}) VALUES (:cited, :citing)")
                connection.execute(insert, {"cited": number, "citing": row_id})


def create_erasures() -> None:
    op.create_table(
        "erasure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("committee_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("requested_by_id", sa.Integer(), nullable=True),
        sa.Column("requested_at", moment(), nullable=False),
        sa.Column("confirmed_by_id", sa.Integer(), nullable=True),
        sa.Column("erased_at", moment(), nullable=True),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.CheckConstraint("confirmed_by_id <> requested_by_id", name=op.f("ck_erasure_second_person")),
        *partners("erasure", committee_id="committee", requested_by_id="person", confirmed_by_id="person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure")),
        sa.UniqueConstraint("subject", name=op.f("uq_erasure_subject")),
        sqlite_autoincrement=True,
    )


def demand_second_person() -> None:
    """Let the database itself refuse a release by anybody who ever wrote, or by a second account of theirs."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    place = "instr" if is_sqlite else "strpos"
    mailbox = (
        "CASE WHEN {place}({row}.email, '+') > 1 AND {place}({row}.email, '+') < {place}({row}.email, '@')"
        " THEN lower(substr({row}.email, 1, {place}({row}.email, '+') - 1)"
        " || substr({row}.email, {place}({row}.email, '@')))"
        " ELSE lower({row}.email) END"
    )
    same = " = ".join(mailbox.format(place=place, row=row) for row in ("writer", "releaser"))
    of_release = (
        "NEW.released_by_id IS NOT NULL AND EXISTS (SELECT 1 FROM decision_writer"
        " JOIN person AS writer ON writer.id = decision_writer.person_id"
        " JOIN person AS releaser ON releaser.id = NEW.released_by_id"
        f" WHERE decision_writer.decision_id = NEW.id AND {same})"
    )
    of_writer = (
        "EXISTS (SELECT 1 FROM decision JOIN person AS writer ON writer.id = NEW.person_id"
        " JOIN person AS releaser ON releaser.id = decision.released_by_id"
        f" WHERE decision.id = NEW.decision_id AND {same})"
    )
    events = {
        "decision": ("UPDATE OF released_by_id", of_release),
        "decision_writer": ("INSERT OR UPDATE", of_writer),
    }
    for table, (change, condition) in events.items():
        if is_sqlite:
            for number, one in enumerate(change.split(" OR ")):
                op.execute(
                    f"CREATE TRIGGER second_person_{table}_{number} BEFORE {one} ON {table} WHEN {condition}"
                    " BEGIN SELECT RAISE(ABORT, 'a writer does not release'); END"
                )
            continue
        op.execute(
            f"CREATE FUNCTION second_person_{table}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" IF {condition} THEN RAISE EXCEPTION 'a writer does not release' USING ERRCODE = 'check_violation';"
            " END IF; RETURN NEW; END $$"
        )
        op.execute(
            f"CREATE TRIGGER second_person_{table} BEFORE {change} ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION second_person_{table}()"
        )


def allow_release_by_anybody() -> None:
    for table in ("decision", "decision_writer"):
        if op.get_bind().dialect.name == "postgresql":
            op.execute(f"DROP TRIGGER second_person_{table} ON {table}")
            op.execute(f"DROP FUNCTION second_person_{table}()")
    if op.get_bind().dialect.name == "sqlite":
        for name in ("decision_0", "decision_writer_0", "decision_writer_1"):
            op.execute(f"DROP TRIGGER second_person_{name}")


def partners(table: str, **columns: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))
        for column, other in columns.items()
    ]


def choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=20)


def moment() -> portal.database.UtcDateTime:
    return portal.database.UtcDateTime(timezone=True)


def allow(batch_op, constraints, *, widened: bool) -> None:  # noqa: ANN001 - Alembic's own type is private
    for name, (column, before, more) in constraints.items():
        listed = ", ".join(f"'{value}'" for value in (*before, *more[: len(more) if widened else 0]))
        batch_op.drop_constraint(op.f(name), type_="check")
        batch_op.create_check_constraint(op.f(name), f"{column} IN ({listed})")


def downgrade() -> None:
    allow_release_by_anybody()
    op.execute("DELETE FROM chain_link WHERE kind IN ('shared', 'published')")
    op.execute("UPDATE decision SET state = 'released' WHERE state IN ('withdrawn', 'erased')")
    op.execute("UPDATE minutes SET state = 'approved' WHERE state = 'erased'")
    op.drop_table("erasure")
    with op.batch_alter_table("minutes", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        allow(batch_op, MINUTES_STATES, widened=False)
    op.execute("UPDATE decision SET audience = 'programme' WHERE audience = 'public'")
    with op.batch_alter_table("chain_link") as batch_op:
        allow(batch_op, {"ck_chain_link_linkkind": ("kind", LINKS, ())}, widened=False)
        batch_op.drop_column("parts")
    with op.batch_alter_table("decision_legal_basis") as batch_op:
        batch_op.drop_index(op.f("ix_decision_legal_basis_provision_id"))
        batch_op.drop_constraint(op.f("fk_decision_legal_basis_provision_id"), type_="foreignkey")
        batch_op.drop_column("provision_id")
    for column in ("problem_group_id", *LIKE_PROPOSALS):
        op.drop_index(f"ix_decision_{column}", "decision")
    with op.batch_alter_table("decision", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        allow(batch_op, CHOICES, widened=False)
        batch_op.drop_constraint(op.f("ck_decision_decisionresult"), type_="check")
        for column in PARTNERS:
            batch_op.drop_constraint(op.f(f"fk_decision_{column}"), type_="foreignkey")
        for column in ("result", *TEXTS, *VOTES, *PARTNERS):
            batch_op.drop_column(column)
        batch_op.alter_column("arguments", new_column_name="rationale")
    for table in (
        "citation",
        "archive_feed",
        "allowed_term",
        "reading_list_entry",
        "saved_search",
        "decision_template",
        "decision_comment",
        "withdrawal_request",
        "decision_step",
        "problem_group_change",
        "problem_group",
        "provision",
    ):
        op.drop_table(table)
