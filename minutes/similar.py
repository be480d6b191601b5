"""Earlier decisions like a draft: what the releasing person should know before the same is decided differently."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from flask_login import current_user
from sqlalchemy.orm import selectinload

from minutes import search
from minutes.archive import readable_scope
from minutes.compounds import parts
from minutes.decision import Decision
from minutes.decision_access import visible_decisions
from minutes.legal_basis import LegalBasis
from minutes.stems import WORD, plain
from portal.database import session

SHOWN = 5
NEWEST = 60  # decisions that are looked at for each provision, topic and word
WORDS = 6
SHORTEST_WORD = 5
SAME_PROVISION, SAME_TOPIC, SAME_WORD = 3, 2, 1
LEAST = 3  # points: a provision, or a topic and a word, or three words


@dataclass(frozen=True)
class Similar:
    """An earlier decision, and the provisions and topics that it shares with a draft."""

    decision: Decision
    provisions: list[str]
    topics: list[str]


def similar(draft: Decision) -> list[Similar]:
    """The decisions that have most in common with a draft, of those that the reader may see; best first.

    A shared provision counts three, a shared topic two, a word of the draft's title one, or what it is a kind of
    (`Ausbildungsduldung`: `Duldung`); among equals the newer one comes first. Only the newest ones for each are looked at,
    so it takes the same time in every archive.
    """
    points: Counter[int] = Counter()
    rights = readable_scope(current_user)
    for queries, narrow, weight in _questions(draft):
        keys = {key for query in queries for key in search.newest(query, rights, narrow, NEWEST)}
        points.update(dict.fromkeys(keys, weight))
    likely = [key for key, count in points.items() if count >= LEAST]
    best = sorted(likely, key=lambda key: (points[key], key), reverse=True)[:SHOWN]
    lists = (
        selectinload(Decision.topics),
        selectinload(Decision.legal_bases).joinedload(LegalBasis.provision),
    )
    rows = session.scalars(visible_decisions().where(Decision.archive_key.in_(best)).options(*lists)).all()
    return [_compared(row, draft) for row in sorted(rows, key=lambda row: best.index(row.archive_key or 0))]


def _questions(draft: Decision) -> Iterator[tuple[list[str], list[str], int]]:
    """What is asked of the archive: words of which one suffices, filters, and what a hit counts."""
    for provision in {row.provision_id for row in draft.legal_bases if row.provision_id}:
        yield [""], [f"p{provision}"], SAME_PROVISION
    for topic in draft.topics:
        yield [""], [f"t{topic.id}"], SAME_TOPIC
    words = sorted({word for word in WORD.findall(draft.title) if len(word) >= SHORTEST_WORD}, key=len)
    for word in words[-WORDS:]:
        kinds = [part for part in parts(plain(word))[-1:] if len(part) >= SHORTEST_WORD]
        yield [word, *kinds], [], SAME_WORD


def _compared(row: Decision, draft: Decision) -> Similar:
    provisions = {basis.provision_id for basis in draft.legal_bases}
    shared = [basis.provision for basis in row.legal_bases if basis.provision_id in provisions]
    topics = [topic.name for topic in row.topics if topic in draft.topics]
    return Similar(row, list(dict.fromkeys(one.name for one in shared if one)), topics)
