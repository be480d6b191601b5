"""The form in which a decision is written, and what becomes of its fields."""

import re
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from wtforms import Field, HiddenField, SelectField, TextAreaField
from wtforms.validators import Length, Optional, ValidationError

from meetings.meeting import Meeting, MeetingState
from minutes import search
from minutes.archive import readable_scope
from minutes.decision import (
    DECISION_KINDS,
    OUTCOME_LENGTH,
    RATIONALE_LENGTH,
    REFERENCE_LENGTH,
    TITLE_LENGTH,
    TOPIC_LENGTH,
    Decision,
    DecisionKind,
    LegalBasis,
    Topic,
    decision_topic,
    decision_writer,
    is_released,
)
from minutes.minutes import Minutes
from minutes.proposals import DecisionProposal
from portal.clock import now
from portal.committees import Committee, Role, committees_of
from portal.database import serialise, session
from portal.forms import FILLED, VersionedForm, choice, line
from portal.language import local, short_date

NUMBER_LENGTH = 20
LINES = 30  # of legal bases, of topics
COMING = timedelta(days=60)
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
LIMITS = {"title": TITLE_LENGTH, "outcome": OUTCOME_LENGTH, "rationale": RATIONALE_LENGTH}
LINE_LIMITS = {"legal_bases": REFERENCE_LENGTH, "topics": TOPIC_LENGTH}
FIELD_LABELS = {
    "title": _l("Titel"),
    "outcome": _l("Ergebnis"),
    "rationale": _l("Grundzüge und tragende Argumente"),
    "legal_bases": _l("Rechtsgrundlagen"),
    "topics": _l("Themen"),
}


class ShortLines:
    """Refuses a list, one entry a line, with an entry that the row could not hold."""

    def __init__(self, longest: int) -> None:
        self.longest = longest

    def __call__(self, _form: Any, field: Field) -> None:
        lines = entries(field.data or "")
        too_long = next((text for text in lines if len(text) > self.longest), None)
        if too_long is not None:
            raise ValidationError(
                _("„%(start)s …“ ist länger als %(max)d Zeichen.", start=too_long[:30], max=self.longest)
            )
        if len(lines) > LINES:
            raise ValidationError(_("Bitte höchstens %(max)d Zeilen.", max=LINES))


def tidy(text: str | None) -> str | None:
    """Typed text with one kind of line break and without control signs."""
    return UNPRINTABLE.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n")).strip() if text else text


def _text(label: str, longest: int) -> TextAreaField:
    too_long = _l("Bitte höchstens %(max)d Zeichen.", max=longest)
    return TextAreaField(label, filters=[tidy], validators=[FILLED, Length(max=longest, message=too_long)])


class DecisionForm(VersionedForm):
    kind = choice(_l("Art"), DECISION_KINDS, default=DecisionKind.OFFICE_DECISION)
    title = line(FIELD_LABELS["title"], TITLE_LENGTH)
    outcome = _text(FIELD_LABELS["outcome"], OUTCOME_LENGTH)
    rationale = _text(FIELD_LABELS["rationale"], RATIONALE_LENGTH)
    legal_bases = TextAreaField(
        _l("Rechtsgrundlagen, eine je Zeile"), [Optional(), ShortLines(REFERENCE_LENGTH)], filters=[tidy]
    )
    topics = TextAreaField(
        _l("Themen, eines je Zeile"), [Optional(), ShortLines(TOPIC_LENGTH)], filters=[tidy]
    )
    meeting_id = SelectField(_l("Sitzung"), coerce=int)
    supersedes = line(_l("Löst ab (Nummer)"), NUMBER_LENGTH, required=False)
    submission = HiddenField()
    superseded: Decision | None = None

    def __init__(self, committee: Committee, draft: Decision | None = None, **values: Any) -> None:
        super().__init__(**values)
        self.committee = committee
        self.meeting_id.choices = [(0, "–"), *_meetings(committee, draft)]

    def validate_supersedes(self, field: Field) -> None:
        if not field.data:
            return
        self.superseded = session.scalar(
            sa.select(Decision).where(
                Decision.number == field.data.upper(),
                Decision.committee_id == self.committee.id,
                is_released(),
            )
        )
        if self.superseded is None:
            raise ValidationError(
                _("Eine freigegebene Entscheidung dieses Gremiums mit dieser Nummer gibt es nicht.")
            )

    def differences(self, stored: Decision) -> list[tuple[str, str]]:
        """Labels and stored texts of the fields in which somebody else's version differs from this form."""
        typed = {name: self[name].data or "" for name in FIELD_LABELS}
        return [
            (str(FIELD_LABELS[name]), text)
            for name, text in stored.guarded_texts.items()
            if text != typed[name]
        ]


def values_of(decision: Decision) -> dict[str, Any]:
    """A draft as the form shows it."""
    return decision.guarded_texts | {
        "version": decision.version,
        "kind": decision.kind,
        "meeting_id": decision.meeting_id or 0,
        "supersedes": decision.supersedes.number if decision.supersedes else "",
    }


def taken_over(committee: Committee) -> dict[str, Any]:
    """What a decision read from minutes brings along: `?from=<id of the proposal>`."""
    found = session.scalar(
        sa.select(DecisionProposal)
        .join(DecisionProposal.minutes)
        .join(Minutes.meeting)
        .where(
            DecisionProposal.id == min(max(request.args.get("from", 0, type=int), 0), 2**31 - 1),
            Meeting.committee_id == committee.id,
            Meeting.committee_id.in_(committees_of(current_user, Role.SECRETARY)),
        )
    )
    if found is None:
        return {}
    return {
        "kind": DecisionKind.RESOLUTION,
        "title": found.text.partition("\n")[0][:TITLE_LENGTH],
        "outcome": found.text,
        "rationale": found.rationale,
        "meeting_id": found.minutes.meeting_id,
    }


def write(decision: Decision, form: DecisionForm) -> None:
    """Take over the form's texts; whoever does this cannot release the decision any more."""
    decision.kind, decision.title, decision.rationale = form.kind.data, form.title.data, form.rationale.data
    decision.outcome = " ".join(form.outcome.data.split())
    decision.meeting_id, decision.supersedes = form.meeting_id.data or None, form.superseded
    decision.written_by_id = current_user.id
    session.flush()
    set_text(decision, "legal_bases", form.legal_bases.data or "")
    set_text(decision, "topics", form.topics.data or "")
    note_writer(decision)


def set_text(decision: Decision, name: str, text: str) -> None:
    """Set one of the fields that the guard reads."""
    if name == "legal_bases":
        decision.legal_bases = []
        session.flush()
        decision.legal_bases = [
            LegalBasis(position=position, reference=reference)
            for position, reference in enumerate(entries(text))
        ]
    elif name == "topics":
        serialise("topics")
        decision.topics = [topic(name) for name in entries(text)]
        forget_topics()
    else:
        setattr(decision, name, text)


def fits(name: str, text: str) -> bool:
    """Whether a field can hold the text."""
    if name in LINE_LIMITS:
        return all(len(entry) <= LINE_LIMITS[name] for entry in entries(text))
    return 0 < len(text) <= LIMITS[name]


def entries(text: str) -> list[str]:
    """The entries of a list that was typed one a line, each once."""
    return list(dict.fromkeys(" ".join(part.split()) for part in text.splitlines() if part.strip()))


def topic(name: str) -> Topic:
    """The topic of that name, made if it is new."""
    found = session.scalar(sa.select(Topic).where(Topic.name == name))
    if found is None:
        found = Topic(name=name)
        session.add(found)
        session.flush()
    return found


def forget_topics() -> None:
    """Drop topics that stand in no decision any more: their name may have been what the guard replaced."""
    session.flush()
    used = sa.select(decision_topic.c.topic_id).where(decision_topic.c.topic_id == Topic.id)
    session.execute(sa.delete(Topic).where(~used.exists()))


def note_writer(decision: Decision) -> None:
    """Remember who changed a draft, and let its version grow also where only a list has changed."""
    decision.written_at = now()
    known = sa.select(decision_writer.c.person_id).where(decision_writer.c.decision_id == decision.id)
    if current_user.id not in set(session.scalars(known)):
        session.execute(sa.insert(decision_writer).values(decision_id=decision.id, person_id=current_user.id))


def suggested_topics() -> list[str]:
    """Topics that the writer can see in the archive; those of other drafts are nobody's business."""
    tokens = search.filters(readable_scope(current_user))
    ids = [int(token[1:]) for token in tokens if token.startswith("t")]
    return list(session.scalars(sa.select(Topic.name).where(Topic.id.in_(ids)).order_by(Topic.name)))


def supersedable(committee: Committee) -> list[tuple[str, str]]:
    """Numbers and titles to choose from while typing: the newest decisions that stand."""
    newest = (
        sa.select(Decision.number, Decision.title)
        .where(Decision.committee_id == committee.id, Decision.archive_key.is_not(None))
        .order_by(Decision.year.desc(), Decision.ordinal.desc())
        .limit(50)
    )
    return [(str(number), title) for number, title in session.execute(newest)]


def _meetings(committee: Committee, draft: Decision | None) -> list[tuple[int, str]]:
    """Meetings at which it can have been decided, newest first, and the one that the draft names."""
    wanted = (
        sa.select(Meeting)
        .where(
            Meeting.committee_id == committee.id,
            Meeting.starts_at < now() + COMING,
            Meeting.state != MeetingState.CANCELLED,
        )
        .order_by(Meeting.starts_at.desc())
        .limit(40)
    )
    rows = list(session.scalars(wanted))
    if draft is not None and draft.meeting is not None and draft.meeting not in rows:
        rows.append(draft.meeting)
    zone = committee.zone
    return [(row.id, f"{short_date(local(row.starts_at, zone))} {row.title}".strip()) for row in rows]
