"""What the releasing person asks of the writers of a draft, and what they answer."""

import sqlalchemy as sa
from flask import Flask
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, backref, mapped_column, relationship
from wtforms import TextAreaField
from wtforms.validators import Length

from minutes.anonymous_words import AnonymousWords
from minutes.decision import Decision
from minutes.release import releasers
from portal import outbox
from portal.clock import now
from portal.committees import Role, sits_in
from portal.database import Base, Moment, PrimaryKey, session
from portal.forms import FILLED, Form
from portal.outbox import Draft, Letter
from portal.people import Person

COMMENT_LENGTH = 2000


class DecisionComment(Base):
    """A remark about a draft, seen by those who may write or release it; it goes with the draft or stays in its file."""

    __tablename__ = "decision_comment"

    id: Mapped[PrimaryKey]
    decision_id: Mapped[int] = mapped_column(sa.ForeignKey("decision.id"), index=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    written_at: Mapped[Moment] = mapped_column(default=now)
    text: Mapped[str] = mapped_column(sa.String(COMMENT_LENGTH))

    decision: Mapped[Decision] = relationship(
        backref=backref("comments", cascade="all, delete-orphan", order_by="DecisionComment.id")
    )
    person: Mapped[Person] = relationship()


class CommentForm(Form):
    """A remark about the draft `subject` (`decision:12`). It stays in the file, so it names nobody either."""

    text = TextAreaField(
        _l("Ihre Rückfrage oder Antwort"),
        filters=[lambda text: (text or "").replace("\r\n", "\n").strip()],
        validators=[
            FILLED,
            Length(max=COMMENT_LENGTH, message=_l("Bitte höchstens %(max)d Zeichen.", max=COMMENT_LENGTH)),
            AnonymousWords(),
        ],
    )
    subject = ""


def comments_of(decision: Decision) -> list[DecisionComment]:
    """What was said to a draft, oldest first."""
    wanted = sa.select(DecisionComment).where(DecisionComment.decision_id == decision.id)
    return list(session.scalars(wanted.order_by(DecisionComment.id)))


def is_unanswered(decision: Decision) -> bool:
    """Whether the last word was said by somebody who does not write at the draft."""
    said = comments_of(decision)
    return bool(said) and said[-1].person not in {*decision.writers, decision.written_by}


def comment(decision: Decision, person: Person, text: str) -> DecisionComment | None:
    """Add a remark and tell the others, in the current transaction; None where it was just sent twice."""
    earlier = comments_of(decision)
    if earlier and (earlier[-1].person_id, earlier[-1].text) == (person.id, text):
        return None
    row = DecisionComment(decision=decision, person=person, text=text)
    session.add(row)
    session.flush()
    asked = [one for one in _partners(decision, earlier) if one.id != person.id]
    words = {"decision": decision}
    outbox.queue_many([Draft("decision_comment", row, other, 0, context=words) for other in asked])
    return row


def _partners(decision: Decision, comments: list[DecisionComment]) -> list[Person]:
    """Those who wrote at the draft or said something to it; before anybody did, those who may release it, too."""
    people = [*decision.writers, *(row.person for row in comments)]
    if not comments:
        people += releasers(decision)
    return [one for one in dict.fromkeys(people) if _may_read(one, decision)]


def _may_read(person: Person, decision: Decision) -> bool:
    return decision.is_draft and person.is_active and sits_in(person, decision.committee_id, Role.SECRETARY)


def _still_open(letter: Letter) -> bool:
    row = session.get_one(DecisionComment, outbox.number_in(letter.about))
    return _may_read(letter.person, row.decision)


def init_app(_app: Flask) -> None:
    outbox.still_wanted["decision_comment"] = _still_open
    outbox.optional.add("decision_comment")
