"""The demonstration's texts as rows, by the functions that serve real use; nobody gets a letter of it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import sqlalchemy as sa

from meetings.agenda import ItemKind
from meetings.announcing import invite_everybody
from meetings.answering import record_answer
from meetings.blocked import BlockedPeriod
from meetings.feeds import event_changed
from meetings.meeting import Invitation, Meeting, MeetingState
from meetings.procedure import Duty, Procedure, StandingItem
from meetings.proposing import Appointment, Proposal, propose_year
from meetings.replies import Answer, ReplyWay
from meetings.rooms import Room
from meetings.rules import Frequency, MeetingRule
from minutes.approval import approve
from minutes.arrivals import from_text
from minutes.comments import Comment
from minutes.decision import Decision, DecisionKind, Result
from minutes.decision_form import topic
from minutes.demonstration import texts
from minutes.demonstration.agendas import fill_agendas
from minutes.demonstration.texts import DecisionText, MinutesText
from minutes.legal_basis import LegalBasis, provision_of
from minutes.reading import make_minutes
from minutes.release import findings, release
from minutes.review import give, preset_end
from portal.clock import now, today
from portal.committees import (
    Committee,
    CommitteeKind,
    Deputy,
    Membership,
    Role,
    note_changed_committee,
    note_changed_seats,
)
from portal.database import session
from portal.dismissals import Dismissal
from portal.outbox import Letter
from portal.people import Affiliation, AffiliationRole, Agency, AgencyKind, Person, person_by_email

SECRETARY = "secretary@example.org"
SEATED_SINCE = timedelta(days=800)
MEETINGS_EACH_WAY = 4
ANSWERED = (Answer.YES, Answer.NO, Answer.PERHAPS, Answer.YES)
IN_REVIEW = "lenkungskreis-4"
COMMENTED_BY = "member@example.org"
COMMENT = "Zu TOP 4: Ich hatte mich der Stimme enthalten; bitte prüfen Sie die Zählung."


def fill_world() -> None:
    """Make everything, in the current transaction."""
    world = texts.world()
    agencies = {row.slug: Agency(**vars(row) | {"kind": AgencyKind(row.kind)}) for row in world.agencies}
    session.add_all(agencies.values())
    session.add_all(Room(**vars(room)) for room in world.rooms)
    committees = {row.slug: _committee(row) for row in world.committees}
    for person in world.people:
        _person(person, agencies, committees)
    for deputy in world.deputies:
        _deputy(deputy, committees)
    meetings = {slug: _meetings(committee) for slug, committee in committees.items()}
    _say_what_happened(committees, meetings)
    fill_agendas(meetings)
    session.flush()
    session.execute(sa.delete(Letter))


def _committee(row: texts.CommitteeText) -> Committee:
    committee = Committee(
        slug=row.slug, code=row.code, name=row.name, kind=CommitteeKind(row.kind), description=row.description
    )
    session.add(committee)
    note_changed_committee(committee)
    rule = vars(row.rule) | {"frequency": Frequency(row.rule.frequency)}
    session.add(MeetingRule(committee_id=committee.id, **rule))
    _ways_of_working(committee, row)
    session.flush()
    return committee


def _ways_of_working(committee: Committee, row: texts.CommitteeText) -> None:
    words = vars(row.procedure) | {"duty": Duty(row.procedure.duty)}
    for position, (kind, minutes, title) in enumerate(words.pop("items"), start=1):
        item = StandingItem(committee_id=committee.id, position=position, minutes=minutes, title=title)
        item.kind = ItemKind(kind)
        session.add(item)
    session.add(Procedure(committee_id=committee.id, **words))
    for blocked in row.blocked:
        first = today() + timedelta(days=blocked.in_days)
        last = first + timedelta(days=blocked.days - 1)
        period = BlockedPeriod(committee_id=committee.id, name=blocked.name, starts_on=first, ends_on=last)
        session.add(period)


def _person(row: texts.PersonText, agencies: dict[str, Agency], committees: dict[str, Committee]) -> None:
    since = today() - SEATED_SINCE
    person = Person(email=row.email, name=row.name, is_admin=row.account == "admin")
    session.add(person)
    session.flush()
    if row.agency and row.role:
        role = AffiliationRole(row.role)
        session.add(Affiliation(person=person, agency=agencies[row.agency], role=role, starts_on=since))
    for slug, seat in row.committees.items():
        session.add(Membership(person=person, committee=committees[slug], role=Role(seat), starts_on=since))
    note_changed_seats(person)


def _deputy(row: texts.DeputyText, committees: dict[str, Committee]) -> None:
    person, absent = person_by_email(row.person), person_by_email(row.stands_in_for)
    session.add(
        Deputy(
            person=person,
            for_person=absent,
            committee=committees[row.committee],
            starts_on=today() - timedelta(days=row.since_days_ago),
            ends_on=today() + timedelta(days=row.days_left),
        )
    )


def _meetings(committee: Committee) -> list[Meeting]:
    """The last four meetings, held, and the next four, of which the first one is invited to."""
    rule = session.scalars(sa.select(MeetingRule).where(MeetingRule.committee_id == committee.id)).one()
    years = range(today().year - 1, today().year + 3)
    proposals = [proposal for year in years for proposal in propose_year(committee, rule, year)]
    dates = [(proposal, proposal.best) for proposal in proposals if proposal.best]
    past = [row for row in dates if row[1].ends_at < now()][-MEETINGS_EACH_WAY:]
    coming = [row for row in dates if row[1].starts_at > now()][:MEETINGS_EACH_WAY]
    rows = [_meeting(committee, *row, rule.place, MeetingState.HELD) for row in past]
    rows += [_meeting(committee, *row, rule.place, MeetingState.PLANNED) for row in coming]
    first = rows[len(past)]
    first.invite()
    event_changed(first)
    invite_everybody(first)
    session.execute(
        sa.update(Invitation)
        .where(Invitation.meeting_id == first.id)
        .values(
            told_live=True,
            told_starts_at=first.starts_at,
            told_ends_at=first.ends_at,
            told_place=first.place,
            told_link=first.link,
            told_title=first.title,
        )
    )
    _answers(first)
    return rows


def _answers(meeting: Meeting) -> None:
    """Some of the invited have answered; nobody says "my deputy comes", which would invite one."""
    invited = sa.select(Invitation).where(Invitation.meeting_id == meeting.id).order_by(Invitation.id)
    for row, answer in zip(session.scalars(invited), ANSWERED, strict=False):
        record_answer(meeting, row.person, answer, way=ReplyWay.LINK, sequence=meeting.sequence)


def _meeting(
    committee: Committee, proposal: Proposal, date: Appointment, place: str, state: MeetingState
) -> Meeting:
    meeting = Meeting(
        committee=committee,
        starts_at=date.starts_at,
        ends_at=date.ends_at,
        place=place,
        planning_note=proposal.note,
        state=state,
    )
    session.add(meeting)
    event_changed(meeting)
    return meeting


def _say_what_happened(committees: dict[str, Committee], meetings: dict[str, list[Meeting]]) -> None:
    """Minutes and decisions in the order of their days, so that the chain grew as in real life."""
    events: list[tuple[datetime, int, Callable[[datetime], None]]] = []
    held: dict[str, Meeting] = {}
    for slug, rows in meetings.items():
        ours = [row for row in texts.minutes() if row.committee == slug]
        past = [row for row in rows if row.state is MeetingState.HELD][-len(ours) :] if ours else []
        for text, meeting in zip(ours, past, strict=True):
            held[f"{slug}-{text.number}"] = meeting
            following = rows[rows.index(meeting) + 1]
            approved = min(meeting.ends_at + timedelta(days=14), now())
            events.append((approved, len(events), partial(_write_minutes, text, meeting, following)))
    made: dict[int, Decision] = {}
    for position, decision in enumerate(texts.decisions()):
        meeting = (
            held.get(decision.minutes or "") or meetings[decision.committee][position % MEETINGS_EACH_WAY]
        )
        released = min(meeting.ends_at + timedelta(days=7, minutes=position), now())
        decide = partial(_decide, position, committees[decision.committee], meeting, made)
        events.append((released, len(events), decide))
    for moment, _order, happen in sorted(events, key=lambda event: event[:2]):
        happen(moment)


def _write_minutes(text: MinutesText, meeting: Meeting, following: Meeting, at: datetime) -> None:
    secretary, chair = _officers(meeting.committee)
    words = text.dated(meeting.starts_at.date(), following.starts_at.date())
    minutes = make_minutes(meeting, from_text(words), secretary.id)
    if f"{text.committee}-{text.number}" != IN_REVIEW:
        approve(minutes, chair.id, at)
        return
    give(minutes, preset_end(minutes), secretary.id)
    member = person_by_email(COMMENTED_BY)
    minutes.comments.append(Comment(person=member, text=COMMENT, asks_change=True))


def _decide(
    position: int, committee: Committee, meeting: Meeting, made: dict[int, Decision], at: datetime
) -> None:
    text = texts.decisions()[position]
    secretary, chair = _officers(committee)
    decision = made[position] = write_decision(text, committee, meeting, secretary)
    decision.written_at = at - timedelta(days=2)
    decision.supersedes = made.get(text.supersedes) if text.supersedes is not None else None
    session.flush()
    if text.released:
        release(decision, chair, _set_aside(decision, secretary), at)


def _set_aside(decision: Decision, writer: Person) -> set[int]:
    """Ids of dismissals of what the guard finds: word lists of other packages must not stop the demonstration."""
    found = {(one.finding.kind, one.excerpt) for one in findings(decision) if one.is_open}
    rows = [
        Dismissal(
            subject=f"decision:{decision.id}",
            kind=kind,
            excerpt=excerpt,
            reason="Ein erfundenes Beispiel",
            dismissed_by=writer,
        )
        for kind, excerpt in sorted(found)
    ]
    session.add_all(rows)
    session.flush()
    return {row.id for row in rows}


def write_decision(
    text: DecisionText, committee: Committee, meeting: Meeting | None, writer: Person
) -> Decision:
    """A draft of that text."""
    topics = [topic(name) for name in dict.fromkeys(text.topics)]
    bases = [
        LegalBasis(position=n, reference=name, provision=provision_of(name))
        for n, name in enumerate(text.legal_bases)
    ]
    decision = Decision(
        committee=committee,
        kind=DecisionKind(text.kind),
        title=text.title,
        outcome=text.outcome,
        result=Result(text.result),
        outline=text.outline,
        arguments=text.arguments,
        conclusion=text.conclusion,
        meeting=meeting,
        written_by=writer,
        writers=[writer],
        legal_bases=bases,
        topics=topics,
    )
    session.add(decision)
    return decision


def _officers(committee: Committee) -> tuple[Person, Person]:
    """Secretary and chair of a committee."""

    def holder(role: Role) -> Person:
        seat = sa.select(Person).join(Membership, Membership.person_id == Person.id)
        return session.scalars(
            seat.where(Membership.committee_id == committee.id, Membership.role == role).limit(1)
        ).one()

    return holder(Role.SECRETARY), holder(Role.CHAIR)
