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
        ("(1) Kasse\nText.\n\n(2) Fest\nText.\n", ["Kasse", "Fest"]),
        ("## Nr. 1: Kasse\nText.\n\n## Nr. 2: Fest\nText.\n", ["Kasse", "Fest"]),
        ("§ 1 Kasse\nText.\n\n§ 2 Fest\nText.\n\n§ 3 Wahl\nText.\n", ["Kasse", "Fest", "Wahl"]),
        ("1. Kasse\n1.1 Ole zahlt.\n1.2 Es reicht. Danke\n2. Fest\n2.1 Ida kocht.\n", ["Kasse", "Fest"]),
        ("## 1. Kasse\nText.\n\n**2. Vorsitz**\nText.\n\n## 2. Fest\nText.\n", ["Kasse", "Fest"]),
        (
            "1. Kasse\n-----\na) Beitrag\n   Text.\nb) Miete\n   Text.\n\n2. Fest\n----\n",
            ["Kasse", "Beitrag", "Miete", "Fest"],
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


ANNOUNCED = "Protokoll der Sitzung am 4. Mai 2027\n\nTagesordnung:\n1. Kasse\n2. Fest\n\n"


@pytest.mark.parametrize(
    "text",
    [
        "zu 1.\nDas ist der Stand.\n\nzu 2.\nDas ist der Plan.\n",
        "## zu 1.\n\nDas ist der Stand.\n\n## zu 2.\n\nDas ist der Plan.\n",
        "Zu TOP 1: Das ist der Stand.\n\nZu TOP 2: Das ist der Plan.\n",
        "Zu 1.) Das ist der Stand.\n\nZu 2.) Das ist der Plan.\n",
        "1. Das ist der Stand.\n\n2. Das ist der Plan.\n",
        "Kasse: Das ist der Stand.\n\nFest: Das ist der Plan.\n",
    ],
)
def test_an_item_without_a_title_has_that_of_the_announced_agenda(text: str) -> None:
    found = read(ANNOUNCED + text)
    assert [item.title for item in found.agenda_items] == ["Kasse", "Fest"]
    assert min(item.lines[0] for item in found.agenda_items) > 6


def test_letters_tables_and_one_line_announce_items_too() -> None:
    body = "Zu 1a.)\nDas ist der Stand.\n\nZu 2.)\nDas ist der Plan.\n"
    for agenda in (
        "Tagesordnung\n1a. Kasse\n2. Fest\n\n",
        "| TOP | Thema |\n|---|---|\n| 1a | Kasse |\n| 2 | Fest |\n\n",
        "Tagesordnung: 1a. Kasse, 2. Fest\n\n",
    ):
        items = read(f"Sitzung am 4. Mai 2027\n\n{agenda}{body}").agenda_items
        assert [(item.number, item.title) for item in items] == [("1a", "Kasse"), ("2", "Fest")]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Zu Ö 1:   Kasse", "Zu Ö 2:   Fest"),
        ("# I.1 Kasse", "# I.2 Fest"),
        ("### 1 - Kasse", "### 2 - Fest"),
        ("1.) Kasse", "2.) Fest"),
        ("TOP 1 (Kasse)", "TOP 2 (Fest)"),
        ("## TOP #1: Kasse", "## TOP #2: Fest"),
    ],
)
def test_numbers_and_titles_are_told_from_their_signs(first: str, second: str) -> None:
    text = f"Sitzung am 4. Mai 2027\n\n{first}\nDas ist der Stand.\n\n{second}\nDas ist der Plan.\n"
    assert [item.title for item in read(text).agenda_items] == ["Kasse", "Fest"]


def test_results_of_parts_and_remarks_on_items_open_no_item() -> None:
    text = "Sitzung am 4. Mai 2027\n\nTOP 1 Kasse\nEs gilt:\nzu 2.: Ja: 5, Nein: 2\n\nTOP 2 Fest\nZu TOP 1: Ole fragt.\n"
    assert [item.title for item in read(text).agenda_items] == ["Kasse", "Fest"]


COUNCIL = """Niederschrift über die Sitzung des Stadtrates am 4. Mai 2027

TOP 1 Protokoll
Gegen die Niederschrift werden keine Einwendungen erhoben. Sie ist damit genehmigt.

TOP 2 Steuer
Frau Kern beantragt einen Satz von 60 Euro.
Abstimmungsergebnis über den Änderungsantrag: Ja: 11, Nein: 22, Enthaltungen: 2

Beschluss:
Die Satzung wird beschlossen.

Abstimmungsergebnis:
Ja: 24, Nein: 9, Enthaltungen: 2

TOP 3 Straße
Nach Aussprache beschließt der Rat mehrheitlich bei 2 Gegenstimmen, die Straße zu sperren.
"""


def test_a_council_decides_outside_of_its_boxes_too() -> None:
    found = read(COUNCIL)
    expected = [
        ("adopted", None, None, None),
        ("rejected", 11, 22, 2),
        ("adopted", 24, 9, 2),
        ("adopted", None, 2, None),
    ]
    assert votes(found) == expected
    assert [decision.vote.mode for decision in found.decisions] == [
        "consensus",
        "counts",
        "counts",
        "partial",
    ]


def test_a_debate_repeats_much_but_counted_results_and_promises_are_sure() -> None:
    debate = (
        "Der Vorsitzende lässt über die Vertagung abstimmen.\n"
        "Diese wird mit 2 Ja- gegen 7 Nein-Stimmen abgelehnt.\n"
        "Stadtratsmitglied Kern: Der Rat hat das beschlossen. Ole Fuchs schreibt dem Amt.\n"
        "Die Verwaltung sagt zu, die Anlieger zu informieren.\n"
        "\nAbstimmungsergebnis:\nvertagt\n"
    )
    found = read(f"{COUNCIL}\n{debate}")
    assert votes(found) == [("adopted", 24, 9, 2), ("rejected", 2, 7, None)]
    assert [task.owners for task in found.tasks] == [("Die Verwaltung",)]
    assert [deferral.text for deferral in found.deferred] == ["vertagt"]


def test_the_vote_below_outweighs_the_wording_of_the_resolution() -> None:
    text = "# Sitzung am 4. Mai 2027\n\n## Dach\n\nBeschluss 3: Die Fa. Lack wird beauftragt.\n"
    assert votes(read(f"{text}Ja: 2   Nein: 7   Enthaltungen: 1\n")) == [("rejected", 2, 7, 1)]
    assert votes(read(text)) == [("adopted", None, None, None)]
    assert votes(read(f"{text}Der Beschluss ist abgelehnt.\n")) == [("rejected", None, None, None)]


TWO_ITEMS = "# Sitzung am 4. Mai 2027\n\n## Kasse\n\nText.\n\n## Dach\n\nEs gibt das Angebot.\n\n"


@pytest.mark.parametrize(
    "text",
    [
        "Das Thema wird in der Dezembersitzung erneut aufgerufen.",
        "Die Gruppe legt den Antrag im Herbst neu vor.",
        "Entscheidung dann dort",
        "Heute wird nicht abgestimmt, der Punkt kommt auf die Tagesordnung der nächsten Sitzung.",
        "Brauchen noch ein Angebot. Nächstes Mal.",
        "Mangels Beschlussfähigkeit konnte nicht abgestimmt werden.",
        "Kommt auf die nächste TO.",
        "Das Thema kommt im Juniplenum wieder dran.",
        "Das besprechen wir noch einmal in Ruhe beim Junitreffen.",
        "Der Rat stellt die Vergabe im Einvernehmen aller bis zum Gespräch mit dem Amt zurück.",
        "Bis dahin ruht die Sache.",
        "Wir kommen im Call am Montag darauf zurück.",
        "Reden wir noch mal drüber, sobald die Zahlen da sind.",
        "Vorerst kein Beschluss.",
    ],
)
def test_matters_are_put_off_in_many_words(text: str) -> None:
    found = read(f"{TWO_ITEMS}{text}\n")
    assert len(found.deferred) == 1
    assert not votes(found)


@pytest.mark.parametrize(
    "text",
    [
        "Ida berichtet in der nächsten Sitzung.",
        "Die Probe wurde auf 19 Uhr verschoben.",
        "Wir verschieben das Sommerfest auf den 4. Juli.",
        "Ida stellt ihre Bedenken zurück.",
        "Ida versucht, das zu verschieben.",
        "Der Termin für das nächste Treffen wird per Umfrage festgelegt.",
    ],
)
def test_a_date_to_come_puts_nothing_off(text: str) -> None:
    assert not read(f"{TWO_ITEMS}{text}\n").deferred


@pytest.mark.parametrize(
    ("text", "owners"),
    [
        ("Swantje Pohl und Ubbo Wiese übernehmen die Planung.", [("Swantje Pohl", "Ubbo Wiese")]),
        ("Der Hausmeister schneidet die Hecke bis Ende Oktober.", [("Der Hausmeister",)]),
        ("Ole und Ida stimmen den Aufbau mit der Feuerwehr ab.", [("Ole", "Ida")]),
        ("steht an, Termin 23.5.\nole und b0b machen das", [("ole", "b0b")]),
        ("Antwort bis 31.5. Ida schreibt zurück.", [("Ida",)]),
        ("Ida bestellt den Lüfter (Konsens)", [("Ida",)]),
        ("- [ ] Lüfter bestellen @Ida", [("Ida",)]),
        ("kalle holt den Schlüssel.\n\n- TODO [kalle]\n", [("kalle",)]),
        ("Papier ist leer!! -> Ida", [("Ida",)]),
        ("- Dach ausmessen, ob es passt, ist unklar (Ida)", [("Ida",)]),
        ("- Liste ins Wiki - macht ole", [("ole",)]),
        ("- [ ] ole + Ida: Lüfter ausrichten, sobald es geht", [("ole", "Ida")]),
        ("Kuchenspenden organisiert Ida.", [("Ida",)]),
        ("AI: @mira-k, @ole legen einen Entwurf vor", [("@mira-k", "@ole")]),
        ("- @mira-k behebt den Fehler", [("@mira-k",)]),
        ("Ida teilt dem Pächter die Entscheidung mit.", [("Ida",)]),
        ("Ida teilt mit, dass sie geht.", []),
        ("Ida nimmt am Runden Tisch der Stadt teil.", [("Ida",)]),
        ("Ida nimmt wieder an der Sitzung teil.", []),
        ("Das Amt übernimmt die Kosten, so Frau Kern.", []),
        ("Ida antwortet, dass der Bau bis Ende Mai fertig ist.", []),
        ("Ida stellt den Gegenantrag, alles zu lassen.", []),
        ("**To-dos**\n\nGunda:\n- Schild malen", [("Gunda",)]),
        ("Koll. Kolbe fordert das Protokoll an.", [("Koll. Kolbe",)]),
        ("Das wird auf Wunsch von Ida neu aufgenommen.", []),
        ("Kandidaten: Ida und ole", []),
        ("Ida geht um 19:30.", []),
        ("Ida berichtet:\n- drei neue Lehrkräfte", []),
        ("**TOP 2 – Fest (Ida)**\n\nText.", []),
    ],
)
def test_tasks_are_told_in_many_words(text: str, owners: list[tuple[str, ...]]) -> None:
    head = "Sitzung am 4. Mai 2027\n\nda: ole, b0b, Ida\n\n**TOP 1 – Dach**\n\nText.\n\n**TOP 3 – Rat**\n\nEs gibt das.\n\n"
    found = read(head + text)
    assert [task.owners for task in found.tasks] == owners


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("Ida ruft dort morgen an.", dt.date(2027, 5, 5)),
        ("Kuchenverkauf am Festtag (2. Juni): Ida macht die Liste bis 20.05.", dt.date(2027, 5, 20)),
        ("Ida organisiert die Exkursion zum Bau am 12.06.", None),
    ],
)
def test_a_task_is_due_when_it_is_told_and_not_when_something_happens(text: str, due: dt.date | None) -> None:
    assert [task.due for task in read(f"{TWO_ITEMS}{text}\n").tasks] == [due]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Der Kauf wird gegen 2 Stimmen beschlossen.", [("adopted", None, 2, None)]),
        ("Das Gesuch wird mit 4 Stimmen bei 1 Enthaltung abgelehnt.", [("rejected", None, 4, 1)]),
        ("Kauf der Leiter angenommen (3:1)", [("adopted", 3, 1, None)]),
        ("Kauf der Leiter: 8+ / 2-", [("adopted", 8, 2, None)]),
        ("Umlaufbeschlüsse:\n\n- 02.03.2027: Kauf der Leiter (6 Ja, 0 Nein)", []),
        ("Gewählt ist, wer mehr Ja- als Nein-Stimmen bekommt.", []),
        ("Im Jahr 2019 war ein solcher Antrag mit 2 Ja-Stimmen und 5 Nein-Stimmen gescheitert.", []),
        ("Letzte Woche hat der Institutsrat die Stelle einstimmig befürwortet.", []),
        ("Vorsitz:\nIda Blum: 11\nPia Kern: 15\nPia Kern nimmt die Wahl an.", [("adopted", 15, None, None)]),
    ],
)
def test_only_what_the_body_decides_now_is_a_decision(text: str, expected: list[tuple[Any, ...]]) -> None:
    assert votes(read(f"{TWO_ITEMS}{text}\n")) == expected


@pytest.mark.parametrize(
    ("text", "chair", "writer"),
    [
        ("Vorsitz/Protokoll: Blum / Fuchs", "Blum", "Fuchs"),
        ("Ole schreibt mit, Ida leitet die Runde.", "Ida", "Ole"),
        ("Sitzungsleitung hat Ida, Protokoll macht Ole", "Ida", "Ole"),
        ("Es moderiert Ida. Es protokolliert Ole.", "Ida", "Ole"),
        ("PL: Ida\nNotizen: @ole-f", "Ida", "@ole-f"),
        ("Dabei: @ida (Moderation), @ole (Protokoll)", "@ida", "@ole"),
        (
            "Ausschussvorsitzender  Kurt Blum\n\nDer Schriftführer führt das Protokoll.",
            "Kurt Blum",
            "Der Schriftführer",
        ),
    ],
)
def test_who_presided_and_who_wrote_is_told_in_many_ways(text: str, chair: str, writer: str) -> None:
    meeting = read(f"Sitzung am 4. Mai 2027\n\n{text}\n\n## Kasse\n\nText.\n\n## Dach\n\nText.\n").meeting
    assert (meeting.chair, meeting.minute_taker) == (chair, writer)


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
