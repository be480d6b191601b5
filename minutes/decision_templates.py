"""Templates for decisions of a recurring kind: what the form begins with."""

import re
from typing import Any

import sqlalchemy as sa
from flask import request
from sqlalchemy.orm import Mapped, mapped_column, relationship

from minutes.decision import OUTCOME_LENGTH, TITLE_LENGTH, DecisionKind
from portal.committees import Committee
from portal.database import Base, PrimaryKey, one_of, session

TEMPLATE_NAME_LENGTH = 100
WRITTEN_GAP = re.compile(r"\[\s*(?:…|\.{2,})\s*\]")
GAP = "[___]"
TEXTS = ("title", "outcome", "outline", "arguments", "conclusion", "conditions", "legal_bases", "topics")


class DecisionTemplate(Base):
    """The texts of a new decision; gaps are written as `[…]`, see `with_gaps`. Lists stand one entry a line."""

    __tablename__ = "decision_template"
    __table_args__ = (sa.UniqueConstraint("committee_id", "name"),)

    id: Mapped[PrimaryKey]
    committee_id: Mapped[int] = mapped_column(sa.ForeignKey("committee.id"))
    name: Mapped[str] = mapped_column(sa.String(TEMPLATE_NAME_LENGTH))
    kind: Mapped[DecisionKind] = mapped_column(one_of(DecisionKind, "decisiontemplatekind"))
    title: Mapped[str] = mapped_column(sa.String(TITLE_LENGTH), default="")
    outcome: Mapped[str] = mapped_column(sa.String(OUTCOME_LENGTH), default="")
    outline: Mapped[str] = mapped_column(sa.Text, default="")
    arguments: Mapped[str] = mapped_column(sa.Text, default="")
    conclusion: Mapped[str] = mapped_column(sa.Text, default="")
    conditions: Mapped[str] = mapped_column(sa.Text, default="")
    legal_bases: Mapped[str] = mapped_column(sa.Text, default="")
    topics: Mapped[str] = mapped_column(sa.Text, default="")
    version: Mapped[int] = mapped_column()

    committee: Mapped[Committee] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - as SQLAlchemy wants it


def templates_of(committee: Committee) -> list[DecisionTemplate]:
    """The committee's templates by name."""
    wanted = sa.select(DecisionTemplate).where(DecisionTemplate.committee_id == committee.id)
    return list(session.scalars(wanted.order_by(sa.func.lower(DecisionTemplate.name), DecisionTemplate.id)))


def chosen(committee: Committee) -> dict[str, Any]:
    """What a new decision of the committee begins with: the template of the address (`?template=3`), or nothing."""
    number = request.args.get("template", "")
    found = [row for row in templates_of(committee) if str(row.id) == number]
    if not found:
        return {}
    return {"kind": found[0].kind} | {name: with_gaps(getattr(found[0], name)) for name in TEXTS}


def with_gaps(text: str) -> str:
    """A template's text as a decision begins with it: its gaps bear a sign of their own, for `[…]` stands in quotations."""
    return WRITTEN_GAP.sub(GAP, text)


def has_gap(text: str) -> bool:
    """Whether a gap of a template is still to be filled in."""
    return GAP in text
