"""The seal on approved minutes: neither they nor what belongs to them change any more, whoever tries."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

from minutes.minutes import Minutes, MinutesState
from minutes.proposals import ClosureProposal, DecisionProposal, DeferralProposal, ItemProposal, TaskProposal

SHARING = {"shared_by_id", "shared_at"}
"""What may still be said of approved minutes."""


class SealedError(Exception):
    """Somebody tried to change what is approved or released."""


@event.listens_for(Minutes, "before_update")
def _keep_approved(_mapper: object, _connection: object, target: Minutes) -> None:
    attributes = sa.inspect(target).attrs
    before = attributes.state.history.deleted or (target.state,)
    changed = {attribute.key for attribute in attributes if attribute.history.has_changes()}
    if MinutesState.APPROVED in before and not changed <= SHARING:
        raise SealedError("approved minutes do not change")


@event.listens_for(Minutes, "before_delete")
def _keep_forever(_mapper: object, _connection: object, target: Minutes) -> None:
    if target.is_approved:
        raise SealedError("approved minutes are not deleted")


def seal_with_minutes(model: type[Any], later: frozenset[str] = frozenset()) -> None:
    """Let rows that belong to minutes neither come, change nor go any more once these are approved.

    Args:
        model: a table whose rows have `minutes_id`.
        later: what of them may still change.
    """

    def keep(_mapper: object, connection: sa.Connection, target: Any) -> None:
        # Another transaction may have approved them since this one read them.
        if (
            connection.scalar(sa.select(Minutes.state).where(Minutes.id == target.minutes_id))
            is MinutesState.APPROVED
        ):
            raise SealedError("what belongs to approved minutes does not change")

    def keep_words(mapper: object, connection: sa.Connection, target: Any) -> None:
        if {row.key for row in sa.inspect(target).attrs if row.history.has_changes()} - later:
            keep(mapper, connection, target)

    event.listen(model, "before_insert", keep)
    event.listen(model, "before_update", keep_words)
    event.listen(model, "before_delete", keep)


for _model in (ItemProposal, DecisionProposal, DeferralProposal, ClosureProposal):
    seal_with_minutes(_model)
seal_with_minutes(TaskProposal, frozenset({"task", "task_id"}))  # what becomes of a task is known afterwards
