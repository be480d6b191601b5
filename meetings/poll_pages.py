"""The pages of date polls: asking, answering, taking a date."""

import sqlalchemy as sa
from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from meetings import polling
from meetings.agenda_guard import guard_blocks
from meetings.poll_dates import proposed_dates
from meetings.poll_forms import DecideForm, PollForm, answer_form, answers_in
from meetings.poll_result import answers_of, awaited, best, represented_by, tallies
from meetings.polling import PollRefusedError
from meetings.polls import POLL_STATES, DatePoll, PollState, get_poll, visible_polls
from meetings.rules import rule_of
from portal.access import get_committee, refuse
from portal.clock import now
from portal.committees import Committee, Role, sits_in
from portal.database import session
from portal.forms import Form
from portal.outbox import name_of
from portal.people import Person

blueprint = Blueprint("poll", __name__)


@blueprint.get("/committees/<slug>/polls/new")
def new(slug: str) -> ResponseReturnValue:
    committee = get_committee(slug, Role.SECRETARY)
    rule = rule_of(committee)
    usual = {"place": rule.place, "link": rule.link} if rule else {}
    return _form_page(committee, PollForm.with_dates(proposed_dates(committee), **usual))


@blueprint.post("/committees/<slug>/polls/rows")
def more_rows(slug: str) -> ResponseReturnValue:
    """One row more for a date; nothing is kept yet, and everything typed stays."""
    committee, form = get_committee(slug, Role.SECRETARY), PollForm()
    form.add_row()
    if form.set_aside.entries:
        form.passes(committee, blocks=guard_blocks(committee))
    return _form_page(committee, form, focus=len(form.options) - 1)


@blueprint.post("/committees/<slug>/polls/new")
def create(slug: str) -> ResponseReturnValue:
    committee, form = get_committee(slug, Role.SECRETARY), PollForm()
    form.judge_by(committee)
    form.put_replacements(committee)
    if not form.validate() or not form.passes(committee, blocks=guard_blocks(committee)):
        return _form_page(committee, form), 422
    words = {name: form[name].data or "" for name in ("title", "note", "place", "link")}
    poll = polling.open_poll(committee, _reader(), form.dates, form.closes_at, **words)
    if poll is None:
        flash(_("Diese Umfrage läuft schon."), "message")
        return redirect(url_for("meeting.committee", slug=slug))
    form.note_reasons(name_of(poll), current_user.id)
    session.commit()
    flash(_("Die Umfrage läuft; das Gremium bekommt einen Brief. Bitte antworten auch Sie."), "success")
    return redirect(_address(poll))


@blueprint.get("/polls/<int:poll_id>")
def show(poll_id: int) -> ResponseReturnValue:
    poll = get_poll(poll_id)
    person = _answering_for(poll)
    form = answer_form(poll, answers_of(poll, person))
    return _poll_page(poll, person, form)


@blueprint.post("/polls/<int:poll_id>")
def answer(poll_id: int) -> ResponseReturnValue:
    poll = get_poll(poll_id)
    person, form = _answering_for(poll), answer_form(poll, {})
    if poll.is_running and not form.validate():
        return _poll_page(poll, person, form), 422
    try:
        polling.answer(poll, person, answers_in(form, poll), _reader())
    except PollRefusedError as refused:
        return _refused(poll, refused)
    session.commit()
    flash(_("Danke, die Antwort ist gespeichert."), "success")
    return redirect(_address(poll))


@blueprint.post("/polls/<int:poll_id>/decide")
def decide(poll_id: int) -> ResponseReturnValue:
    poll = get_poll(poll_id, Role.SECRETARY)
    form = DecideForm.of(poll)
    if not form.validate():
        flash(_("Bitte wählen Sie einen Termin, der noch nicht vorbei ist."), "warning")
        return redirect(_address(poll))
    option = next(row for row in poll.options if row.id == form.option.data)
    try:
        meeting = polling.decide(poll, option, invites=form.invite.data)
    except PollRefusedError as refused:
        return _refused(poll, refused)
    session.commit()
    invited = _("Die Sitzung ist eingetragen. Die Einladungen liegen im Postausgang.")
    flash(
        invited if form.invite.data else _("Die Sitzung ist eingetragen. Eingeladen ist noch niemand."),
        "success",
    )
    return redirect(url_for("meeting.show", meeting_id=meeting.id))


@blueprint.get("/polls/<int:poll_id>/withdraw")
def ask_withdraw(poll_id: int) -> ResponseReturnValue:
    poll = get_poll(poll_id, Role.SECRETARY)
    return render_template("meetings/poll_withdraw.html", poll=poll)


@blueprint.post("/polls/<int:poll_id>/withdraw")
def withdraw(poll_id: int) -> ResponseReturnValue:
    poll = get_poll(poll_id, Role.SECRETARY)
    try:
        told = polling.withdraw(poll)
    except PollRefusedError as refused:
        return _refused(poll, refused)
    session.commit()
    news = ngettext("Eine Person wird benachrichtigt.", "%(num)d Personen werden benachrichtigt.", told)
    done = _("Die Umfrage ist zurückgezogen.")
    flash(f"{done} {news}" if told else done, "success")
    return redirect(url_for("meeting.committee", slug=poll.committee.slug))


def _address(poll: DatePoll) -> str:
    return url_for("poll.show", poll_id=poll.id)


def _refused(poll: DatePoll, refused: PollRefusedError) -> ResponseReturnValue:
    address = _address(poll)
    session.rollback()
    flash(str(refused), "warning")
    return redirect(address)


def _reader() -> Person:
    return session.get_one(Person, current_user.id)


def _answering_for(poll: DatePoll) -> Person:
    """The reader, or the member named in the address if the reader stands in for them; otherwise 404."""
    reader, number = _reader(), request.args.get("person", type=int)
    if number in {None, reader.id}:
        return reader
    represented = {person.id: person for person in represented_by(reader, poll)}
    return represented.get(number or 0) or refuse()


def _form_page(committee: Committee, form: PollForm, focus: int | None = None) -> str:
    return render_template("meetings/poll_new.html", committee=committee, form=form, focus=focus)


def _poll_page(poll: DatePoll, person: Person, form: Form) -> str:
    found, reader = tallies(poll), _reader()
    leader = best(found) if poll.awaits_decision else None
    may_decide = poll.awaits_decision and sits_in(reader, poll.committee_id, Role.SECRETARY)
    return render_template(
        "meetings/poll.html",
        poll=poll,
        states=POLL_STATES,
        person=person,
        form=form,
        others=[row for row in [reader, *represented_by(reader, poll)] if row.id != person.id],
        tallies=found,
        best=leader,
        awaited=awaited(poll) if poll.is_running else [],
        decision=DecideForm.of(poll, leader.option if leader else None) if may_decide else None,
    )


def card(person: Person) -> str:
    """On the start page: polls that wait for the person's answer, and those over which they are to decide."""
    running = visible_polls().where(DatePoll.state == PollState.OPEN, DatePoll.closes_at > now())
    closed = visible_polls(Role.SECRETARY).where(DatePoll.state == PollState.CLOSED)
    unanswered = [
        poll
        for poll in session.scalars(running.order_by(DatePoll.closes_at))
        if person.id in {row.id for row in awaited(poll)}
    ]
    undecided = session.scalars(closed.order_by(DatePoll.closes_at)).all()
    if not unanswered and not undecided:
        return ""
    return render_template("meetings/poll_card.html", unanswered=unanswered, undecided=undecided)


def committee_section(committee: Committee) -> str:
    """On a committee's page: its polls, and the way to a new one."""
    wanted = sa.select(DatePoll).where(
        DatePoll.committee_id == committee.id, DatePoll.state.in_([PollState.OPEN, PollState.CLOSED])
    )
    polls = session.scalars(wanted.order_by(DatePoll.closes_at)).all()
    may_ask = sits_in(current_user, committee.id, Role.SECRETARY)
    if not polls and not may_ask:
        return ""
    return render_template(
        "meetings/poll_section.html", committee=committee, polls=polls, may_ask=may_ask, states=POLL_STATES
    )


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
