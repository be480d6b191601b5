"""What the portal reads out of minutes, on minutes that never were."""

import datetime as dt

import pytest

from minutes.reader import Decision, Reading, read

HEAD = """# Sitzung des Beirats

Datum: Dienstag, 4. Mai 2027
Anwesend: Ida Blum, Kemal Acar, Ole Fuchs, Rieke Sand

"""


def body(text: str) -> Reading:
    return read(HEAD + "## 1. Bericht\n\n" + text + "\n\n## 2. Verschiedenes\n\nDer Abend klingt aus.\n")


def only_decision(text: str) -> Decision:
    formal = [decision for decision in body(text).decisions if decision.strength == "formal"]
    assert len(formal) == 1, formal
    return formal[0]


def vote_of(text: str) -> tuple[int | None, int | None, int | None, str]:
    vote = only_decision(text).vote
    return vote.yes, vote.no, vote.abstain, vote.mode


def owners(text: str) -> list[tuple[str, ...]]:
    return [task.owners for task in body(text).tasks]


def titles(text: str) -> list[tuple[str | None, str]]:
    return [(item.number, item.title) for item in read(text).agenda_items]


def test_the_head_tells_who_met_when() -> None:
    text = (
        "# Protokoll der Sitzung vom 4. Mai 2027\n\nBeginn: 18:05 Uhr\nSitzungsleitung: Ida Blum\n"
        "Protokoll: Ole Fuchs\n\n### Anwesende\nIda Blum, Ole Fuchs (ab 18:20)\n\n"
        "## TOP 1 Bericht\n\nText.\n\n"
        "## TOP 2 Ende\n\nDie Sitzung wird um 19.40 Uhr geschlossen.\n"
    )
    meeting = read(text).meeting
    assert meeting.date == dt.date(2027, 5, 4)
    assert (meeting.start, meeting.end) == ("18:05", "19:40")
    assert (meeting.chair, meeting.minute_taker) == ("Ida Blum", "Ole Fuchs")
    assert meeting.present == ("Ida Blum", "Ole Fuchs")


@pytest.mark.parametrize(
    ("text", "file_name", "day"),
    [
        (
            "Kurzes Protokoll der Runde, in der es um die Kasse ging.",
            "2027-05-04-beirat.md",
            dt.date(2027, 5, 4),
        ),
        ("---\ndate: 2027-05-04T18:00:00+02:00\n---\n# Runde\n\nText der Runde.", "", dt.date(2027, 5, 4)),
        ("---\ntitle: Protokoll vom 4.5.2027\n---\n\nText der Runde.", "2026-01-01.md", dt.date(2027, 5, 4)),
        ("# Runde\nMontag, 4. Mai 2027\n\nDer Montag ist falsch.", "2027-05-03.md", dt.date(2027, 5, 3)),
        (
            "Lenkungskreis, 4. Mai 2027\n\nTOP 1 Protokoll\nDas Protokoll vom 12.11.2026 gilt.\n\nTOP 2 Kasse\nText.",
            "",
            dt.date(2027, 5, 4),
        ),
        (
            "# Runde\n\nDie nächste Sitzung ist am 1. Juni 2027.\n\nMusterstadt, den 4. Mai 2027",
            "",
            dt.date(2027, 5, 4),
        ),
    ],
)
def test_the_date_is_the_one_on_which_most_sources_agree(text: str, file_name: str, day: dt.date) -> None:
    assert read(text, file_name).meeting.date == day


@pytest.mark.parametrize(
    ("line", "file_name"),
    [
        ("Ole Fuchs, geb. am 04.07.1989, wird beraten.", ""),
        ("Ole bringt die Unterlagen bis zum 01.03.2027.", ""),
        ("Das Fest ist am 9. Juni 2027.", ""),
        ("Der Fall wird besprochen.", "Ole Fuchs geb. 04.07.1989.md"),
    ],
)
def test_any_other_day_is_not_taken_for_the_day_of_the_meeting(line: str, file_name: str) -> None:
    assert read(f"# Protokoll\n\n## TOP 1 Unterlagen\n\n{line}\n", file_name).meeting.date is None


def test_items_are_found_in_each_way_of_writing_them() -> None:
    expected = ["Kasse", "Werkstatt", "Sonstiges"]
    ways = {
        "top": "## TOP {n}: {t}\n\nDer Text dazu.\n\n",
        "bold": "**TOP {n} {t}**\nDer Text dazu.\n\n",
        "plain": "TOP {n}. {t}\n\nDer Text dazu.\n\n",
        "numbered": "### {n}. {t}\nDer Text dazu.\n\n",
        "heading": "## {t}\n\nDer Text dazu.\n\n",
        "list": "1. {t}\n    - Der Text dazu.\n",
        "pad": "{t}\n\nDer Text dazu ist ein Satz.\n\n",
    }
    for way, form in ways.items():
        text = "".join(form.format(n=number, t=title) for number, title in enumerate(expected, 1))
        assert [title for _, title in titles(f"# Sitzung\n\n{text}")] == expected, way


def test_numbers_are_those_that_a_reader_sees() -> None:
    assert titles("1. Kasse\n1. Werkstatt\n1. Sonstiges\n") == [
        ("1", "Kasse"),
        ("2", "Werkstatt"),
        ("3", "Sonstiges"),
    ]
    assert titles("## TOP 6a. Kasse\n\n## Top 7\tEnde\n") == [("TOP 6a", "Kasse"), ("Top 7", "Ende")]


def test_announced_and_next_agendas_are_no_items() -> None:
    text = (
        "# Protokoll\n\nTagesordnung:\n\n1. Kasse\n2. Ende\n\n## 1. Kasse\n\nText der Kasse.\n\n"
        "## 2. Ende\n\nText.\n\n"
        "Agenda für das nächste Treffen:\n\n1. Kasse prüfen (Ole)\n2. Werkstatt streichen (Ida)\n"
    )
    found = read(text)
    assert [(item.number, item.title) for item in found.agenda_items] == [("1", "Kasse"), ("2", "Ende")]
    assert found.tasks == ()


def test_an_item_whose_heading_mark_was_forgotten_is_found_by_its_number() -> None:
    text = "## TOP 1: Kasse\n\nText.\n\nTOP 2: Werkstatt\n\nText.\n\n## TOP 3: Sonstiges\n\nSiehe TOP 1.\n"
    assert [number for number, _ in titles(text)] == ["TOP 1", "TOP 2", "TOP 3"]


def test_headings_of_the_head_are_no_items() -> None:
    assert titles(
        "# Treffen\n### Anwesende\nIda\n### Protokollant\nOle\n### Kasse\nText.\n### Werkstatt\nText.\n"
    ) == [
        (None, "Kasse"),
        (None, "Werkstatt"),
    ]


@pytest.mark.parametrize(
    ("text", "vote"),
    [
        (
            "Der Antrag wird mit 8 Ja-Stimmen, einer Nein-Stimme und keiner Enthaltung angenommen.",
            (8, 1, 0, "counts"),
        ),
        ("Antrag auf Kreide ==> 6/0/1", (6, 0, 1, "counts")),
        ("Kauf von Kreide: 2 dafür, 1 dagegen, 3 Enthaltungen", (2, 1, 3, "counts")),
        ("Antrag: Kauf von Kreide\n\n**Ja**: 6\n**Nein**: 0\n**Enthaltung**: 2\n", (6, 0, 2, "counts")),
        ("Antrag: Kauf von Kreide\n\n- Dafür 5\n- Dagegen 0\n- Enthaltung 0\n", (5, 0, 0, "counts")),
        ("Der Kauf der Kreide wird mit 5 zu 1 Stimmen beschlossen.", (5, 1, None, "counts")),
        ("Der Kauf der Kreide wird mit 4 zu 2 Stimmen abgelehnt.", (2, 4, None, "counts")),
        ("Der Kauf der Kreide wird einstimmig beschlossen.", (None, None, None, "unanimous")),
        ("Der Kauf der Kreide wird bei zwei Enthaltungen beschlossen.", (None, None, 2, "partial")),
        ("Mit Einverständnis aller übernimmt Ida die Sitzungsleitung.", (None, None, None, "consensus")),
        ("Der Kauf der Kreide wird mehrheitlich beschlossen.", (None, None, None, "majority")),
        ("Der Kauf der Kreide wird beschlossen.", (None, None, None, "not_recorded")),
        ("Kauf von Kreide: 8 dafür, niemand dagegen, 2 enthalten sich", (8, 0, 2, "counts")),
        ("Der Kauf der Kreide wird 5 zu 0 angenommen.", (5, 0, None, "counts")),
        ("Der Kauf wird mit 6 Ja- zu 3 Nein-Stimmen bei 1 Enthaltung beschlossen.", (6, 3, 1, "counts")),
        ("Antrag: Kauf von Kreide (7J, 0N, 1E)", (7, 0, 1, "counts")),
        ("Kauf von Kreide: Annahme bei einer Gegenstimme", (None, 1, None, "partial")),
        ("Der Kauf wird von allen Anwesenden befürwortet.", (None, None, None, "unanimous")),
    ],
)
def test_a_vote_is_read_as_it_was_written_and_no_count_is_guessed(
    text: str, vote: tuple[int | None, int | None, int | None, str]
) -> None:
    assert vote_of(text) == vote


def test_the_outcome_follows_from_the_counts_and_says_so() -> None:
    rejected = only_decision("Kauf von Kreide: 2 dafür, 5 dagegen, 0 Enthaltungen")
    assert (rejected.outcome, rejected.derived) == ("rejected", True)
    assert only_decision("Kauf von Kreide: 2 dafür, 1 dagegen, 7 Enthaltungen").outcome == "not_stated"
    assert only_decision("Kauf von Kreide: 2/HM/1").outcome == "rejected"
    said = only_decision("Der Kauf von Kreide wird mit 5 zu 2 Stimmen angenommen.")
    assert (said.outcome, said.derived) == ("adopted", False)


def test_the_object_of_a_pointing_result_is_the_motion_before_it() -> None:
    decision = only_decision(
        "Es wird beantragt, einen Schrank zu kaufen. Dazu gibt es Fragen. "
        "Der Antrag wird einstimmig angenommen."
    )
    assert decision.text == "Es wird beantragt, einen Schrank zu kaufen."
    boxed = only_decision(
        "---\n**Antrag**\n\nDer Raum wird gestrichen.\n\n---\n**Ja: 4**\n**Nein: 0**\n**Enthaltung: 1**\n"
    )
    assert boxed.text == "Der Raum wird gestrichen."
    assert (boxed.vote.yes, boxed.vote.abstain) == (4, 1)


def test_two_decisions_of_one_line_stay_two() -> None:
    text = (
        "Es wird abgestimmt, ob ein Schrank gekauft wird. Der Antrag wird angenommen. "
        "Es wird abgestimmt, ob er rot ist. Der Antrag wird abgelehnt."
    )
    assert [decision.outcome for decision in body(text).decisions] == ["adopted", "rejected"]


def test_an_election_by_table_is_one_decision_for_each_row() -> None:
    table = (
        "| Amt | Name | Ja | Nein | Enthaltung |\n|---|---|---|---|---|\n"
        "| Kasse | Ole | 5 | 1 | 0 |\n| Vorsitz | Ida | 6 | 0 | 0 |"
    )
    assert [(decision.text, decision.vote.yes) for decision in body(table).decisions] == [
        ("Kasse Ole", 5),
        ("Vorsitz Ida", 6),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Ein Antrag geht ein, es wird darüber abgestimmt.",
        "Der Kauf soll in der nächsten Sitzung beschlossen werden.",
        "Ole berichtet, dass das Finanzamt die Änderung angenommen hat.",
        "Von der Stadt wurde uns ein Platz genehmigt.",
        "Der Senat hat den Antrag abgelehnt.",
        "Wird der Antrag angenommen?",
        "Der Vorstand kann einstimmig beschließen, Vollmachten zu erteilen.",
        "Die im März beschlossene Ordnung gilt weiter.",
        "Ida nimmt die Wahl an.",
        "Sobald der Antrag angenommen ist, wird bestellt.",
        "Im Fakultätsrat wurde einstimmig beschlossen, die Frist zu verlängern.",
        "Der AStA hat mit 8 Ja-Stimmen die Förderung beschlossen.",
        "Unser Antrag beim Studierendenparlament wurde angenommen.",
        "Das Budget wurde im letzten Jahr einstimmig beschlossen.",
        "Meinungsbild zum Kauf von Kreide: 5 dafür, 3 dagegen",
    ],
)
def test_talk_about_decisions_is_no_decision(text: str) -> None:
    assert [decision for decision in body(text).decisions if decision.strength == "formal"] == []


def test_a_body_decides_in_its_own_minutes() -> None:
    text = (
        "# Sitzung des Fakultätsrats\n\n## Frist\n\nDer Fakultätsrat hat die Frist einstimmig beschlossen.\n"
    )
    assert [decision.vote.mode for decision in read(text).decisions] == ["unanimous"]


def test_a_settlement_without_an_act_is_only_a_hint() -> None:
    (decision,) = body("Als Termin wurde der 9. Juni festgelegt.").decisions
    assert decision.strength == "stated"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ole erstellt eine Umfrage.", ("Ole",)),
        ("Ida und Kemal bereiten die Feier vor.", ("Ida", "Kemal")),
        ("Der Vorstand wird einen Entwurf erarbeiten.", ("Der Vorstand",)),
        ("Die Liste wird von Rieke verschickt.", ("Rieke",)),
        ("- Raum buchen (Ole / Ida)", ("Ole", "Ida")),
        ("Verantwortlich: Kemal", ("Kemal",)),
        ("Rieke hat den Hut auf.", ("Rieke",)),
        ("- **TODO [Ole]**\n    - Den Schlüssel nachmachen lassen", ("Ole",)),
        ("### Aufgaben\n\n- Ida: Kuchen backen", ("Ida",)),
        ("| Aufgabe | Wer | Bis |\n|---|---|---|\n| Kuchen backen | Ida | 9.5. |", ("Ida",)),
        ("Alle sollen Tassen mitbringen.", ("Alle",)),
        ("Ole wertet die Umfrage aus.", ("Ole",)),
        ("Ole und Ida werten die Umfrage aus.", ("Ole", "Ida")),
        ("Bis zur nächsten Sitzung legt Ole eine Liste vor.", ("Ole",)),
        ("Den Hut hat Ole auf.", ("Ole",)),
        ("Ole sagt zu, den Schlüssel zu holen.", ("Ole",)),
        ("- Schlüssel holen: Ole", ("Ole",)),
        ("Auftrag an Ole: den Schlüssel holen.", ("Ole",)),
        ("Wer holt den Schlüssel? -> Ole", ("Ole",)),
        ("### Aufgaben\n\n- Plakate: Ida", ("Ida",)),
    ],
)
def test_each_way_of_giving_a_task_is_read(text: str, expected: tuple[str, ...]) -> None:
    assert owners(text) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "Ole berichtet von der Messe.",
        "Ida fragt, ob das erlaubt ist.",
        "Kemal stellt fest, dass Geld fehlt.",
        "Die Liste wurde von Rieke verschickt.",
        "Der Vorschlag wird von Ole vorgestellt.",
        "Die Anmeldung erfolgt online.",
        "- Bericht von der Messe (Ole)",
        "Was macht Ida?",
        "Ole und Ida nahmen die Wahl an.",
        "Ole und Ida berichten von der Messe.",
        "Ole stellt den Antrag, eine Kamera zu kaufen.",
        "Ole zieht seinen Antrag zurück.",
        "Ida gibt einen Überblick über die Kasse.",
        "gez. Ole Fuchs (Protokollführer)",
        "- [x] Ole: Plakat aufhängen",
    ],
)
def test_reports_are_no_tasks(text: str) -> None:
    assert owners(text) == []


def test_two_clauses_of_a_sentence_are_two_tasks() -> None:
    for text in ("Ole leiht die Stühle aus, Ida holt sie ab.", "Flyer macht Ole, Ida druckt sie."):
        assert owners(text) == [("Ole",), ("Ida",)], text


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("Ole erstellt bis zum 20.05. eine Umfrage.", dt.date(2027, 5, 20)),
        ("Ole erstellt bis Freitag eine Umfrage.", dt.date(2027, 5, 7)),
        ("Ole erstellt bis zum 10.01. eine Umfrage.", dt.date(2027, 1, 10)),
        ("- Anmeldung zum Fest am 20.05. (Ole)", None),
        ("Ole erstellt zeitnah eine Umfrage.", None),
        ("Ole erstellt bis Ende Mai eine Umfrage.", dt.date(2027, 5, 31)),
        ("Ole erstellt eine Umfrage. Frist: 20.05.", dt.date(2027, 5, 20)),
    ],
)
def test_a_due_date_is_resolved_against_the_meeting(text: str, due: dt.date | None) -> None:
    (task,) = body(text).tasks
    assert task.due == due


@pytest.mark.parametrize(
    ("text", "put_off"),
    [
        ("Der Punkt wird auf die nächste Sitzung vertagt.", True),
        ("Wird nächste Woche besprochen.", True),
        ("Es gab noch keine Einigung.", True),
        ("Wir entscheiden nächste Woche.", True),
        ("Darüber reden wir beim nächsten Plenum.", True),
        ("Der Punkt kommt im Juli wieder auf die Tagesordnung.", True),
        ("Aus Zeitgründen nicht behandelt.", True),
        ("Die nächste Sitzung findet am 1. Juni statt.", False),
        ("Start ist im Mai.", False),
        ("Ole schickt die Liste bis zur nächsten Sitzung herum.", False),
        ("Für Anwaltskosten bleiben 1000 Euro zurückgestellt.", False),
        ("Das Fest ist ein Erfolg.", False),
    ],
)
def test_what_is_put_off_is_listed(text: str, *, put_off: bool) -> None:
    assert bool(body(text).deferred) == put_off


COUNCIL = """NIEDERSCHRIFT
Gremium: 4. Sitzung Gemeinderat
Termin: 4. Mai 2027, 15:30 Uhr
Vorsitzende/r: Oberbürgermeisterin
Dr. Ida Blum

Punkt 3 der Tagesordnung: Neue Bänke für den
Marktplatz
Vorlage: 2027/0001

Beschluss:
1. Es werden zehn Bän-
ke gekauft.
2. Sie sind rot.

Abstimmungsergebnis:
Ziffer 1: Einstimmige Zustimmung
Ziffer 2: 5 Nein-Stimmen, Rest Zustimmung

Stadtrat Acar (ABC): Wir stimmen zu. Das ist einstimmig beschlossen. Ole kauft die Bänke.
"""


def test_minutes_with_boxes_but_no_debate_have_tasks_and_deferrals_beside_them() -> None:
    text = (
        "Niederschrift über die Sitzung des Ortsbeirates am 4. Mai 2027\n\n"
        "Zu Punkt 1: Bänke\nBeschluss: Der Ortsbeirat kauft drei Bänke.\nAbstimmungsergebnis: einstimmig\n"
        "Über die Farbe wird erst nach einem Angebot entschieden.\n\n"
        "Zu Punkt 2: Ende\nHerr Roth holt das Angebot ein.\n"
    )
    found = read(text)
    assert [(d.lines, d.vote.mode, d.vote.raw) for d in found.decisions] == [
        ((4, 5), "unanimous", "einstimmig")
    ]
    assert [deferral.lines for deferral in found.deferred] == [(6, 6)]
    assert [task.owners for task in found.tasks] == [("Herr Roth",)]


def test_in_council_minutes_only_the_boxes_decide() -> None:
    found = read(COUNCIL)
    assert [(item.number, item.title) for item in found.agenda_items] == [
        ("3", "Neue Bänke für den Marktplatz")
    ]
    assert found.meeting.chair == "Oberbürgermeisterin Dr. Ida Blum"
    assert [(d.text, d.vote.mode, d.vote.no) for d in found.decisions] == [
        ("1. Es werden zehn Bänke gekauft.", "unanimous", None),
        ("2. Sie sind rot.", "partial", 5),
    ]
    assert found.tasks == ()


def test_a_council_item_without_a_vote_is_no_formal_decision() -> None:
    text = COUNCIL.split("Abstimmungsergebnis", maxsplit=1)[0] + "Abstimmungsergebnis:\nKeine Abstimmung\n"
    assert [decision.strength for decision in read(text).decisions] == ["stated"]


def test_minutes_in_english_give_no_decisions_and_no_tasks() -> None:
    text = (
        "# Board meeting 2027-05-04\n\n## Budget\n\nThe board adopted the budget.\n\n"
        "## Any other business\n\nThis is the end of the meeting.\n"
    )
    found = read(text)
    assert len(found.agenda_items) == 2
    assert (found.decisions, found.tasks, found.deferred) == ((), (), ())


def test_lines_are_those_of_the_text() -> None:
    found = read(
        "# Sitzung\n\n## TOP 1 Kasse\n\nDer Haushalt wird\neinstimmig beschlossen.\n\n## TOP 2 Ende\n"
    )
    assert [item.lines for item in found.agenda_items] == [(3, 3), (8, 8)]
    assert [decision.lines for decision in found.decisions] == [(5, 6)]


def test_the_json_has_the_agreed_form() -> None:
    answer = body(
        "Ole erstellt bis zum 20.05. eine Umfrage. Der Kauf wird mit 3 zu 1 Stimmen beschlossen."
    ).as_json()
    assert list(answer) == ["meeting", "agenda_items", "decisions", "tasks", "deferred"]
    assert answer["meeting"]["date"] == "2027-05-04"
    assert answer["meeting"]["excused"] == []
    assert answer["meeting"]["next_meeting"] is None
    assert answer["decisions"][0]["vote"] == {
        "yes": 3,
        "no": 1,
        "abstain": None,
        "mode": "counts",
        "raw": "mit 3 zu 1 Stimmen",
    }
    assert answer["tasks"][0] | {"text": ""} == {
        "lines": [8, 8],
        "owners": ["Ole"],
        "due": "2027-05-20",
        "text": "",
    }


@pytest.mark.parametrize(
    "attack",
    [
        "[" * 4_000,
        "der die das " * 9_000,
        "\n".join(" " * depth + "- Punkt" for depth in range(3_000)),
        "1. " * 3_000,
        "*_`~<(" * 5_000,
        "Ja: 1\nNein: 2\n" * 2_000,
        "TOP 1 Titel\n" * 2_000,
        "Ole und " * 5_000,
        "\ufeff\u2028\x0b\x0c",
    ],
)
def test_no_text_is_too_strange_to_be_read(attack: str) -> None:
    assert isinstance(read(f"Der Vorstand und die Kasse.\n{attack}"), Reading)
