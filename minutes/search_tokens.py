"""What a decision is found by: the words of its row in the index, the same on both engines.

| word | made of |
| --- | --- |
| `erteilung` | stem of a word |
| `+erlaubnis` | part of a compound, or verb behind a participle: `minutes/compounds.py` |
| `in_der`, `in_der_regel` | neighbouring stems, for phrases |
| `§25b`, `§25b/aufenthg` | reference to law: `minutes/search_references.py` |
| `:c3`, `:y2027`, `:programme` | scope: rights and filters |

Every query is made of such words with "and", "or" and "not", so both engines answer alike.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain

from minutes.compounds import kin, parts
from minutes.decision import Audience, Decision
from minutes.search_references import references
from minutes.stems import WORD, plain, stem, words

DAY = 1_000_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOST_BYTES = 900_000
"""Of the words of a row; PostgreSQL takes no more than a mebibyte. Phrases deep inside endless texts are left out."""
OFTEN = 3
SHORTEST_WORD, WORD_LENGTH = 4, 40
FUNCTION_WORDS = frozenset(
    plain(
        "aber als also am an auch auf aus bei beim bin bis da damit dann das dass dem den denn der des die dies diese diesem"
        " diesen dieser dieses doch dort du durch ein eine einem einen einer eines er es für hat hatte hätte haben ich ihr"
        " ihre ihrem ihren ihrer im in ins ist ja je kann können man mit muss müssen nach noch nun nur ob oder sein seine"
        " seinem seinen seiner seit sich sie sind so soll sollen sowie um und uns unter vom von vor war waren was weil wenn"
        " wer wie wir wird wo worden wurde wurden über zu zum zur zwischen"
    ).split()
)


def first_key(moment: datetime) -> int:
    """The first key of that moment's day (UTC)."""
    return (moment - EPOCH) // timedelta(days=1) * DAY


def day_of(key: int) -> datetime:
    """The day (UTC) of a key."""
    return EPOCH + timedelta(days=key // DAY)


def month(day: datetime) -> str:
    return f"m{day:%Y%m}"


def readers(decision: Decision) -> list[str]:
    """Scope of those who may read it."""
    everybody = [] if decision.audience is Audience.COMMITTEE else ["programme"]
    return [f"c{decision.committee_id}", *everybody]


def filters(decision: Decision) -> list[str]:
    """Scope by which it is filtered and counted."""
    provisions = (row.provision_id for row in decision.legal_bases if row.provision_id)
    return [
        f"c{decision.committee_id}",
        f"y{decision.year}",
        f"k{decision.kind}",
        f"s{decision.state}",
        *([f"r{decision.result}"] if decision.result else []),
        *(f"t{topic.id}" for topic in decision.topics),
        *dict.fromkeys(f"p{number}" for number in provisions),
    ]


def marked(scope: str) -> str:
    """A scope as word of the index, with a mark that no stem can bear."""
    return f":{scope}"


def tokens(decision: Decision) -> str:
    """All words of a decision's row, between blanks."""
    texts = list(_texts(decision))
    scope = dict.fromkeys([*readers(decision), *filters(decision), month(day_of(decision.archive_key or 0))])
    sequences = [[stem(word) for word in words(text)] for text in texts]
    found = dict.fromkeys(
        chain(
            map(marked, scope),
            chain.from_iterable(sequences),
            (token for text in texts for one in references(" ".join(text.split())) for token in one.tokens),
            (f"+{other}" for text in texts for word in words(text) for other in kin(word)),
            (gram for length in (2, 3) for sequence in sequences for gram in neighbours(sequence, length)),
        )
    )
    return " ".join(_fitting(found))


def neighbours(sequence: list[str], length: int) -> Iterator[str]:
    """So many neighbouring stems each as one word."""
    return map("_".join, zip(*(sequence[first:] for first in range(length)), strict=False))


def weights(decision: Decision) -> str:
    """The words that weigh more in the order by relevance, as two lists with a bar between them.

    First those of the title, then those of outcome, topics and legal bases, and what the rationale repeats.
    """
    strong = [decision.outcome, *(topic.name for topic in decision.topics)]
    strong += [row.reference for row in decision.legal_bases]
    body = f"{decision.outline} {decision.arguments} {decision.conclusion}"
    counts = Counter(word for word in words(body) if len(word) > OFTEN and word not in FUNCTION_WORDS)
    often = [word for word, count in counts.items() if count >= OFTEN]
    lists = (_weighty(words(decision.title)), _weighty([*words("\n".join(strong)), *often]))
    return "|".join(f" {' '.join(each)} " for each in lists)


def _weighty(found: Iterable[str]) -> list[str]:
    kept = [word for word in found if word not in FUNCTION_WORDS]
    return list(dict.fromkeys([*map(stem, kept), *(f"+{other}" for word in kept for other in kin(word))]))


def written_words(decision: Decision) -> set[str]:
    """The words of a decision, and their parts, that may be meant where somebody makes a typing error."""
    found = {
        plain(word) for word in {match.group() for text in _texts(decision) for match in WORD.finditer(text)}
    }
    found |= {part for word in found for part in parts(word)}
    return {word for word in found if word.isalpha() and SHORTEST_WORD <= len(word) <= WORD_LENGTH}


def _texts(decision: Decision) -> Iterator[str]:
    """The texts that are searched; phrases do not reach from one into the next."""
    yield decision.number or ""
    texts = decision.guarded_texts
    for name in ("legal_bases", "topics"):
        yield from texts.pop(name).splitlines()
    yield from texts.values()


def _fitting(found: Iterable[str]) -> Iterator[str]:
    size = 0
    for token in found:
        size += len(token.encode()) + 1
        if size > MOST_BYTES:
            return
        yield token
