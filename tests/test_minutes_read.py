"""`flask minutes read FILE` tells as JSON what the portal would read out of a file."""

import json
import os
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner
from documents import document

from minutes.commands import minutes_cli

TEXT = """# Sitzung des Beirats am 4. Mai 2027

## TOP 1 Haushalt

Der Haushalt wird mit 5 Ja-Stimmen, 1 Nein-Stimme und 0 Enthaltungen beschlossen.

## TOP 2 Verschiedenes

Ole Fuchs bucht den Saal bis zum 20.05.
"""


def test_the_answer_for_a_text_file_counts_the_lines_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "protokoll.md"
    file.write_text(TEXT, "utf-8")
    result = CliRunner().invoke(minutes_cli, ["read", str(file)])
    answer = json.loads(result.stdout)
    assert result.exit_code == 0
    assert result.stderr == ""
    assert answer["meeting"]["date"] == "2027-05-04"
    assert answer["decisions"][0]["lines"] == [5, 5]
    assert answer["tasks"][0]["due"] == "2027-05-20"
    assert "markdown" not in answer


def test_the_answer_for_a_document_brings_the_text_that_its_lines_count(tmp_path: Path) -> None:
    file = tmp_path / "protokoll.odt"
    file.write_bytes(document(TEXT, "odt"))
    answer = json.loads(CliRunner().invoke(minutes_cli, ["read", str(file)]).stdout)
    (decision,) = answer["decisions"]
    line = answer["markdown"].split("\n")[decision["lines"][0] - 1]
    assert line.startswith("Der Haushalt wird mit 5 Ja-Stimmen")


def test_a_refused_file_is_explained_in_german_and_ends_with_an_error(tmp_path: Path) -> None:
    file = tmp_path / "protokoll.docx"
    file.write_bytes(b"MZ kein Protokoll")
    result = CliRunner().invoke(minutes_cli, ["read", str(file)])
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "Die Datei ist ein Programm" in result.stderr


def test_reading_needs_no_instance_no_settings_and_no_network(tmp_path: Path) -> None:
    file = tmp_path / "protokoll.txt"
    file.write_text(TEXT, "utf-8")
    script = "from minutes.commands import minutes_cli; minutes_cli()"
    run = subprocess.run(
        [sys.executable, "-c", script, "read", str(file)],
        cwd=Path(__file__).parents[1],
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
        capture_output=True,
        check=True,
    )
    assert json.loads(run.stdout)["agenda_items"][1]["title"] == "Verschiedenes"
    assert list(tmp_path.iterdir()) == [file]
