"""Release: a second person gives a decision its number and its link in the chain; from then on it stands."""

from datetime import datetime

import sqlalchemy as sa
from flask import Flask
from flask_babel import lazy_gettext as _l

from minutes import search, vouching
from minutes.decision import Audience, Decision, DecisionState, decision_writer
from portal import chain, outbox
from portal.chain import LinkKind
from portal.clock import now
from portal.committees import CommitteeKind, Role, people_of, seats, sits_in
from portal.database import session
from portal.dismissals import Reported, report
from portal.language import local
from portal.outbox import Letter
from portal.people import Person


class ReleaseRefusedError(Exception):
    """The decision may not be released as it stands, or not by this person; says why in the reader's language."""


def findings(decision: Decision) -> list[Reported]:
    """What the guard finds in a decision; here nobody is a known person (DESIGN, section 6)."""
    return report(f"decision:{decision.id}", decision.guarded_texts)


def releasers(decision: Decision) -> list[Person]:
    """Chair and secretaries, without those who ever wrote at the decision, by name."""
    table = seats(Role.SECRETARY)
    wrote = sa.select(decision_writer.c.person_id).where(decision_writer.c.decision_id == decision.id)
    return list(
        session.scalars(
            sa.select(Person)
            .where(
                Person.id.in_(
                    sa.select(table.c.person_id).where(table.c.committee_id == decision.committee_id)
                ),
                Person.id.not_in(wrote),
                Person.id != decision.written_by_id,
                Person.disabled_at.is_(None),
            )
            .order_by(Person.name)
        )
    )


def release(decision: Decision, person: Person, confirmed: set[int], at: datetime | None = None) -> None:
    """Release a draft, in the current transaction.

    Args:
        decision: the draft.
        person: the releasing second person.
        confirmed: ids of the dismissals that this person confirms; it must be all that count.
        at: the moment, for the demonstration; now by default.

    Raises:
        ReleaseRefusedError: the person wrote it, a finding is open, or a dismissal is not confirmed.
    """
    if not decision.is_draft or person.id not in {row.id for row in releasers(decision)}:
        raise ReleaseRefusedError(_l("Freigeben muss jemand, der nicht daran geschrieben hat."))
    _confirm_findings(decision, person, confirmed)
    moment = at or now()
    year, key = local(moment, decision.committee.zone).year, search.next_key(moment)
    ordinal = _next_ordinal(decision.committee_id, year)
    decision.released_by_id, decision.released_at, decision.archive_key = person.id, moment, key
    decision.year, decision.ordinal = year, ordinal
    decision.number = f"{decision.committee.code}-{year}-{ordinal:03d}"
    decision.state, decision.audience = DecisionState.RELEASED, audience_of(decision.committee.kind)
    session.flush()
    digest = chain.content_digest(decision.salt, decision.chained())
    chain.append(LinkKind.RELEASED, f"decision:{decision.id}", digest, moment)
    _supersede(decision, digest)
    search.index([decision])
    _tell(decision)


def _confirm_findings(decision: Decision, person: Person, confirmed: set[int]) -> None:
    found = [one for one in findings(decision) if one.finding.blocking]
    if any(one.is_open for one in found):
        raise ReleaseRefusedError(_l("Es sind noch Fundstellen offen."))
    dismissals = {one.dismissal for one in found if one.dismissal}
    if not {row.id for row in dismissals} <= confirmed:
        raise ReleaseRefusedError(_l("Bitte bestätigen Sie jede zurückgestellte Fundstelle."))
    for row in dismissals:
        row.confirmed_by_id = person.id


def audience_of(kind: CommitteeKind) -> Audience:
    """Steering decisions are for members of all committees, others for their own members (DESIGN, section 5)."""
    return Audience.PROGRAMME if kind is CommitteeKind.STEERING else Audience.COMMITTEE


def _next_ordinal(committee_id: int, year: int) -> int:
    """The next number of committee and year, under the archive's lock; a release that fails takes it back."""
    given = sa.select(sa.func.max(Decision.ordinal)).where(
        Decision.committee_id == committee_id, Decision.year == year
    )
    return (session.scalar(given) or 0) + 1


def _supersede(decision: Decision, digest: str) -> None:
    """Mark what the decision replaces; one that was split into several is superseded by each of them."""
    old = decision.supersedes
    if old is not None:
        old.state = DecisionState.SUPERSEDED
        chain.append(LinkKind.SUPERSEDED, f"decision:{old.id}", digest, decision.released_at)


def _tell(decision: Decision) -> None:
    """A letter to the committee's members; about a case group's decision it says no more than number and date."""
    head = chain.head()
    for person in people_of(decision.committee):
        outbox.queue(
            "decision_released",
            decision,
            person,
            0,
            decision=decision,
            with_title=decision.audience is Audience.PROGRAMME,
            head=head.digest if head else chain.START,
        )


def _still_readable(letter: Letter) -> bool:
    """Whether the reader of the letter still sits in the committee."""
    decision = session.get_one(Decision, int(letter.about.partition(":")[2]))
    return sits_in(letter.person, decision.committee_id)


def init_app(_app: Flask) -> None:
    chain.subjects["decision"] = vouching.chained_decisions
    chain.complete["decision"] = vouching.incomplete_decisions
    outbox.still_wanted["decision_released"] = _still_readable
    outbox.optional.add("decision_released")
