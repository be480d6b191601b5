"""The archive's index: one row for each released decision, newest first by its key.

A row is the set of words that `minutes/search_tokens.py` makes of a decision. Beside it stands what the
archive's page counts and weighs, so that neither needs the decision itself.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from operator import itemgetter

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Mapped, mapped_column, selectinload

from minutes import search_engine, search_tokens
from minutes.decision import Decision, is_released
from minutes.search_tokens import DAY, WORD_LENGTH, first_key
from minutes.stems import stem
from portal import jobs, migration
from portal.database import Base, serialise, session

BATCH = 200
EDGE = 3
"""Letters at either end of a word of which one must be right for a typing error to be understood."""
LargeKey = sa.BigInteger().with_variant(
    sa.Integer, "sqlite"
)  # the only type that SQLite takes for its own row key


class ArchiveFilter(Base):
    """A scope by which readers with a right can filter: the lists of the archive need no scan."""

    __tablename__ = "archive_filter"

    reader: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    token: Mapped[str] = mapped_column(sa.String(20), primary_key=True)


class ArchiveCard(Base):
    """What is counted of a decision in the index: its scope, without marks. Thousands of cards are read for a page."""

    __tablename__ = "archive_card"

    key: Mapped[int] = mapped_column(LargeKey, primary_key=True, autoincrement=False)
    scope: Mapped[str] = mapped_column(sa.Text)


class ArchiveWeight(Base):
    """The words of a decision that weigh more in the order by relevance (`search_tokens.weights`)."""

    __tablename__ = "archive_weight"

    key: Mapped[int] = mapped_column(LargeKey, primary_key=True, autoincrement=False)
    words: Mapped[str] = mapped_column(sa.Text)


class ArchiveWord(Base):
    """A plain word that stands in some decision, found by its first or last letters when a word is mistyped.

    It says nothing of rights: `minutes/search_spelling.py` offers a word only where a reader's own search finds it.
    """

    __tablename__ = "archive_word"

    word: Mapped[str] = mapped_column(sa.String(WORD_LENGTH), primary_key=True)
    stem: Mapped[str] = mapped_column(sa.String(WORD_LENGTH), index=True)
    head: Mapped[str] = mapped_column(sa.String(EDGE), index=True)
    tail: Mapped[str] = mapped_column(sa.String(EDGE), index=True)


def next_key(moment: datetime) -> int:
    """The key of a decision released at that moment, after all others of the day; serialised until the commit."""
    serialise("archive")
    first = first_key(moment)
    last = session.scalar(
        sa.select(sa.func.max(Decision.archive_key)).where(
            Decision.archive_key.between(first, first + DAY - 1)
        )
    )
    return first if last is None else last + 1


def index(decisions: Sequence[Decision]) -> None:
    """Put released decisions into the index, in the current transaction, which holds the keys' lock."""
    if not decisions:
        return
    words = [{"key": row.archive_key, "tokens": search_tokens.tokens(row)} for row in decisions]
    search_engine.insert(sorted(words, key=itemgetter("key"), reverse=True))
    cards = [{"key": row.archive_key, "scope": " ".join(search_tokens.filters(row))} for row in decisions]
    session.execute(sa.insert(ArchiveCard), cards)
    weights = [{"key": row.archive_key, "words": search_tokens.weights(row)} for row in decisions]
    session.execute(sa.insert(ArchiveWeight), weights)
    offered = {
        (reader, token)
        for row in decisions
        for reader in search_tokens.readers(row)
        for token in search_tokens.filters(row)
    }
    _add(ArchiveFilter, [{"reader": reader, "token": token} for reader, token in sorted(offered)])
    _add_words({word for row in decisions for word in search_tokens.written_words(row)})


def _add_words(words: set[str]) -> None:
    rows = [
        {"word": word, "stem": stem(word)[:WORD_LENGTH], "head": word[:EDGE], "tail": word[-EDGE:]}
        for word in sorted(words)
    ]
    _add(ArchiveWord, rows)


def _add(table: type[Base], rows: list[dict[str, str]]) -> None:
    """Add rows, leaving those alone that are there already."""
    if not rows:
        return
    names = list(rows[0])
    values = ", ".join(f":{name}" for name in names)
    statement = (
        f"INSERT INTO {table.__tablename__} ({', '.join(names)}) VALUES ({values}) ON CONFLICT DO NOTHING"  # noqa: S608
    )
    session.execute(sa.text(statement), rows)


def reindex(decision: Decision) -> None:
    """Let the index follow a released decision whose state or audience changed, in the current transaction."""
    _drop(decision.archive_key)
    index([decision])


def remove(decision: Decision) -> None:
    """Take a decision out of the index with all that only it had brought in: its content is erased."""
    found = search_engine.tokens_of(decision.archive_key)
    _drop(decision.archive_key)
    _forget_filters([word for word in found if word.startswith(":")])
    _forget_words({word.removeprefix("+") for word in found if word.removeprefix("+").isalpha()})
    search_engine.overwrite_deleted()


def _drop(key: int | None) -> None:
    search_engine.delete(key)
    for table in (ArchiveCard, ArchiveWeight):
        session.execute(sa.delete(table).where(table.key == key))


def _forget_filters(scope: list[str]) -> None:
    """Offer nobody a filter any more by which they would find nothing."""
    for reader in scope:
        for token in scope:
            if not search_engine.is_found(search_engine.all_of(map(search_engine.quoted, (reader, token)))):
                stale = (ArchiveFilter.reader == reader[1:]) & (ArchiveFilter.token == token[1:])
                session.execute(sa.delete(ArchiveFilter).where(stale))


def _forget_words(stems: set[str]) -> None:
    """Drop the words that stand in no decision any more, neither alone nor in a compound."""
    gone = []
    for each in sorted(stems):
        forms = (each, f"+{each}")
        if not search_engine.is_found(search_engine.any_of(map(search_engine.quoted, forms))):
            gone.append(each[:WORD_LENGTH])
    for first in range(0, len(gone), BATCH):
        session.execute(sa.delete(ArchiveWord).where(ArchiveWord.stem.in_(gone[first : first + BATCH])))


def is_indexed() -> sa.ColumnElement[bool]:
    """Whether a decision stands in the index."""
    return search_engine.is_indexed(sa.type_coerce(Decision.archive_key, sa.BigInteger))


def filters(rights: Iterable[str]) -> set[str]:
    """Scopes by which a reader with these rights would find something."""
    wanted = sa.select(ArchiveFilter.token).where(ArchiveFilter.reader.in_(list(rights)))
    return set(session.scalars(wanted.distinct()))


def complete() -> int:
    """Index the released decisions that are missing, a few at a time; returns how many they were."""
    is_known = sa.select(ArchiveCard.key).where(ArchiveCard.key == Decision.archive_key).exists()
    wanted = (
        sa.select(Decision).where(is_released(), ~is_known).order_by(Decision.archive_key.desc()).limit(BATCH)
    )
    lists = (selectinload(Decision.topics), selectinload(Decision.legal_bases))
    done = 0
    while True:
        serialise("archive")
        found = session.scalars(wanted.options(*lists)).all()
        index(found)
        session.commit()
        session.expunge_all()
        done += len(found)
        if not found:
            return done


def init_app(_app: Flask) -> None:
    migration.afterwards["archive"] = complete
    jobs.often["archive"] = search_engine.settle
