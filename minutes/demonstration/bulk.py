"""Many decisions and meetings for trying the portal at size: chain links yes, letters no."""

import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from meetings.feeds import event_changed
from meetings.meeting import Meeting
from minutes import search
from minutes.decision import (
    Audience,
    Decision,
    DecisionKind,
    DecisionState,
    Result,
    Topic,
    decision_topic,
)
from minutes.decision_form import topic
from minutes.demonstration import texts
from minutes.legal_basis import LegalBasis, Provision, provision_of
from portal import chain
from portal.chain import ChainLink, LinkKind
from portal.clock import now
from portal.committees import Committee, Membership, Role
from portal.database import Base, serialise, session
from portal.language import local

COMMITTEE = "lenkungskreis"  # its decisions are the ones that everybody may read
BATCH = 1000
YEARS = 10


def add_meetings(count: int) -> None:
    """Plan one meeting a day from tomorrow on."""
    committee = _committee()
    first = now().replace(hour=15, minute=0, second=0, microsecond=0)
    for number in range(count):
        start = first + timedelta(days=number + 1)
        meeting = Meeting(
            committee=committee, starts_at=start, ends_at=start + timedelta(hours=1), title="Probe"
        )
        session.add(meeting)
        event_changed(meeting)
    session.commit()


def add_decisions(count: int) -> Iterator[int]:
    """Release decisions made of building blocks, over ten years, oldest first, one transaction a batch.

    Yields:
        How many there are so far.
    """
    rng = random.Random(count)  # noqa: S311 - the same texts every time
    span, today = timedelta(days=365 * YEARS), now()
    moments = sorted(today - span * rng.random() for _ in range(count))
    for start in range(0, count, BATCH):
        part = moments[start : start + BATCH]
        _add_batch(part, [texts.bulk_decision(rng, COMMITTEE) for _ in part])
        yield start + len(part)
    if count:
        session.execute(sa.text("ANALYZE"))
        session.commit()


def _add_batch(moments: list[datetime], sources: list[texts.DecisionText]) -> None:
    committee = _committee()
    for lock in ("archive", "chain"):
        serialise(lock)
    writer, releaser = (_holder(committee, role) for role in (Role.SECRETARY, Role.CHAIR))
    ordinals, keys = _ordinals(committee), _keys(moments)
    topics = {name: topic(name) for name in sorted({name for text in sources for name in text.topics})}
    provisions = {
        name: provision_of(name) for name in sorted({name for text in sources for name in text.legal_bases})
    }
    decisions = []
    for text, moment in zip(sources, moments, strict=True):
        year, day = local(moment, committee.zone).year, search.first_key(moment)
        decision = _decision(text, topics, provisions)
        decision.committee_id, decision.written_by_id, decision.released_by_id = (
            committee.id,
            writer,
            releaser,
        )
        decision.written_at = decision.released_at = moment
        decision.year, decision.ordinal, decision.archive_key = year, ordinals[year], keys[day]
        decision.number = f"{committee.code}-{year}-{decision.ordinal:03d}"
        ordinals[year] += 1
        keys[day] += 1
        decisions.append(decision)
    _store(decisions)
    search.index(decisions)
    session.commit()


def _decision(
    text: texts.DecisionText, topics: dict[str, Topic], provisions: dict[str, Provision | None]
) -> Decision:
    return Decision(
        kind=DecisionKind(text.kind),
        state=DecisionState.RELEASED,
        audience=Audience.PROGRAMME,
        salt=chain.new_salt(),
        version=1,
        title=text.title,
        outcome=text.outcome,
        result=Result(text.result),
        outline=text.outline,
        arguments=text.arguments,
        conclusion=text.conclusion,
        conditions="",
        legal_bases=[
            LegalBasis(
                position=n,
                reference=name,
                provision_id=provision.id if (provision := provisions[name]) else None,
            )
            for n, name in enumerate(text.legal_bases)
        ],
        topics=[topics[name] for name in dict.fromkeys(text.topics)],
    )


def _store(decisions: list[Decision]) -> None:
    """Insert decisions, their lists and their links by plain rows, which takes half the time of objects."""
    added = sa.insert(Decision).returning(Decision.id, sort_by_parameter_order=True)
    ids = session.scalars(added, [_row(decision) for decision in decisions]).all()
    bases, topics, links, last = [], [], [], chain.head()
    for number, decision in zip(ids, decisions, strict=True):
        bases += [_row(basis) | {"decision_id": number} for basis in decision.legal_bases]
        topics += [{"decision_id": number, "topic_id": topic.id} for topic in decision.topics]
        digest = chain.content_digest(decision.salt, decision.chained())
        last = chain.make_link(LinkKind.RELEASED, f"decision:{number}", digest, last, decision.written_at)
        links.append(_row(last))
    session.execute(sa.insert(LegalBasis), bases)
    session.execute(sa.insert(decision_topic), topics)
    session.execute(sa.insert(ChainLink), links)


def _row(row: Base) -> dict[str, Any]:
    return {key: value for key, value in vars(row).items() if key in row.__table__.columns}


def _ordinals(committee: Committee) -> dict[int, int]:
    """The next number of each year."""
    last = sa.select(Decision.year, sa.func.max(Decision.ordinal)).where(
        Decision.committee_id == committee.id, Decision.year.is_not(None)
    )
    given = session.execute(last.group_by(Decision.year))
    return defaultdict(lambda: 1, {year or 0: (ordinal or 0) + 1 for year, ordinal in given})


def _keys(moments: list[datetime]) -> dict[int, int]:
    """The next free key of each day, by the day's first key."""
    first, last = search.first_key(moments[0]), search.first_key(moments[-1])
    day = Decision.archive_key // search.DAY * search.DAY
    taken = sa.select(day, sa.func.max(Decision.archive_key)).where(
        Decision.archive_key.between(first, last + search.DAY - 1)
    )
    keys = {start: (key or 0) + 1 for start, key in session.execute(taken.group_by(day))}
    return {start: keys.get(start, start) for start in map(search.first_key, moments)}


def _committee() -> Committee:
    return session.scalars(sa.select(Committee).where(Committee.slug == COMMITTEE)).one()


def _holder(committee: Committee, role: Role) -> int:
    seat = sa.select(Membership.person_id).where(
        Membership.committee_id == committee.id, Membership.role == role
    )
    return session.scalars(seat.limit(1)).one()
