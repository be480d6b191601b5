"""The converter and the reader on real minutes, where they lie at hand (PORTAL_CORPUS)."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from minutes.convert import to_markdown
from minutes.reader import read

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
