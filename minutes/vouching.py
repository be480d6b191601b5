"""What `flask verify` asks of decisions: their content as it stands, and whether all that must be known is known."""

from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import aliased, selectinload

from minutes import search
from minutes.decision import Audience, Decision, DecisionState, decision_topic, is_released
from minutes.decision_steps import DecisionStep, StepKind
from minutes.erasure import ERASED, Erasure
from minutes.legal_basis import LegalBasis
from portal import chain, committees
from portal.chain import Content, Fault, Fetch, LinkKind, has_link
from portal.committees import Committee, CommitteeKind
from portal.database import session

SUBJECT = sa.literal("decision:").concat(sa.cast(Decision.id, sa.String))
STEP_SUBJECT = sa.literal("decision:").concat(sa.cast(DecisionStep.decision_id, sa.String))


def chained_decisions(subjects: Sequence[str]) -> dict[str, Content]:
    """Salt and chained content of decisions."""
    rows = session.scalars(
        sa.select(Decision)
        .where(Decision.id.in_(chain.ids_in("decision", subjects)))
        .options(selectinload(Decision.topics), selectinload(Decision.legal_bases))
    )
    return {f"decision:{row.id}": (row.salt, row.chained()) for row in rows}


def chained_steps(kind: StepKind) -> Fetch:
    """What gives salt and chained content of the steps of one kind, by their decisions."""

    def fetch(subjects: Sequence[str]) -> dict[str, Content]:
        ids = chain.ids_in("decision", subjects)
        rows = session.scalars(
            sa.select(DecisionStep).where(DecisionStep.kind == kind, DecisionStep.decision_id.in_(ids))
        )
        return {f"decision:{row.decision_id}": (row.salt, row.chained()) for row in rows}

    return fetch


def incomplete_decisions() -> Iterator[Fault]:
    """What state, audience, steps, index and numbers say, and the chain does not; or the other way round."""
    state, erased = Decision.state, has_link(SUBJECT, LinkKind.ERASED)
    superseded, withdrawn = has_link(SUBJECT, LinkKind.SUPERSEDED), has_link(SUBJECT, LinkKind.WITHDRAWN)
    is_superseded, is_withdrawn = state == DecisionState.SUPERSEDED, state == DecisionState.WITHDRAWN
    is_erased = state == DecisionState.ERASED
    checks = [
        (is_released() & ~has_link(SUBJECT, LinkKind.RELEASED), "is released, but not in the chain"),
        (
            (state == DecisionState.DRAFT) & has_link(SUBJECT, LinkKind.RELEASED),
            "is released by the chain, but passed off as a draft",
        ),
        (is_superseded & ~superseded, "is marked as superseded, but the chain does not know it"),
        (
            superseded & ~_has_successor() & ~is_erased,
            "is superseded by the chain, but nothing took its place",
        ),
        (is_withdrawn & ~withdrawn, "is marked as withdrawn, but the chain does not know it"),
        (
            superseded & (state == DecisionState.RELEASED),
            "is superseded by the chain, but not marked",
        ),
        (withdrawn & (state == DecisionState.RELEASED), "is withdrawn by the chain, but not marked"),
        (is_erased & ~erased, "is gone, and the chain notes no erasure"),
        (erased & (~is_erased | _has_content()), "is erased by the chain, but its content is there"),
        (is_released() & ~search.is_indexed(), "is missing from the archive's index"),
        (is_erased & ~_is_named_by_erasure(), "is erased, but bears another number than its erasure"),
        (is_erased & search.is_indexed(), "is erased, but stands in the archive's index"),
        *_audiences(),
    ]
    for condition, what in checks:
        for row in session.execute(
            sa.select(Decision.id, Decision.number).where(condition).order_by(Decision.id)
        ):
            yield Fault(None, f"decision:{row.id}, {row.number}", what)
    yield from _unknown_steps()
    yield from _gaps()


def _has_successor() -> sa.ColumnElement[bool]:
    successor = aliased(Decision)
    named = sa.or_(successor.supersedes_id == Decision.id, successor.state == DecisionState.ERASED)
    return sa.select(successor.id).where(named, successor.number.is_not(None)).correlate(Decision).exists()


def _has_content() -> sa.ColumnElement[bool]:
    """Whether something of what an erasure removes is there; `minutes/erasing.py` empties these fields."""
    texts = (Decision.outcome, Decision.outline, Decision.arguments, Decision.conclusion, Decision.conditions)
    others = (
        Decision.result,
        Decision.votes_yes,
        Decision.votes_no,
        Decision.votes_abstain,
        Decision.meeting_id,
        Decision.agenda_item_id,
        Decision.problem_group_id,
        Decision.proposal_id,
        Decision.minutes_item_id,
        Decision.supersedes_id,
    )
    bases = sa.select(LegalBasis.decision_id).where(LegalBasis.decision_id == Decision.id).exists()
    topics = sa.select(decision_topic.c.topic_id).where(decision_topic.c.decision_id == Decision.id).exists()
    reasons = sa.select(DecisionStep.id).where(
        DecisionStep.decision_id == Decision.id, sa.or_(DecisionStep.reason != "", DecisionStep.salt != "")
    )
    is_filled = [column != "" for column in (*texts, Decision.salt)]
    is_filled += [column.is_not(None) for column in others]
    return sa.or_(Decision.title != ERASED, *is_filled, bases, topics, reasons.exists())


def _is_named_by_erasure() -> sa.ColumnElement[bool]:
    named = sa.and_(Erasure.subject == SUBJECT, Erasure.name == Decision.number)
    return sa.select(Erasure.id).where(named).exists()


def _audiences() -> list[tuple[sa.ColumnElement[bool], str]]:
    """Who may read a decision follows from its committee's kind and from its steps."""
    published = has_link(SUBJECT, LinkKind.PUBLISHED)
    shared = has_link(SUBJECT, LinkKind.SHARED)
    steering = Decision.committee_id.in_(
        sa.select(Committee.id).where(Committee.kind == CommitteeKind.STEERING)
    )
    audience, has_readers = Decision.audience, Decision.number.is_not(None)
    return [
        (
            has_readers & (audience == Audience.PROGRAMME) & ~steering & ~shared,
            "is open to all committees, though its committee is no steering one and the chain knows no such step",
        ),
        (
            (audience == Audience.PUBLIC) & ~published,
            "is open to everybody, and the chain knows no such step",
        ),
        (
            has_readers
            & (
                ((audience == Audience.COMMITTEE) & (steering | shared))
                | ((audience != Audience.PUBLIC) & published)
            ),
            "is open to fewer people than its committee's kind and the chain say",
        ),
    ]


def _has_released(committee: Committee) -> bool:
    """Whether a decision of the committee was ever released: its first readers follow from the committee's kind."""
    numbered = sa.select(Decision.id).where(
        Decision.committee_id == committee.id, Decision.number.is_not(None)
    )
    return session.scalar(numbered.limit(1)) is not None


def _unknown_steps() -> Iterator[Fault]:
    kinds = {StepKind.WITHDRAWN: LinkKind.WITHDRAWN, StepKind.SHARED: LinkKind.SHARED}
    for kind, link in (kinds | {StepKind.PUBLISHED: LinkKind.PUBLISHED}).items():
        wanted = sa.select(DecisionStep.decision_id).where(DecisionStep.kind == kind)
        for number in session.scalars(wanted.where(~has_link(STEP_SUBJECT, link))):
            yield Fault(None, f"decision:{number}", f"a step ({kind}) is not in the chain")


def _gaps() -> Iterator[Fault]:
    series = sa.select(Committee.code, Decision.year, sa.func.max(Decision.ordinal), sa.func.count())
    with_number = series.join(Decision.committee).where(Decision.number.is_not(None))
    for code, year, last, count in session.execute(with_number.group_by(Committee.code, Decision.year)):
        if last is not None and last != count:
            yield Fault(None, f"{code}-{year}", f"{last - count} of the numbers up to {last:03d} missing")


def init_app(_app: Flask) -> None:
    chain.contents[LinkKind.RELEASED] = chained_decisions
    for kind in StepKind:
        chain.contents[LinkKind(kind.value)] = chained_steps(kind)
    chain.complete["decision"] = incomplete_decisions
    committees.resting_on_kind["decision"] = _has_released
