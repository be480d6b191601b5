"""The converter and the reader on real minutes, where they lie at hand (PORTAL_CORPUS)."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from minutes.convert import ConversionError, to_markdown
from minutes.reader import read

FILES = ("docx", "odt", "pdf", "md", "txt")
# Two points under what the reader reached on the labelled minutes; the goals are measured on others.
FLOORS = dict.fromkeys(
    (
        "agenda_f1",
        "formal_f1",
        "formal_p",
        "vote_exact",
        "outcome",
        "task_f1",
        "task_p",
        "deferred_r",
        "date",
    ),
    0.98,
)


def minutes_in(corpus: Path) -> list[Path]:
    found = [path for kind in FILES for path in sorted((corpus / "corpus").rglob(f"*.{kind}"))]
    return [path for path in found if path.name not in {"README.md", "MANIFEST.md"}]


def test_every_real_file_is_converted_or_refused_with_a_reason(corpus: Path) -> None:
    outcomes: Counter[str] = Counter()
    for path in minutes_in(corpus):
        try:
            converted = to_markdown(path.name, path.read_bytes())
        except ConversionError as refusal:
            outcomes[f"refused: {refusal}"] += 1
            continue
        outcomes[converted.kind] += 1
        assert read(converted.markdown, path.name).as_json()["meeting"], path
    assert set(outcomes) == set(FILES)
    assert min(outcomes.values()) >= 3


def test_a_document_and_its_markdown_by_hand_tell_the_same(corpus: Path) -> None:
    folder = corpus / "corpus"
    pairs = {
        "odt/2018-10-17---Planungstreffen.odt": "2018-10-17-Planungstreffen.md",
        "odt/2023-02-25-Mitgliederversammlung.odt": "2023-02-25-Mitgliederversammlung.md",
        "pdf/2018-04-11---Mitgliederversammlung.pdf": "2018-04-11-Mitgliederversammlung.md",
        "pdf/2018-05-16---Mitgliederversammlung.pdf": "2018-05-16-Mitgliederversammlung.md",
    }
    for name, by_hand in pairs.items():
        path, other = folder / name, folder / "de" / "makerspace-gt" / by_hand
        converted = read(to_markdown(path.name, path.read_bytes()).markdown, path.name)
        written = read(other.read_text("utf-8"), other.name)
        assert [item.title for item in converted.agenda_items] == [
            item.title for item in written.agenda_items
        ]
        assert set(converted.meeting.present) == set(written.meeting.present), name
        votes = [[decision.vote.as_json() for decision in found.decisions] for found in (converted, written)]
        assert [vote for vote in votes[0] if vote["yes"]] == [vote for vote in votes[1] if vote["yes"]], name


def test_the_score_on_labelled_minutes_does_not_fall(corpus: Path, tmp_path: Path) -> None:
    gold = corpus / "corpus" / "gold"
    for label in gold.glob("*.json"):
        source = corpus / "corpus" / json.loads(label.read_text("utf-8"))["file"]
        text = to_markdown(source.name, source.read_bytes()).markdown
        (tmp_path / label.name).write_text(json.dumps(read(text, source.name).as_json()), "utf-8")
    least = [part for key, value in FLOORS.items() for part in ("--min", f"{key}={value}")]
    where = ["--gold", str(gold), "--corpus", str(corpus / "corpus"), "--predictions", str(tmp_path)]
    run = subprocess.run(
        [sys.executable, str(gold / "score.py"), *where, *least], capture_output=True, text=True
    )
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("folder", ["aswf-tac", "openjs-cpc", "python-sc", "rust-lang-team"])
def test_minutes_in_english_are_left_alone(corpus: Path, folder: str) -> None:
    for path in sorted((corpus / "corpus" / "en" / folder).glob("*.md")):
        found = read(path.read_text("utf-8"), path.name)
        assert (found.decisions, found.tasks) == ((), ()), path
