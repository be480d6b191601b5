"""Whether the chain still holds what a witness knows of it; if not, whether it was cut back, and where histories part."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from portal.chain import ChainLink, head, stamp
from portal.database import session
from portal.witness import Witness


@dataclass(frozen=True)
class Answer:
    """What became of one digest: the link that bears it, or the one whose content it is of, or none."""

    where: str
    witness: Witness
    link: ChainLink | None
    is_content: bool = False

    @property
    def words(self) -> str:
        digest = f"{self.witness.digest[:12]}…"
        if self.link is None:
            number = f"link {self.witness.sequence}, " if self.witness.sequence else ""
            return f"{number}{digest}: the chain does not hold it ({self.where})"
        what = "content of" if self.is_content else "is"
        about = f"{self.link.subject}, {self.link.kind}, {stamp(self.link.at)[:10]}"
        return f"{digest} {what} link {self.link.sequence} ({about})"


def ask(found: Iterable[tuple[str, Witness]]) -> list[Answer]:
    """Look for each digest among the links, then among the contents that they vouch for."""
    return [_answer(where, witness) for where, witness in found]


def _answer(where: str, witness: Witness) -> Answer:
    same = sa.select(ChainLink).where(ChainLink.digest == witness.digest)
    if witness.sequence:
        same = same.where(ChainLink.sequence == witness.sequence)
    if (link := session.scalar(same)) is not None:
        return Answer(where, witness, link)
    content = sa.select(ChainLink).where(ChainLink.content_digest == witness.digest)
    link = session.scalar(content.order_by(ChainLink.sequence).limit(1))
    return Answer(where, witness, link, is_content=link is not None)


def verdict(answers: Sequence[Answer]) -> list[str]:
    """What is wrong, in plain words; nothing where the chain holds every digest.

    A digest without a number beside it tells only that something is missing. Of those with one, the highest that is
    still there and the lowest that is not enclose the link at which the histories part.
    """
    missing = [answer for answer in answers if answer.link is None]
    if not missing:
        return []
    last = head()
    end = last.sequence if last else 0
    numbers = sorted(answer.witness.sequence for answer in missing if answer.witness.sequence)
    words = []
    if any(number > end for number in numbers):
        words.append(
            f"The chain was cut back: it ends at link {end}, and the witness knows link {numbers[-1]}. "
            "Links were removed, or an older backup was restored."
        )
    replaced = [number for number in numbers if number <= end]
    if replaced:
        words.append(_parting(answers, replaced[0]))
    if not words:
        words.append(
            "No link bears this digest: links were removed or made anew since it was kept, or an older backup was "
            "restored. At which link cannot be said, for no number stands beside the digest."
        )
    return words


def _parting(answers: Sequence[Answer], parted: int) -> str:
    """Between the last link on which both agree, and the first one on which they do not."""
    held = [answer.link.sequence for answer in answers if answer.link is not None and not answer.is_content]
    agreed = max((number for number in held if number < parted), default=0)
    place = f"at link {parted}" if agreed == parted - 1 else f"at one of the links {agreed + 1} to {parted}"
    before = f"Up to link {agreed} they agree. " if agreed else ""
    now_there = session.get(ChainLink, parted)
    made = f" Link {parted} is now dated {stamp(now_there.at)[:19]} UTC." if now_there else ""
    return (
        f"The histories of witness and chain part {place}. {before}Links were changed, removed or made anew there, or "
        f"an older backup was restored and the portal went on from it.{made}"
    )
