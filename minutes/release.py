"""Release: a second person gives a decision its number and its link in the chain; from then on it stands."""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from datetime import datetime

import sqlalchemy as sa
from flask import Flask
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from meetings import agenda, problem_group_work
from meetings.agenda import AgendaItem
from meetings.problem_groups import GroupState
from minutes import citations, decision_steps, search
from minutes.decision import REPLACEABLE, Audience, Decision, DecisionState
from minutes.decision_templates import has_gap
from minutes.decision_words import FIELD_LABELS
from portal import chain, outbox
from portal.chain import LinkKind
from portal.clock import now
from portal.committees import CommitteeKind, Role, people_of, sits_in
from portal.database import session
from portal.dismissals import Reported, report
from portal.language import local
from portal.outbox import Draft, Letter
from portal.people import Person, is_same_person


class ReleaseRefusedError(Exception):
    """The decision may not be released as it stands, or not by this person; says why in the reader's language."""


def findings(decision: Decision) -> list[Reported]:
    """What the guard finds in a decision; here nobody is a known person (DESIGN, section 6)."""
    return report(f"decision:{decision.id}", decision.guarded_texts)


def _blocking(decision: Decision) -> list[Reported]:
    return [one for one in findings(decision) if one.finding.blocking]


def releasers(decision: Decision) -> list[Person]:
    """Chair and secretaries, without those who ever wrote at the decision under any account of theirs, by name."""
    return others(decision, [*decision.writers, decision.written_by])


def others(decision: Decision, people: Iterable[Person]) -> list[Person]:
    """Chair and secretaries of the decision's committee who are none of these people, by name."""
    known = list(people)
    return [
        person
        for person in people_of(decision.committee, Role.SECRETARY)
        if not any(is_same_person(person, one) for one in known)
    ]


def would_leave_nobody(decision: Decision, person: Person) -> bool:
    """Whether the person could release the draft, and nobody else could once they wrote at it, too."""
    able = releasers(decision)
    is_able = person.id in {row.id for row in able}
    return is_able and all(is_same_person(row, person) for row in able)


def missing_fields(decision: Decision) -> list[str]:
    """The fields without which a decision is none; drafts taken over from minutes may lack them."""
    needed = ("title", "result", "outcome", "arguments")
    return [name for name in needed if not getattr(decision, name)]


def fields_with_gaps(decision: Decision) -> list[str]:
    """The fields in which a gap of a template was left."""
    return [name for name, text in decision.guarded_texts.items() if has_gap(text)]


def objections(decision: Decision, confirmed: AbstractSet[int]) -> list[str]:
    """All that keeps a draft from its release, whoever releases it, in the reader's language.

    Args:
        decision: the draft.
        confirmed: ids of the dismissals that the releasing person confirms.
    """
    return _objections(decision, _blocking(decision), confirmed)


def _objections(decision: Decision, found: list[Reported], confirmed: AbstractSet[int]) -> list[str]:
    gaps = fields_with_gaps(decision)
    objected = {
        _("Es fehlen noch Angaben."): missing_fields(decision),
        _("Es sind noch Lücken offen: %(fields)s.", fields=labels(gaps)): gaps,
        _("Es sind noch Fundstellen offen."): any(one.is_open for one in found),
        _("Bitte bestätigen Sie jede zurückgestellte Fundstelle."): any(
            one.dismissal.id not in confirmed for one in found if one.dismissal
        ),
    }
    return [words for words, holds in objected.items() if holds]


def labels(names: Iterable[str]) -> str:
    """Fields of a decision in words, as a list."""
    return ", ".join(str(FIELD_LABELS.get(name, _("Ausgang"))) for name in names)


def release(
    decision: Decision, person: Person, confirmed: AbstractSet[int], at: datetime | None = None
) -> None:
    """Release a draft, in the current transaction.

    Args:
        decision: the draft.
        person: the releasing second person.
        confirmed: ids of the dismissals that this person confirms; it must be all that count.
        at: the moment, for the demonstration; now by default.

    Raises:
        ReleaseRefusedError: the person wrote it, or something else stands against it (`objections`).
    """
    if not decision.is_draft or person.id not in {row.id for row in releasers(decision)}:
        raise ReleaseRefusedError(_l("Freigeben muss jemand, der nicht daran geschrieben hat."))
    found = _blocking(decision)
    if objected := _objections(decision, found, confirmed):
        raise ReleaseRefusedError(" ".join(objected))
    for one in found:
        if one.dismissal:
            one.dismissal.confirmed_by_id = person.id
    moment = at or now()
    year, key = local(moment, decision.committee.zone).year, search.next_key(moment)
    ordinal = _next_ordinal(decision.committee_id, year)
    decision.released_by_id, decision.released_at, decision.archive_key = person.id, moment, key
    decision.year, decision.ordinal = year, ordinal
    decision.number = f"{decision.committee.code}-{year}-{ordinal:03d}"
    decision.state, decision.audience = DecisionState.RELEASED, audience_of(decision.committee.kind)
    session.flush()
    link = chain.seal(LinkKind.RELEASED, f"decision:{decision.id}", decision.salt, decision.chained(), moment)
    _supersede(decision, link.content_digest)
    search.index([decision])
    citations.note_decision(decision)
    _tell(decision)
    _answer_problem_group(decision, person)


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
    if old is None:
        return
    session.refresh(old, with_for_update={"of": Decision})
    if old.state not in REPLACEABLE:
        raise ReleaseRefusedError(
            _l("Die Entscheidung, die sie ablösen soll, ist zurückgenommen oder gelöscht.")
        )
    old.state = DecisionState.SUPERSEDED
    chain.append(LinkKind.SUPERSEDED, f"decision:{old.id}", digest, decision.released_at)
    decision_steps.note_changed(old)


def _tell(decision: Decision) -> None:
    """A letter to the committee's members; about a case group's decision it says no more than number and date."""
    words = {"decision": decision, "with_title": decision.audience is Audience.PROGRAMME}
    members = people_of(decision.committee)
    outbox.queue_many([Draft("decision_released", decision, person, 0, context=words) for person in members])


def _answer_problem_group(decision: Decision, person: Person) -> None:
    """Let the case group know that the steering committee decided about its problem group.

    The answer names the decision and repeats none of its words: an erasure that the law demands misses no copy.
    """
    group, is_steering = decision.problem_group, decision.committee.kind is CommitteeKind.STEERING
    if group is None or group.state is not GroupState.OPEN or not is_steering:
        return
    with force_locale("de"):
        words = _("Der Lenkungskreis hat darüber entschieden: %(number)s.", number=decision.number)
    problem_group_work.answer(group, words, person.id)


def _names(item: AgendaItem) -> bool:
    """Whether a decision or a draft of one names the item of an agenda."""
    named = sa.select(Decision.id).where(Decision.agenda_item_id == item.id)
    return session.scalar(named.limit(1)) is not None


def _still_readable(letter: Letter) -> bool:
    """Whether the reader of the letter still sits in the committee."""
    decision = session.get_one(Decision, outbox.number_in(letter.about))
    return sits_in(letter.person, decision.committee_id)


def init_app(_app: Flask) -> None:
    outbox.still_wanted["decision_released"] = _still_readable
    outbox.optional.add("decision_released")
    agenda.named_by["decision"] = _names
