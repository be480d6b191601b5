"""The page of a draft: what was written, what the guard finds, what others say to it, and the way to release it."""

from flask import render_template
from flask_login import current_user

from minutes import release as releasing
from minutes.decision import Decision
from minutes.decision_comments import CommentForm, comments_of, is_unanswered
from minutes.decision_votes import doubt
from minutes.decision_words import DECISION_KINDS, DECISION_STATES, FIELD_LABELS, RESULTS
from minutes.recognition import RecognitionForm
from minutes.similar import similar
from portal.dismissals import Reported
from portal.textguard import Kind

MOST_SHOWN = 100
"""Findings on the page."""


def draft_page(
    decision: Decision,
    *,
    release_form: RecognitionForm | None = None,
    comment_form: CommentForm | None = None,
    confirmed: frozenset[int] = frozenset(),
) -> str:
    """The page of a draft, with a form that was refused, if there is one, and the boxes that were ticked in it."""
    found, releasers = releasing.findings(decision), releasing.releasers(decision)
    may_release = current_user.id in {row.id for row in releasers}
    dismissals = {one.dismissal.id: one.dismissal for one in found if one.dismissal and one.finding.blocking}
    return render_template(
        "minutes/draft.html",
        decision=decision,
        found=_first_of(found),
        found_count=sum(one.finding.blocking for one in found),
        most_shown=MOST_SHOWN,
        open_count=sum(one.is_open for one in found),
        telling=[one for one in found if one.finding.kind is Kind.QUASI],
        dismissals=dismissals.values(),
        confirmed=confirmed,
        missing=releasing.labels(releasing.missing_fields(decision)),
        gaps=releasing.labels(releasing.fields_with_gaps(decision)),
        votes_doubt=doubt(decision.result, decision.votes_yes, decision.votes_no),
        kinds=DECISION_KINDS,
        releasers=releasers,
        may_release=may_release,
        is_last_releaser=releasing.would_leave_nobody(decision, current_user),
        is_unanswered=is_unanswered(decision),
        similar=similar(decision),
        comments=comments_of(decision),
        form=release_form or RecognitionForm(formdata=None, obj=decision),
        comment_form=comment_form or CommentForm(formdata=None),
        field_labels=FIELD_LABELS,
        results=RESULTS,
        states=DECISION_STATES,
    )


def _first_of(found: list[Reported]) -> list[Reported]:
    """As many as somebody can deal with on a page, of too many those that are open; the next ones follow them."""
    blocking = [one for one in found if one.finding.blocking]
    if len(blocking) <= MOST_SHOWN:
        return blocking
    return sorted(blocking, key=lambda one: not one.is_open)[:MOST_SHOWN]
