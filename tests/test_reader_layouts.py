"""Minutes that are laid out in another way than headings and paragraphs: wiki pages, tables, quotes, ballots."""

import datetime as dt

import pytest

from minutes.reader import Reading, read

HEAD = "# Sitzung am 4. Mai 2027\n\nAnwesend: I. Blum, Ole Fuchs\n\n"

MEDIAWIKI = """'''Anwesend:''' ida, ole, zwei Leute, die nur schauen wollten

== Kasse ==
* Stand: 300 €
** Ida zahlt die Miete bis 10.5.2027.
=== Beamer ===
Antrag: Wir kaufen eine [https://example.org/lampe neue Lampe].
: → 5 dafür, 1 dagegen
== Werkstatt ==
# TODO @ole @dot_ti: Holz bestellen
"""
DOKUWIKI = """====== Plenum am 4. Mai 2027 ======

===== Kasse =====
  * Ida zahlt die Miete.
==== Beamer ====
  * Ja: 5, Nein: 1
===== Werkstatt =====
Ole bestellt Holz.
"""


def titles(found: Reading) -> list[tuple[str | None, str]]:
    return [(item.number, item.title) for item in found.agenda_items]


def counts(found: Reading) -> list[tuple[int | None, int | None, int | None]]:
    return [(each.vote.yes, each.vote.no, each.vote.abstain) for each in found.decisions]


def test_a_page_of_mediawiki_is_read_with_the_lines_of_its_text() -> None:
    found = read(MEDIAWIKI, "2027-05-04.txt")
    assert titles(found) == [(None, "Kasse"), (None, "Beamer"), (None, "Werkstatt")]
    (decision,) = found.decisions
    assert (decision.text, decision.lines) == ("Antrag: Wir kaufen eine neue Lampe.", (7, 8))
    assert [(task.owners, task.lines[0]) for task in found.tasks] == [(("Ida",), 5), (("ole", "dot_ti"), 10)]


def test_a_page_of_dokuwiki_has_its_largest_heading_first() -> None:
    found = read(DOKUWIKI)
    assert found.meeting.title == "Plenum am 4. Mai 2027"
    assert [(item.title, item.level) for item in found.agenda_items] == [
        ("Kasse", 1),
        ("Beamer", 2),
        ("Werkstatt", 1),
    ]


BY_KIND = """| Nr. | Thema | Art | Wer | Bis |
|---|---|---|---|---|
| 1 | **Netz** | | | |
| | Der Stand ist gut. | I | Ole | |
| | Liste nachreichen | A | Fuchs | 20.05.2027 |
| 2 | **Geräte** | | | |
| | Variante 2 wird freigegeben. | B | alle | |
| | Entscheidung über Schränke vertagt. | | | |
"""
BY_RESULT = """| Thema | Inhalt | Ergebnis | Wer | Bis |
|---|---|---|---|---|
| Netz | Der Stand ist gut. | Liste nachreichen | Fuchs | 20.05.2027 |
| Geräte | Ole stellt zwei vor. | Variante 2 wird freigegeben; einstimmig beschlossen | – | – |
| Schränke | – | Entscheidung vertagt. | | |
"""


@pytest.mark.parametrize(
    ("table", "items", "lines"),
    [
        (BY_KIND, [("1", "Netz"), ("2", "Geräte")], (9, 11, 12)),
        (BY_RESULT, [(None, "Netz"), (None, "Geräte"), (None, "Schränke")], (7, 8, 9)),
    ],
    ids=["a row for each remark", "a row for each item"],
)
def test_minutes_kept_as_one_table_are_read_row_by_row(
    table: str, items: list[tuple[str | None, str]], lines: tuple[int, int, int]
) -> None:
    found = read(HEAD + table)
    assert titles(found) == items
    (task,), (decision,), (deferral,) = found.tasks, found.decisions, found.deferred
    assert (task.text, task.owners, task.due) == ("Liste nachreichen", ("Fuchs",), dt.date(2027, 5, 20))
    assert (decision.outcome, decision.strength) == ("adopted", "formal")
    assert (task.lines[0], decision.lines[0], deferral.lines[0]) == lines


def test_a_table_that_announces_or_lists_tasks_is_no_table_of_items() -> None:
    announced = "| TOP | Thema | Wer |\n|---|---|---|\n| 1 | Kasse | Ole |\n"
    listed = (
        "| Aufgabe | Wer | Status |\n|---|---|---|\n| Saal buchen | Ole | offen |\n| Tee | Ole | erledigt |\n"
    )
    found = read(f"{HEAD}{announced}\n## Kasse\n\nText.\n\n## Aufgaben\n\n{listed}")
    assert titles(found)[0] == (None, "Kasse")
    assert [task.text for task in found.tasks] == ["Saal buchen"]


@pytest.mark.parametrize(
    ("text", "votes"),
    [
        ("> Wir kaufen eine Leiter.\n>\n> **Abstimmung: 3/6/2 – abgelehnt**", [(3, 6, 2)]),
        ("> Wir kaufen eine Leiter.\n\n- Dafür: 5, Dagegen: 0, Enthaltung: 0", [(5, 0, 0)]),
        ("> Im Mai wurde eine Leiter einstimmig beschlossen.", []),
    ],
)
def test_a_quote_is_a_resolution_only_with_its_result(
    text: str, votes: list[tuple[int | None, int | None, int | None]]
) -> None:
    assert counts(read(f"{HEAD}## Leiter\n\n{text}\n\n## Ende\n\nText.\n")) == votes


@pytest.mark.parametrize(
    ("text", "vote"),
    [
        (
            "Ida Blum: 15 Stimmen\nOle Fuchs: 11 Stimmen\nEnthaltung: 1\nDamit ist Frau Blum gewählt.",
            (15, None, 1),
        ),
        ("Abstimmung: a) 2 Stimmen, b) 4 Stimmen => Ort b)", (4, None, None)),
        ("Nach Aussprache stimmen 3 für Kiel, 2 für Plön; somit Kiel.", (3, None, None)),
        ("Ida Blum: 15 Stimmen, Ole Fuchs: 11 Stimmen", None),
        (
            "Für den Kauf sprachen sich vier Anwesende dafür aus, eine Person dagegen, Ole enthielt sich.",
            (4, 1, 1),
        ),
        ("1. Vorsitz: Ida Blum (9 Ja, 1 Enthaltung)\n2. Vorsitz: Ole Fuchs (einstimmig)", (9, None, 1)),
    ],
)
def test_of_several_only_the_count_of_the_one_named_as_chosen_is_taken(
    text: str, vote: tuple[int | None, int | None, int | None] | None
) -> None:
    found = counts(read(f"{HEAD}## Wahl\n\n{text}\n\n## Ende\n\nText.\n"))
    assert found[:1] == ([vote] if vote else [])


def test_minutes_without_any_item_have_tasks_and_deferrals_too() -> None:
    found = read(
        "Sitzung am 4. Mai 2027\n\nI. Blum besorgt Noten. Die Reise wird vertagt.\n\nAnwesend: I. Blum\n"
    )
    assert found.agenda_items == ()
    assert [task.owners for task in found.tasks] == [("I. Blum",)]
    assert len(found.deferred) == 1


@pytest.mark.drill
@pytest.mark.parametrize(
    "text",
    [
        "== " + " " * 100_000 + "\n" + "== a ==\n" * 100_000,
        "| Nr. | Thema | Art |\n" + "| 1 | **a | B |\n" * 50_000,
        "> Abstimmung: ja\n" * 100_000,
        "Ida Blum: 5 Stimmen, " * 50_000 + "gewählt",
        "A" * 1_000_000 + " Stimmen",
        ("A" * 200 + " ") * 5_000 + "Stimmen",
        "Protokoll: ida, ole\nTODO [ida]\n@ole\n" * 30_000,
        "a) Titel\nText\n" * 60_000,
    ],
    ids=["wiki", "table", "quotes", "ballots", "capitals", "names", "marks", "letters"],
)
def test_the_longest_texts_of_such_layouts_are_read_to_the_end(text: str) -> None:
    assert isinstance(read(f"Der Beirat und die Kasse.\n{text}"), Reading)
