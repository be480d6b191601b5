"""The form in which a decision is written, and what becomes of its fields."""

import re
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from wtforms import BooleanField, Field, HiddenField, IntegerField, SelectField, TextAreaField
from wtforms.validators import Length, NumberRange, Optional, ValidationError

from minutes import citations, decision_offers, legal_basis_suggestions
from minutes.decision import (
    CONDITIONS_LENGTH,
    OUTCOME_LENGTH,
    RATIONALE_LENGTH,
    REPLACEABLE,
    TITLE_LENGTH,
    TOPIC_LENGTH,
    Decision,
    DecisionKind,
    Result,
    Topic,
    decision_topic,
    decision_writer,
)
from minutes.decision_votes import ConfirmsDoubt, doubt
from minutes.decision_words import DECISION_KINDS, FIELD_LABELS, RESULTS
from minutes.legal_basis import REFERENCE_LENGTH, LegalBasis, provision_of
from portal.clock import now
from portal.committees import Committee
from portal.database import serialise, session
from portal.dismissals import SettlingForm, report
from portal.forms import FILLED, choice, choices, line

NUMBER_LENGTH = 20
MOST_VOTES = 999
LINES = 30  # of legal bases, of topics
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
LIMITS = {
    "title": TITLE_LENGTH,
    "outcome": OUTCOME_LENGTH,
    "outline": RATIONALE_LENGTH,
    "arguments": RATIONALE_LENGTH,
    "conclusion": RATIONALE_LENGTH,
    "conditions": CONDITIONS_LENGTH,
}
OPTIONAL = {"outline", "conclusion", "conditions"}
VOTES = ("votes_yes", "votes_no", "votes_abstain")
LINE_LIMITS = {"legal_bases": REFERENCE_LENGTH, "topics": TOPIC_LENGTH}
ADDED = {"legal_bases": "one_more_basis", "topics": "one_more_topic"}
"""Lists, and the fields that add an entry of them chosen from suggestions."""


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


def spelled(text: str | None) -> str | None:
    """Typed references, each provision on a line of its own and in its one spelling."""
    lines = (text or "").splitlines()
    if len(lines) > LINES or any(len(one) > 4 * REFERENCE_LENGTH for one in lines):
        return text  # is refused anyway
    return "\n".join(one for typed in lines for one in legal_basis_suggestions.spelled(typed))


def _text(label: str, longest: int, *, required: bool = True) -> TextAreaField:
    too_long = _l("Bitte höchstens %(max)d Zeichen.", max=longest)
    return TextAreaField(
        label,
        filters=[tidy],
        validators=[FILLED if required else Optional(), Length(max=longest, message=too_long)],
    )


def _count(label: str) -> IntegerField:
    return IntegerField(label, validators=[Optional(), NumberRange(0, MOST_VOTES)])


class DecisionForm(SettlingForm):
    kind = choice(_l("Art"), DECISION_KINDS, default=DecisionKind.OFFICE_DECISION)
    result = SelectField(
        _l("Ausgang"),
        choices=choices([("", _l("– bitte wählen –")), *RESULTS.items()]),
        coerce=lambda value: Result(value) if value else None,
        validators=[FILLED],
    )
    title = line(FIELD_LABELS["title"], TITLE_LENGTH)
    outcome = _text(FIELD_LABELS["outcome"], OUTCOME_LENGTH)
    outline = _text(FIELD_LABELS["outline"], RATIONALE_LENGTH, required=False)
    arguments = _text(FIELD_LABELS["arguments"], RATIONALE_LENGTH)
    conclusion = _text(FIELD_LABELS["conclusion"], RATIONALE_LENGTH, required=False)
    conditions = _text(FIELD_LABELS["conditions"], CONDITIONS_LENGTH, required=False)
    legal_bases = TextAreaField(
        _l("Rechtsgrundlagen, eine je Zeile"),
        [Optional(), ShortLines(REFERENCE_LENGTH)],
        filters=[tidy, spelled],
    )
    one_more_basis = line(_l("Rechtsgrundlage suchen und hinzufügen"), 4 * REFERENCE_LENGTH, required=False)
    topics = TextAreaField(
        _l("Themen, eines je Zeile"), [Optional(), ShortLines(TOPIC_LENGTH)], filters=[tidy]
    )
    one_more_topic = line(_l("Thema suchen und hinzufügen"), TOPIC_LENGTH, required=False)
    meeting_id = SelectField(_l("Sitzung"), [Optional()], coerce=int)
    agenda_item_id = SelectField(_l("Tagesordnungspunkt"), [Optional()], coerce=int)
    problem_group_id = SelectField(_l("Beantwortet die Problemgruppe"), [Optional()], coerce=int)
    votes_yes = _count(_l("Ja-Stimmen"))
    votes_no = _count(_l("Nein-Stimmen"))
    votes_abstain = _count(_l("Enthaltungen"))
    votes_are_right = BooleanField(_l("Ja, so stimmt es"), [ConfirmsDoubt()])
    supersedes = line(_l("Löst ab (Nummer)"), NUMBER_LENGTH, required=False)
    submission = HiddenField()
    superseded: Decision | None = None

    def __init__(self, committee: Committee, draft: Decision | None = None, **values: Any) -> None:
        super().__init__(**values)
        self.committee = committee
        meetings = decision_offers.meetings(committee, draft)
        self.meeting_id.choices = decision_offers.meeting_choices(meetings)
        self.agenda_item_id.choices = decision_offers.item_choices(meetings, draft)
        self.problem_group_id.choices = decision_offers.group_choices(committee, draft)
        self._take_in_what_was_added()

    @property
    def votes_doubt(self) -> str:
        return doubt(self.result.data, self.votes_yes.data, self.votes_no.data)

    def _take_in_what_was_added(self) -> None:
        for name, more in ADDED.items():
            if added := self[more].data:
                lines = "\n".join(filter(None, [self[name].data, added]))
                self[name].data = spelled(lines) if name == "legal_bases" else lines
                self[more].data = ""

    def validate_agenda_item_id(self, field: Field) -> None:
        """An item brings its meeting along; another meeting beside it is a slip."""
        if not field.data or field.errors:
            return
        meeting = decision_offers.meeting_of(field.data)
        if self.meeting_id.data and meeting != self.meeting_id.data:
            raise ValidationError(_("Dieser Tagesordnungspunkt gehört zu einer anderen Sitzung."))
        self.meeting_id.data = meeting

    def validate_supersedes(self, field: Field) -> None:
        if not field.data:
            return
        self.superseded = session.scalar(
            sa.select(Decision).where(
                Decision.number == _number(field.data),
                Decision.committee_id == self.committee.id,
                Decision.state.in_(REPLACEABLE),
            )
        )
        if self.superseded is None:
            raise ValidationError(
                _("Eine geltende Entscheidung dieses Gremiums mit dieser Nummer gibt es nicht.")
            )

    def find_what_was_set_aside(self, subject: str = "") -> None:
        """Put into `found` what reasons were typed for, so that a refused form keeps them."""
        texts = {name: self[name].data or "" for name in FIELD_LABELS}
        if all(fits(name, text) or not text for name, text in texts.items()):
            self.found = [one for one in report(subject, texts) if one.is_open and self.reason_for(one)]

    def differences(self, stored: Decision) -> list[tuple[str, str]]:
        """Labels and stored words of the fields in which somebody else's version differs from this form."""
        return [
            (str(FIELD_LABELS.get(name) or self[name].label.text), self._words(name, value))
            for name, value in values_of(stored).items()
            if name != "version" and _or_empty(value) != _or_empty(self[name].data)
        ]

    def _words(self, name: str, value: Any) -> str:
        """A stored value as the form's reader knows it."""
        choices = getattr(self[name], "choices", None) or ()
        return next((str(one.label) for one in choices if one.value == value), str(_or_empty(value)) or "–")


def _number(typed: str) -> str:
    """A number as it is stored, also where its zeros were left out: `lk-2027-3` is `LK-2027-003`."""
    start, hyphen, ordinal = typed.rpartition("-")
    number = f"{start}{hyphen}{ordinal.zfill(3)}"
    return citations.number_in(number) or number


def _or_empty(value: Any) -> Any:
    return "" if value is None else value


def values_of(decision: Decision) -> dict[str, Any]:
    """A draft as the form shows it."""
    return decision.guarded_texts | {
        "version": decision.version,
        "kind": decision.kind,
        "result": decision.result,
        "votes_yes": decision.votes_yes,
        "votes_no": decision.votes_no,
        "votes_abstain": decision.votes_abstain,
        "meeting_id": decision.meeting_id or 0,
        "agenda_item_id": decision.agenda_item_id or -(decision.minutes_item_id or 0),
        "problem_group_id": decision.problem_group_id or 0,
        "supersedes": decision.supersedes.number if decision.supersedes else "",
    }


def write(decision: Decision, form: DecisionForm) -> None:
    """Take over the form's texts; whoever does this cannot release the decision any more."""
    for name in ("kind", "result", "title", "outline", "arguments", "conclusion", "conditions", *VOTES):
        setattr(decision, name, form[name].data)
    decision.outcome = " ".join(form.outcome.data.split())
    for name in ("meeting_id", "problem_group_id"):
        setattr(decision, name, form[name].data or None)
    item = form.agenda_item_id.data or 0
    decision.agenda_item_id, decision.minutes_item_id = max(item, 0) or None, max(-item, 0) or None
    decision.supersedes = form.superseded
    decision.written_by_id = current_user.id
    session.flush()
    set_text(decision, "legal_bases", form.legal_bases.data or "")
    set_text(decision, "topics", form.topics.data or "")
    note_writer(decision)
    form.found = report(f"decision:{decision.id}", decision.guarded_texts) if form.set_aside.data else []
    form.note_reasons(f"decision:{decision.id}", current_user.id)


def set_text(decision: Decision, name: str, text: str) -> None:
    """Set one of the fields that the guard reads."""
    if name == "legal_bases":
        decision.legal_bases = []
        session.flush()
        decision.legal_bases = [
            LegalBasis(position=position, reference=reference, provision=provision_of(reference))
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
    return (name in OPTIONAL or bool(text)) and len(text) <= LIMITS[name]


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
