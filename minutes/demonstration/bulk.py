"""Many decisions and meetings for trying the portal at size: chain links yes, letters no."""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from meetings.feeds import event_changed
from meetings.meeting import Meeting
from minutes import search
from minutes.decision import Audience, Decision, DecisionKind, DecisionState, LegalBasis, decision_topic
from minutes.demonstration import texts
from minutes.demonstration.fill import topic
from portal import chain
from portal.chain import ChainLink, LinkKind
from portal.clock import now
from portal.committees import Committee, Membership, Role
from portal.database import serialise, session
from portal.language import local
from portal.rendering import to_html

COMMITTEE = "lenkungskreis"  # its decisions are the ones that everybody may read
BATCH = 1000
YEARS = 10


def add_meetings(count: int) -> None:
    """Plan one meeting a day from tomorrow on."""
    committee = _committee()
    first = now().replace(hour=15, minute=0, second=0, microsecond=0)
    for number in range(count):
        start = first + timedelta(days=number + 1)
        meeting = Meeting(committee=committee, starts_at=start, ends_at=start + timedelta(hours=1), title="Probe")
        session.add(meeting)
        event_changed(meeting)
    session.commit()


def add_decisions(count: int) -> Iterator[int]:
    """Release decisions made of building blocks, spread over ten years, in batches of one transaction.

    Yields:
        How many there are so far.
    """
    rng = random.Random(count)  # noqa: S311 - the same texts every time
    for done in range(0, count, BATCH):
        size = min(BATCH, count - done)
        _add_batch(rng, size)
        yield done + size


def _add_batch(rng: random.Random, size: int) -> None:
    committee = _committee()
    serialise(f"committee:{committee.id}")
    serialise("archive")
    writer, releaser = (_holder(committee, role) for role in (Role.SECRETARY, Role.CHAIR))
    moments = sorted(now() - timedelta(seconds=rng.randrange(1, YEARS * 365 * 86400)) for _ in range(size))
    ordinals, days = _ordinals(committee), _days(moments)
    sources = [texts.bulk_decision(rng, COMMITTEE) for _ in range(size)]
    rows: list[dict[str, Any]] = []
    for text, moment in zip(sources, moments, strict=True):
        year = local(moment, committee.zone).year
        day = (moment - search.EPOCH) // timedelta(days=1) * search.DAY
        ordinals[year] += 1
        rows.append(
            {
                "committee_id": committee.id,
                "kind": DecisionKind(text.kind),
                "state": DecisionState.RELEASED,
                "audience": Audience.PROGRAMME,
                "title": text.title,
                "outcome": text.outcome,
                "rationale": text.rationale,
                "html": str(to_html(text.rationale)),
                "written_by_id": writer,
                "written_at": moment,
                "released_by_id": releaser,
                "released_at": moment,
                "year": year,
                "ordinal": ordinals[year],
                "number": f"{committee.code}-{year}-{ordinals[year]:03d}",
                "archive_key": day + days[day],
                "salt": chain.new_salt(),
                "version": 1,
            }
        )
        days[day] += 1
    ids = list(session.scalars(sa.insert(Decision).returning(Decision.id, sort_by_parameter_order=True), rows))
    _add_details(ids, sources)
    _chain_and_index(ids, rows, sources)
    session.commit()


def _add_details(ids: list[int], sources: list[texts.DecisionText]) -> None:
    bases = [
        {"decision_id": number, "position": position, "reference": reference}
        for number, text in zip(ids, sources, strict=True)
        for position, reference in enumerate(text.legal_bases)
    ]
    topics = [
        {"decision_id": number, "topic_id": topic(name).id}
        for number, text in zip(ids, sources, strict=True)
        for name in dict.fromkeys(text.topics)
    ]
    session.execute(sa.insert(LegalBasis), bases)
    session.execute(sa.insert(decision_topic), topics)


def _chain_and_index(ids: list[int], rows: list[dict[str, Any]], sources: list[texts.DecisionText]) -> None:
    serialise("chain")
    last, links, indexed = chain.head(), [], []
    for number, row, text in zip(ids, rows, sources, strict=True):
        content = {
            "number": row["number"],
            "committee": row["committee_id"],
            "kind": row["kind"],
            "title": row["title"],
            "outcome": row["outcome"],
            "rationale": row["rationale"],
            "legal_bases": list(text.legal_bases),
            "topics": sorted(set(text.topics)),
            "meeting": None,
            "supersedes": None,
            "written_by": row["written_by_id"],
            "released_by": row["released_by_id"],
        }
        digest = chain.content_digest(row["salt"], content)
        last = chain.make_link(LinkKind.RELEASED, f"decision:{number}", digest, last, row["released_at"])
        links.append({column.key: getattr(last, column.key) for column in sa.inspect(ChainLink).columns})
        words = [row["number"], text.title, text.outcome, text.rationale, *text.legal_bases, *text.topics]
        scope = [f"c{row['committee_id']}", f"y{row['year']}", "programme"]
        scope += [f"t{topic(name).id}" for name in dict.fromkeys(text.topics)]
        stems = " ".join(search.stems("\n".join(words)))
        indexed.append({"key": row["archive_key"], "stems": stems, "scope": " ".join(scope)})
    session.execute(sa.insert(ChainLink), links)
    search.insert_rows(indexed)


def _ordinals(committee: Committee) -> Counter[int]:
    """The last number given in each year."""
    given = sa.select(Decision.year, sa.func.max(Decision.ordinal)).where(Decision.committee_id == committee.id)
    rows = session.execute(given.where(Decision.year.is_not(None)).group_by(Decision.year)).tuples()
    return Counter({year: ordinal for year, ordinal in rows if year is not None})


def _days(moments: list[datetime]) -> Counter[int]:
    """How many keys of each day are taken, by the day's first key."""
    day = Decision.archive_key / search.DAY * search.DAY
    first = (moments[0].astimezone(UTC) - search.EPOCH) // timedelta(days=1) * search.DAY
    taken = sa.select(day, sa.func.max(Decision.archive_key)).where(Decision.archive_key >= first).group_by(day)
    return Counter({start: last - start + 1 for start, last in session.execute(taken).tuples()})


def _committee() -> Committee:
    return session.scalars(sa.select(Committee).where(Committee.slug == COMMITTEE)).one()


def _holder(committee: Committee, role: Role) -> int:
    seat = sa.select(Membership.person_id).where(Membership.committee_id == committee.id, Membership.role == role)
    return session.scalars(seat.limit(1)).one()
