"""Minutes in the manners in which people write them, read as a whole."""

import datetime as dt
from typing import Any

import pytest

from minutes.reader import Reading, read

STUDENTS = """---
title: "Sitzung 05/2027"
date: 2027-05-04
anwesend: [Lena, Tobi, Mehmet, Ida]
protokoll: Tobi
---

# TOP 1 Protokolle

- Protokoll vom 27.04.: 6/0/0 ==> angenommen
- Protokoll vom 20.04.: wird auf nächste Woche verschoben

# TOP 2 Sommerfest

**Antrag:** Die Fachschaft stellt 450 € bereit.

==> 2/3/1 abgelehnt

- Mehmet kümmert sich um die Getränke
- Bänke ausleihen: Ida (bis 10.05.)
- [x] Tobi: Plakat drucken

Nächste Sitzung: 11.05.2027, 18:15 Uhr
"""

PAD = """plenum 4.5.2027
da: lukas, mia, tschuli
protokoll: lukas

küche
- wir kaufen einen gebrauchten herd (alle dafür)
- mia schaut bei den kleinanzeigen

beitrag
- diskussion wird auf die mv verschoben

werkstatt
- TODO lukas: regal aufbauen
"""

ASSEMBLY = """Niederschrift der Mitgliederversammlung am 4. Mai 2027
Beginn 19.30 Uhr, Ende 21.15 Uhr
Versammlungsleitung: Birgit Lohm
Entschuldigt: Herr von Ahlen, Frau Thiel

Tagesordnung:
1. Protokoll vom 12.11.2026
2. Wahlen
3. Beitrag

Zu Punkt 1: Protokoll vom 12.11.2026
Das Protokoll wird mit 25 Ja- gegen 1 Nein-Stimme bei 2 Enthaltungen genehmigt.

Zu Punkt 2: Wahlen
Dem Vorstand wird einstimmig Entlastung erteilt. Gewählt wurde: Birgit Lohm.
Herr Otto leiht die Stühle aus, Frau Weller holt sie ab.

Zu Punkt 3: Beitrag
Der Stadtrat hat mit 8 Ja-Stimmen den Zuschuss beschlossen. Im Umkreis gab es Lob.
Die Erhöhung findet keine Mehrheit.

gez. Birgit Lohm (Versammlungsleiterin)
"""

STEERING = """| **Protokoll** | **Steuerungsgruppe** |
|---|---|
| Datum: | 04.05.2027, 9:30–11:45 Uhr |
| Moderation: | Frau Berger |
| Teilnehmende: | Frau Berger, Herr Çelik, Frau Dr. Marx |
| Entschuldigt: | Herr Wolters |

**TOP 1: Kennzahlen**

- Herr Çelik passt den Bogen an. Frist: 30.05.2027

**TOP 2: Vereinbarung**

**Beschluss:** Die Gruppe stimmt der Vereinbarung zu. Sie gilt ab Juni.
**Abstimmung:** 4 Stimmen dafür, keine Gegenstimme, 1 Enthaltung

**TOP 3: Öffentlichkeit**

Meinungsbild zum Logo: 3 dafür, 2 dagegen. Die Entscheidung ist noch nicht gefallen.
"""


def votes(found: Reading) -> list[tuple[Any, ...]]:
    formal = [decision for decision in found.decisions if decision.strength == "formal"]
    return [(d.outcome, d.vote.yes, d.vote.no, d.vote.abstain) for d in formal]


def tasks(found: Reading) -> list[tuple[tuple[str, ...], dt.date | None]]:
    return [(task.owners, task.due) for task in found.tasks]


def test_a_student_council_with_front_matter_and_slashed_votes() -> None:
    found = read(STUDENTS)
    assert [item.number for item in found.agenda_items] == ["TOP 1", "TOP 2"]
    assert votes(found) == [("adopted", 6, 0, 0), ("rejected", 2, 3, 1)]
    assert tasks(found) == [(("Mehmet",), None), (("Ida",), dt.date(2027, 5, 10))]
    assert [deferral.lines for deferral in found.deferred] == [(11, 11)]
    assert found.meeting.next_meeting == dt.date(2027, 5, 11)


def test_a_pad_written_small_throughout() -> None:
    found = read(PAD)
    assert [item.title for item in found.agenda_items] == ["küche", "beitrag", "werkstatt"]
    assert found.meeting.present == ("lukas", "mia", "tschuli")
    assert found.meeting.minute_taker == "lukas"
    assert [decision.vote.mode for decision in found.decisions] == ["unanimous"]
    assert tasks(found) == [(("mia",), None), (("lukas",), None)]
    assert [deferral.lines for deferral in found.deferred] == [(10, 10)]


def test_an_assembly_told_in_sentences() -> None:
    found = read(ASSEMBLY)
    assert found.meeting.date == dt.date(2027, 5, 4)
    assert (found.meeting.start, found.meeting.end) == ("19:30", "21:15")
    assert found.meeting.excused == ("Herr von Ahlen", "Frau Thiel")
    assert [item.title for item in found.agenda_items] == ["Protokoll vom 12.11.2026", "Wahlen", "Beitrag"]
    assert votes(found) == [
        ("adopted", 25, 1, 2),
        ("adopted", None, None, None),
        ("adopted", None, None, None),
        ("rejected", None, None, None),
    ]
    assert tasks(found) == [(("Herr Otto",), None), (("Frau Weller",), None)]


def test_a_steering_group_with_its_head_in_a_table() -> None:
    found = read(STEERING)
    assert found.meeting.date == dt.date(2027, 5, 4)
    assert found.meeting.chair == "Frau Berger"
    assert found.meeting.present == ("Frau Berger", "Herr Çelik", "Frau Dr. Marx")
    assert found.meeting.excused == ("Herr Wolters",)
    assert tasks(found) == [(("Herr Çelik",), dt.date(2027, 5, 30))]
    assert votes(found) == [("adopted", 4, 0, 1)]
    assert [deferral.text for deferral in found.deferred] == ["Die Entscheidung ist noch nicht gefallen."]


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("TOP 1\nKasse\n\nText dazu.\n\nTOP 2\nFest\n\nText dazu.\n", ["Kasse", "Fest"]),
        ("I. Kasse\nText.\n\nII. Fest\nText.\n\nIII. Wahl\nText.\n", ["Kasse", "Fest", "Wahl"]),
        ("1 Kasse\n\nText.\n\n2 Fest\n\nText.\n\n3 Wahl\n\nText.\n", ["Kasse", "Fest", "Wahl"]),
        ("**Kasse:** Text.\n\n**Fest:** Text.\n\n**Wahl:** Text.\n", ["Kasse", "Fest", "Wahl"]),
        ("1. Kasse\n2. Fest\n\nEs geht los.\n\n1. Kasse\nText.\n\n2. Fest\nText.\n", ["Kasse", "Fest"]),
        (
            "Kasse\n\nText dazu.\n\nFest\n\nText dazu.\n\nPläne\n\n22.5. Fest\n7.6. Wahl\n",
            ["Kasse", "Fest", "Pläne"],
        ),
        ("Tagesordnung:\n\nTOP 1 Kasse\n\nText dazu.\n\nTOP 2 Fest\n\nText dazu.\n", ["Kasse", "Fest"]),
        ("## Anwesende: Ida, Ole, Rieke, Kemal\n\n## Kasse\nText.\n\n## Fest\nText.\n", ["Kasse", "Fest"]),
        (
            "## Kasse\nText.\n\n## Fest\nText.\n\n## Wahl\nText.\n\n## Aufgaben\n- Ole: Kuchen\n",
            ["Kasse", "Fest", "Wahl"],
        ),
    ],
)
def test_items_are_found_however_they_are_marked(text: str, titles: list[str]) -> None:
    assert [item.title for item in read(f"Sitzung am 4. Mai 2027\n\n{text}").agenda_items] == titles


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Nächstes Treffen: 11.05.", dt.date(2027, 5, 11)),
        ("Nächster Termin\nDienstag, 11. Mai um 19 Uhr", dt.date(2027, 5, 11)),
        ("Nächstes Treffen: 11.5. fällt aus, dann 18.5.", dt.date(2027, 5, 18)),
        ("Die nächste Sitzung nach dem Fest am 8.5. wurde für den 11.5. angesetzt.", dt.date(2027, 5, 11)),
        ("Die nächste Sitzung am 3.5. war ein Irrtum.", None),
        ("Die nächste Sitzung steht noch nicht fest.", None),
    ],
)
def test_the_next_meeting_is_a_day_that_the_text_names(text: str, day: dt.date | None) -> None:
    assert read(f"# Sitzung am 4. Mai 2027\n\n{text}\n").meeting.next_meeting == day


def test_the_marks_of_internal_passages_are_no_words_of_the_minutes() -> None:
    text = "# Sitzung am 4. Mai 2027\n\n## Kasse\n\n::: intern\nDer Kauf wird beschlossen.\n:::\n\n## Fest\n\nText.\n"
    found = read(text)
    assert [(decision.text, decision.lines) for decision in found.decisions] == [
        ("Der Kauf wird beschlossen.", (6, 6))
    ]
    assert not any(":::" in item.title for item in found.agenda_items)


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("2027-05-04 Sitzung.md", dt.date(2027, 5, 4)),
        ("20270504-sitzung.md", dt.date(2027, 5, 4)),
        ("270504 - Sitzung.md", dt.date(2027, 5, 4)),
        ("04-05-2027-Sitzung.md", dt.date(2027, 5, 4)),
        ("148227.txt", None),
    ],
)
def test_the_name_of_the_file_tells_the_day_in_each_usual_form(name: str, day: dt.date | None) -> None:
    assert read("# Runde\n\nEs gab Kuchen und das war gut.\n", name).meeting.date == day


SENTENCE = "Ole Fuchs und Ida Blum stimmen ab, der Kauf wird mit 5 Ja-Stimmen angenommen, weil Geld da ist. "


@pytest.mark.drill
@pytest.mark.parametrize(
    "text",
    [
        (SENTENCE * 8 + "\n\n") * 2_400,
        "\n".join(f"Zeile {number} kurz" for number in range(100_000)),
        "\n".join(f"## Titel {number}\nDer Antrag wird angenommen." for number in range(50_000)),
        SENTENCE * 10_000,
        " " * 1_000_000 + "x",
        "[" * 4_000 + "](" * 4_000,
        "Tagesordnung:\n1. Kasse\n2. Fest\n" * 20_000,
        "Beschluss:\n" * 50_000 + "Abstimmungsergebnis:\n" * 50_000,
        "Anwesend:\n" * 100_000,
        "Nächste Sitzung am 1.1.2020\n" * 40_000,
    ],
    ids=["prose", "lines", "headings", "line", "spaces", "brackets", "agendas", "boxes", "labels", "dates"],
)
def test_the_longest_texts_are_read_to_the_end(text: str) -> None:
    assert isinstance(read(f"Der Gemeinderat und die Kasse.\n{text}"), Reading)
