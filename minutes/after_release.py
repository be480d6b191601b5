"""The steps after release and who may take them: withdrawal by two people, opening by the chair, news to the members.

A withdrawn decision stays readable with the reason. Opening to all committees is the chair's; to the public it is
released by the chair of the steering committee, in a further step, once all committees may read it (DESIGN, 7).
"""

import sqlalchemy as sa
from flask import Flask
from flask_babel import lazy_gettext as _l

from minutes import release as releasing
from minutes.decision import Audience, Decision, DecisionState
from minutes.decision_steps import DecisionStep, StepKind, WithdrawalRequest, take
from portal import outbox
from portal.committees import CommitteeKind, Role, committees_of, people_of, sits_in
from portal.database import session
from portal.outbox import Draft, Letter
from portal.people import Person


class StepRefusedError(Exception):
    """The decision may not take this step, or not by this person; says why in the reader's language."""


def request_of(decision: Decision) -> WithdrawalRequest | None:
    """The wish to withdraw the decision that waits for a second person."""
    return session.scalar(sa.select(WithdrawalRequest).where(WithdrawalRequest.decision_id == decision.id))


def may_be_withdrawn(decision: Decision) -> bool:
    """What was superseded does not hold any more anyway."""
    return decision.state is DecisionState.RELEASED


def ask_withdrawal(decision: Decision, reason: str, person: Person) -> WithdrawalRequest:
    """Ask the others who write for the committee to withdraw a decision, in the current transaction.

    Raises:
        StepRefusedError: it does not stand any more, or somebody has asked already.
    """
    _check_stands(decision)
    if request_of(decision) is not None:
        raise StepRefusedError(_l("Die Rücknahme ist schon beantragt."))
    request = WithdrawalRequest(decision=decision, reason=reason, asked_by=person)
    session.add(request)
    session.flush()
    outbox.queue_many(
        [
            Draft("withdrawal_asked", request, other, 0, context={"decision": decision})
            for other in confirmers(request)
        ]
    )
    return request


def confirmers(request: WithdrawalRequest) -> list[Person]:
    """Chair and secretaries who may withdraw: not the one who asked, under no other account either."""
    return releasing.others(request.decision, [request.asked_by])


def requests_for(person: Person) -> list[WithdrawalRequest]:
    """The wishes to withdraw that this person may confirm as the second one, oldest first."""
    wanted = (
        sa.select(WithdrawalRequest)
        .join(WithdrawalRequest.decision)
        .where(
            Decision.committee_id.in_(committees_of(person, Role.SECRETARY)),
            Decision.state == DecisionState.RELEASED,
        )
        .order_by(WithdrawalRequest.id)
    )
    return [row for row in session.scalars(wanted) if person.id in {one.id for one in confirmers(row)}]


def withdraw(request: WithdrawalRequest, person: Person) -> DecisionStep:
    """Withdraw as it was asked for, in the current transaction.

    Raises:
        StepRefusedError: this person asked for it, or the decision does not stand any more.
    """
    decision = request.decision
    if person.id not in {row.id for row in confirmers(request)}:
        raise StepRefusedError(_l("Zurücknehmen muss eine zweite Person."))
    _check_stands(decision)
    step = take(decision, StepKind.WITHDRAWN, person, reason=request.reason, asked_by=request.asked_by)
    session.delete(request)
    _tell(step)
    return step


def share(decision: Decision, person: Person) -> DecisionStep:
    """Open a decision of the own members to all committees, in the current transaction.

    Raises:
        StepRefusedError: it does not stand, is open already, or the guard finds something today.
    """
    _check_stands(decision)
    if decision.audience is not Audience.COMMITTEE:
        raise StepRefusedError(_l("Die Entscheidung ist schon für alle Gremien geöffnet."))
    _check_text(decision)
    step = take(decision, StepKind.SHARED, person)
    _tell(step)
    return step


def publish(decision: Decision, person: Person) -> DecisionStep:
    """Let everybody read a decision that all committees may read already, in the current transaction.

    Raises:
        StepRefusedError: it does not stand, all committees may not read it yet, it is public already, or the guard
            finds something today.
    """
    _check_stands(decision)
    if decision.audience is not Audience.PROGRAMME:
        raise StepRefusedError(_l("Veröffentlicht wird nur, was alle Gremien schon lesen, und nur einmal."))
    _check_text(decision)
    step = take(decision, StepKind.PUBLISHED, person)
    _tell(step)
    return step


def _check_stands(decision: Decision) -> None:
    if not may_be_withdrawn(decision):
        raise StepRefusedError(_l("Die Entscheidung ist abgelöst oder zurückgenommen."))


def _check_text(decision: Decision) -> None:
    """The guard may have learned since the release; more people read now, so it reads once more."""
    if any(one.is_open for one in releasing.findings(decision)):
        raise StepRefusedError(
            _l("Der Textwächter findet in dieser Entscheidung heute Stellen, die offen sind.")
        )


def _tell(step: DecisionStep) -> None:
    """A letter to the committee's members; about a case group's decision it says no more than number and date."""
    committee = step.decision.committee
    with_title = committee.kind is not CommitteeKind.CASE_GROUP
    words = {"decision": step.decision, "step": step, "with_title": with_title}
    outbox.queue_many(
        [Draft("decision_step", step, person, 0, context=words) for person in people_of(committee)]
    )


def _still_asked(letter: Letter) -> bool:
    request = session.get_one(WithdrawalRequest, outbox.number_in(letter.about))
    return sits_in(letter.person, request.decision.committee_id, Role.SECRETARY)


def _still_readable(letter: Letter) -> bool:
    step = session.get_one(DecisionStep, outbox.number_in(letter.about))
    return sits_in(letter.person, step.decision.committee_id)


def init_app(_app: Flask) -> None:
    outbox.still_wanted["withdrawal_asked"] = _still_asked
    outbox.still_wanted["decision_step"] = _still_readable
    outbox.optional.add("decision_step")
