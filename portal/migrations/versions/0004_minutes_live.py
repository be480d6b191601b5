"""minutes with a head, in review, in editions, with attachments; tasks that live on

Revision ID: 0004
Revises: 0003
"""
import sqlalchemy as sa
from alembic import op

import portal.database

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

PLACED = {"minutes_item", "minutes_decision", "minutes_task"}
HEAD = (
    "open_html", "stems", "open_stems", "chair", "minute_taker", "began", "ended", "present", "excused", "dated",
    "next_meeting", "change_reason", "begun_at", "review_until", "reviewed_text", "reviewed_digest", "way", "shared_at", "approved_in_id", "shared_by_id",
)


def upgrade() -> None:
    op.create_table(
        "task",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("committee_id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("owners", sa.String(length=300), nullable=False),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("state", choice("taskstate", "open", "done", "dropped"), nullable=False),
        sa.Column("created_at", moment(), nullable=False),
        sa.Column("closed_at", moment(), nullable=True),
        sa.Column("closed_in_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'open') = (closed_at IS NULL)", name=op.f("ck_task_closed")),
        sa.ForeignKeyConstraint(["committee_id"], ["committee.id"], name=op.f("fk_task_committee_id")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_task_meeting_id")),
        sa.ForeignKeyConstraint(["closed_in_id"], ["minutes.id"], name=op.f("fk_task_closed_in_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
    )
    op.create_index(op.f("ix_task_committee_id_state"), "task", ["committee_id", "state"])
    op.create_index(op.f("ix_task_meeting_id"), "task", ["meeting_id"])
    op.create_table(
        "task_owner",
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_task_owner_task_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_task_owner_person_id")),
        sa.PrimaryKeyConstraint("task_id", "person_id", name=op.f("pk_task_owner")),
    )
    op.create_index(op.f("ix_task_owner_person_id"), "task_owner", ["person_id"])
    op.create_table(
        "task_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("at", moment(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("what", choice("taskevent", "created", "changed", "done", "dropped", "reopened", "noted"),
                  nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_task_change_task_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_task_change_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_change")),
    )
    op.create_index(op.f("ix_task_change_task_id"), "task_change", ["task_id"])
    create_proposals("minutes_deferral", sa.Column("text", sa.Text(), nullable=False))
    create_proposals(
        "minutes_closure",
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_minutes_closure_task_id")),
        sa.UniqueConstraint("minutes_id", "task_id", name=op.f("uq_minutes_closure_minutes_id_task_id")),
    )
    op.create_index(op.f("ix_minutes_closure_task_id"), "minutes_closure", ["task_id"])
    op.create_table(
        "minutes_comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("minutes_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("written_at", moment(), nullable=False),
        sa.Column("first_line", sa.Integer(), nullable=True),
        sa.Column("quote", sa.String(length=300), nullable=False),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.Column("asks_change", sa.Boolean(), nullable=False),
        sa.Column("state", choice("commentstate", "open", "adopted", "declined"), nullable=False),
        sa.Column("answer", sa.String(length=300), nullable=False),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("answered_at", moment(), nullable=True),
        sa.ForeignKeyConstraint(["minutes_id"], ["minutes.id"], name=op.f("fk_minutes_comment_minutes_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_minutes_comment_person_id")),
        sa.ForeignKeyConstraint(["answered_by_id"], ["person.id"], name=op.f("fk_minutes_comment_answered_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_minutes_comment")),
    )
    op.create_index(op.f("ix_minutes_comment_minutes_id"), "minutes_comment", ["minutes_id"])
    op.create_table(
        "minutes_attachment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("minutes_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("from_document", sa.Boolean(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("released_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["minutes_id"], ["minutes.id"], name=op.f("fk_minutes_attachment_minutes_id")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_minutes_attachment_file_id")),
        sa.ForeignKeyConstraint(["released_id"], ["stored_file.id"], name=op.f("fk_minutes_attachment_released_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_minutes_attachment")),
    )
    op.create_index(op.f("ix_minutes_attachment_minutes_id"), "minutes_attachment", ["minutes_id"])
    add("stored_file", "state", one_of("ck_stored_file_filestate", "state", "kept", "dropped", "removed"))
    op.create_index(op.f("ix_stored_file_state"), "stored_file", ["state"])
    drop_blocked_originals()

    for table in sorted(PLACED):
        add(table, "last_line", "INTEGER")
        add(table, "by_hand", "BOOLEAN DEFAULT FALSE NOT NULL")
    add("minutes_decision", "is_derived", "BOOLEAN DEFAULT FALSE NOT NULL")
    add("minutes_decision", "strength", one_of("ck_minutes_decision_strength", "strength", "formal", "stated"))
    add("minutes_decision", "vote_raw", "VARCHAR(300) DEFAULT '' NOT NULL")
    with op.batch_alter_table("minutes_task") as batch_op:
        batch_op.add_column(sa.Column("task_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(op.f("fk_minutes_task_task_id"), "task", ["task_id"], ["id"])
        batch_op.create_index(op.f("ix_minutes_task_task_id"), ["task_id"])
    for column in ("open_html", "stems", "open_stems", "present", "excused"):
        add("minutes", column, "TEXT DEFAULT '' NOT NULL")
    for column, length in {"chair": 200, "minute_taker": 200, "began": 5, "ended": 5, "change_reason": 300}.items():
        add("minutes", column, f"VARCHAR({length}) DEFAULT '' NOT NULL")
    for column in ("dated", "next_meeting", "review_until"):
        add("minutes", column, "DATE")
    with op.batch_alter_table("minutes") as batch_op:
        batch_op.add_column(sa.Column("begun_at", moment(), nullable=True))
        batch_op.add_column(sa.Column("way", sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column("reviewed_text", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("reviewed_digest", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("shared_at", moment(), nullable=True))
        batch_op.add_column(sa.Column("approved_in_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("shared_by_id", sa.Integer(), nullable=True))
        batch_op.create_check_constraint(op.f("ck_minutes_approvalway"), "way IN ('direct', 'meeting', 'silence')")
        batch_op.create_foreign_key(op.f("fk_minutes_approved_in_id"), "meeting", ["approved_in_id"], ["id"])
        batch_op.create_foreign_key(op.f("fk_minutes_shared_by_id"), "person", ["shared_by_id"], ["id"])
    allow_states("draft", "in_review", "approved", keeps_ids=True)
    with op.batch_alter_table("procedure") as batch_op:
        batch_op.add_column(sa.Column("objection_days", sa.Integer(), server_default="14", nullable=False))
        batch_op.create_check_constraint(op.f("ck_procedure_objection_days"), "objection_days BETWEEN 0 AND 90")
    begin_tasks()
    index_words()


def index_words() -> None:
    """Let the search find minutes that were written before there was one."""
    from minutes.stems import indexed

    minutes = sa.table("minutes", *(sa.column(name) for name in ("id", "text", "stems", "open_stems")))
    connection = op.get_bind()
    for number in connection.scalars(sa.select(minutes.c.id)).all():
        words = indexed(connection.scalar(sa.select(minutes.c.text).where(minutes.c.id == number)) or "")
        row = sa.update(minutes).where(minutes.c.id == number)
        connection.execute(row.values(stems=words, open_stems=words))


def drop_blocked_originals() -> None:
    """Say what was only done so far: originals with blocking data go when a case group's minutes are approved."""
    op.execute("""
        UPDATE stored_file SET state = 'dropped' WHERE id IN (
            SELECT minutes.original_id FROM minutes JOIN meeting ON meeting.id = minutes.meeting_id
                JOIN committee ON committee.id = meeting.committee_id
            WHERE minutes.state = 'approved' AND minutes.original_note = 'blocking-data'
                AND committee.kind = 'case_group')""")


def begin_tasks() -> None:
    """Let the tasks of approved minutes live, under the same ids, by which agendas know them.

    Until now only those of a committee's newest minutes were carried on; of older ones nobody knows what became.
    """
    newest = """
        minutes.id = (SELECT other.id FROM minutes AS other JOIN meeting AS sitting ON sitting.id = other.meeting_id
            WHERE sitting.committee_id = meeting.committee_id AND other.state = 'approved'
            ORDER BY sitting.starts_at DESC, other.edition DESC LIMIT 1)"""
    op.execute(f"""
        INSERT INTO task (id, committee_id, meeting_id, text, owners, due, state, created_at, closed_at, version)
        SELECT minutes_task.id, meeting.committee_id, meeting.id, minutes_task.text, minutes_task.owners,
            minutes_task.due, CASE WHEN {newest} THEN 'open' ELSE 'dropped' END, minutes.approved_at,
            CASE WHEN {newest} THEN NULL ELSE minutes.approved_at END, 1
        FROM minutes_task JOIN minutes ON minutes.id = minutes_task.minutes_id
            JOIN meeting ON meeting.id = minutes.meeting_id
        WHERE minutes.state = 'approved' AND minutes_task.accepted""")
    op.execute("UPDATE minutes_task SET task_id = id WHERE id IN (SELECT id FROM task)")
    op.execute(
        "INSERT INTO task_change (task_id, at, what, note, facts)"
        " SELECT id, created_at, 'created', '', '{}' FROM task"
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute("SELECT setval('task_id_seq', (SELECT max(id) FROM task)) WHERE EXISTS (SELECT 1 FROM task)")


def create_proposals(table: str, *more: sa.schema.SchemaItem) -> None:
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("minutes_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("first_line", sa.Integer(), nullable=True),
        sa.Column("last_line", sa.Integer(), nullable=True),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("by_hand", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["minutes_id"], ["minutes.id"], name=op.f(f"fk_{table}_minutes_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        *more,
    )
    op.create_index(op.f(f"ix_{table}_minutes_id"), table, ["minutes_id"])


def add(table: str, column: str, definition: str) -> None:
    # In SQL, which both engines understand: Alembic would make SQLite's tables anew for each.
    op.execute(f'ALTER TABLE {table} ADD COLUMN "{column}" {definition}')


def one_of(name: str, column: str, *values: str) -> str:
    listed = ", ".join(f"'{value}'" for value in values)
    return f"VARCHAR(20) DEFAULT '{values[0]}' NOT NULL CONSTRAINT {name} CHECK ({column} IN ({listed}))"


def choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=20)


def moment() -> portal.database.UtcDateTime:
    return portal.database.UtcDateTime(timezone=True)


def allow_states(*states: str, keeps_ids: bool) -> None:
    listed = ", ".join(f"'{state}'" for state in states)
    with op.batch_alter_table("minutes", table_kwargs={"sqlite_autoincrement": keeps_ids}) as batch_op:
        batch_op.drop_constraint(op.f("ck_minutes_minutesstate"), type_="check")
        batch_op.create_check_constraint(op.f("ck_minutes_minutesstate"), f"state IN ({listed})")


def downgrade() -> None:
    op.execute("UPDATE minutes SET state = 'draft' WHERE state = 'in_review'")
    allow_states("draft", "approved", keeps_ids=False)
    with op.batch_alter_table("stored_file") as batch_op:
        batch_op.drop_index(op.f("ix_stored_file_state"))
        batch_op.drop_constraint(op.f("ck_stored_file_filestate"), type_="check")
        batch_op.drop_column("state")
    with op.batch_alter_table("procedure") as batch_op:
        batch_op.drop_constraint(op.f("ck_procedure_objection_days"), type_="check")
        batch_op.drop_column("objection_days")
    with op.batch_alter_table("minutes") as batch_op:
        batch_op.drop_constraint(op.f("ck_minutes_approvalway"), type_="check")
        for name in ("approved_in_id", "shared_by_id"):
            batch_op.drop_constraint(op.f(f"fk_minutes_{name}"), type_="foreignkey")
        for column in HEAD:
            batch_op.drop_column(column)
    with op.batch_alter_table("minutes_decision") as batch_op:
        batch_op.drop_constraint(op.f("ck_minutes_decision_strength"), type_="check")
        for column in ("is_derived", "strength", "vote_raw"):
            batch_op.drop_column(column)
    with op.batch_alter_table("minutes_task") as batch_op:
        batch_op.drop_index(op.f("ix_minutes_task_task_id"))
        batch_op.drop_constraint(op.f("fk_minutes_task_task_id"), type_="foreignkey")
        batch_op.drop_column("task_id")
    for table in sorted(PLACED):
        for column in ("last_line", "by_hand"):
            op.execute(f'ALTER TABLE {table} DROP COLUMN "{column}"')
    for table in (
        "minutes_attachment", "minutes_comment", "minutes_closure", "minutes_deferral", "task_change", "task_owner",
        "task",
    ):
        op.drop_table(table)
