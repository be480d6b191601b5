"""Every real file is taken or refused in words; one meeting in several formats gives the same minutes."""

import re
from collections import Counter
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path

import pytest

from minutes.convert import ConversionError, Converted, to_markdown
from minutes.reader import Reading, read

TAKEN = {"docx", "md", "odt", "pdf", "txt"}
REFUSED = {"ics", "json", "py", "rst", "tsv"}
# Whether the secretary took the text over as it was, or edited it.
LITERAL = ["2023-02-25", "2026-03-14"]
EDITED = {"2018-10-17": "odt", "2018-04-11": "pdf", "2018-05-16": "pdf", "2018-07-18": "pdf"}


@cache
def converted(path: Path) -> Converted:
    return to_markdown(path.name, path.read_bytes())


def pair(corpus: Path, kind: str, day: str) -> tuple[Path, Path]:
    """The minutes of that day as the word processor saved them, and as a person wrote them in Markdown."""
    [document] = (corpus / "corpus" / kind).glob(f"{day}*")
    [by_hand] = (corpus / "corpus" / "de").rglob(
        f"{day}*itglied*.md" if day != "2018-10-17" else f"{day}*.md"
    )
    return document, by_hand


def readings(corpus: Path, kind: str, day: str) -> tuple[Reading, Reading]:
    document, by_hand = pair(corpus, kind, day)
    return read(converted(document).markdown, document.name), read(by_hand.read_text("utf-8"), by_hand.name)


def words(text: str) -> list[str]:
    text = re.sub(r"\]\([^)]*\)|&nbsp;|\u00ad", " ", text)
    return re.findall(r"[^\W\d_]{2,}", text.casefold())


def votes(reading: Reading) -> list[dict[str, object]]:
    """How votes were counted or told; what merely sounds like a decision is not compared."""
    told = [decision.vote.as_json() for decision in reading.decisions]
    return [{**vote, "raw": None} for vote in told if vote["mode"] != "not_recorded"]


def titles(reading: Reading) -> list[str]:
    return [item.title for item in reading.agenda_items]


def test_every_real_file_is_taken_or_refused_in_words(corpus: Path) -> None:
    wrong = []
    for path in sorted((corpus / "corpus").rglob("*.*")):
        kind = path.suffix[1:]
        try:
            found = converted(path)
        except ConversionError as refusal:
            fits = kind in REFUSED and re.search("Diese Art von Datei|ein Programm", str(refusal)) is not None
        else:
            fits = kind in TAKEN and found.kind == kind and found.markdown.strip() != ""
            # Nothing of the workshop is left over, and no picture without a place.
            fits = fits and not re.search("[\ufdd0-\ufdef]", found.markdown)
        if not fits:
            wrong.append(path.name)
    assert wrong == []


def test_the_list_of_real_files_is_complete(corpus: Path) -> None:
    listed = [
        line.split("\t")[0] for line in (corpus / "corpus" / "index.tsv").read_text("utf-8").splitlines()[1:]
    ]
    kinds = Counter(name.rpartition(".")[2] for name in listed)
    assert len(listed) == 155
    assert set(kinds) <= TAKEN | REFUSED
    assert all((corpus / "corpus" / name).is_file() for name in listed)


@pytest.mark.parametrize("day", LITERAL)
def test_a_document_gives_the_text_that_a_person_wrote_in_markdown(corpus: Path, day: str) -> None:
    document, by_hand = pair(corpus, "odt", day)
    same = SequenceMatcher(
        None, words(converted(document).markdown), words(by_hand.read_text("utf-8")), autojunk=False
    )
    assert same.ratio() > 0.995


def test_a_document_whose_markdown_was_edited_has_its_words(corpus: Path) -> None:
    document, by_hand = pair(corpus, "odt", "2018-10-17")
    found, wanted = Counter(words(converted(document).markdown)), Counter(words(by_hand.read_text("utf-8")))
    assert (found & wanted).total() > 0.93 * wanted.total()


@pytest.mark.parametrize("day", [*LITERAL, *EDITED])
def test_all_formats_of_a_meeting_have_the_same_items_and_votes(corpus: Path, day: str) -> None:
    found, wanted = readings(corpus, EDITED.get(day, "odt"), day)
    assert len(titles(found)) == len(titles(wanted))
    likeness = [
        SequenceMatcher(None, *both).ratio() for both in zip(titles(found), titles(wanted), strict=True)
    ]
    # The secretary lengthened two titles of one meeting.
    assert sorted(likeness)[2:] >= [0.95] * len(likeness[2:])
    assert votes(found) == votes(wanted)
    assert found.meeting.date == wanted.meeting.date
