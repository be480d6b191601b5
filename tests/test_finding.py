"""What people type finds what they mean: forms, parts of compounds, phrases, exclusions, numbers, references, errors."""

import contextlib
import re
import sqlite3
from html import unescape

import pytest
import sqlalchemy as sa
from doors import House
from flask.testing import FlaskClient
from sqlalchemy.orm import selectinload

from minutes import search
from minutes.decision import Decision, Result
from minutes.decision_steps import StepKind, take
from portal.people import Person

LISTS = (Decision.topics, Decision.legal_bases)
FILLING = ("Ein Text ohne Belang", "Noch einer, der nicht gemeint ist")
COMPOUNDS = [
    (
        "Aufenthaltserlaubnis",
        ["Erlaubnis", "Erlaubnisse", "Aufenthalt", "AUFENTHALTS", "erlaubnis aufenthalt"],
    ),
    ("Beschäftigungserlaubnisse", ["Erlaubnis", "Beschäftigung", "Beschaeftigung"]),
    ("Härtefallkommission", ["Härtefall", "Härte", "Fall", "Kommission", "Kommissionen"]),
    ("Wohnsitzauflagen", ["Auflage", "Wohnsitz"]),
    ("Lebensunterhaltssicherung", ["Sicherung", "Lebensunterhalt"]),
    ("Familiennachzug", ["Nachzug", "Familien", "Familie"]),
    ("Ausländerbehörden", ["Behörde", "Ausländer"]),
    ("Jugendamt", ["Amt", "Ämter", "Jugend"]),
    ("Abschiebungshaft", ["Haft", "Abschiebung"]),
    ("Schulabschluss", ["Abschlüsse", "Schule"]),
    ("Sprachkurse", ["Kurs", "Sprache"]),
    ("Verwaltungsgerichts", ["Gericht", "Verwaltung"]),
    ("Kindeswohl", ["Kind", "Kinder", "Wohl"]),
    ("Ermessensduldung", ["Duldung", "Ermessen", "geduldet"]),
    ("Identitätsklärungen", ["Identität", "Klärung"]),
    ("Donauschifffahrtsgesellschaft", ["Gesellschaft"]),
    ("Zirkuszelt", ["Zirkus", "Zelte"]),
]
FORMS = [
    ("Die Erlaubnis wird erteilt", ["erteilen", "Erteilung", "erteilte"]),
    ("Sie ist geduldet", ["Duldung", "Duldungen", "geduldete", "dulden"]),
    ("Der Antrag wurde abgelehnt", ["ablehnen", "Ablehnung", "Anträge", "abgelehnter"]),
    ("Es wird geprüft", ["Prüfung", "prüfen", "Prüfungen"]),
    ("Es ist auszustellen", ["ausstellen", "Ausstellung"]),
    ("Er wohnte dort", ["wohnen", "wohnt"]),
]
APART = [
    ("Anlage", "Lage"), ("Gericht", "richten"), ("gesamt", "Amt"), ("Klage", "Lage"), ("Unterlagen", "Lage"),
    ("Aufenthalt", "Halt"), ("Gesicht", "sicht"), ("tatsächlich", "Tat"), ("Verwalter", "Alter"),
    ("unterschreiben", "Schreiben"),
]  # fmt: skip
PHRASES = [
    ('"keine Auflage"', "Es gibt keine Auflagen.", "Auflage gibt es keine."),
    ("„in der Regel“", "Das gilt in der Regel so.", "In dieser Regel, der guten."),
    ('"Erlaubnis"', "Die Erlaubnis.", "Die Aufenthaltserlaubnis."),
    ("»die Eltern des Kindes«", "Nur die Eltern des Kindes.", "Die Kinder des Elternteils."),
]
REFERENCES = [
    ("§ 25b", "§ 25b Abs. 1 AufenthG", "§ 25a AufenthG"),
    ("25b AufenthG", "§ 25b Abs. 1 Satz 2 Nr. 3 AufenthG", "Zimmer 25b, AufenthG"),
    ("25b aufenthg", "§§ 25a, 25b AufenthG", "§ 25b AsylG"),
    ("§ 25 V", "§ 25 Abs. 5 AufenthG", "§ 25 Abs. 4 AufenthG"),
    ("25 V AufenthG", "§ 25 V AufenthG", "§ 25 Abs. 1 AufenthG und Teil V"),
    ("Art. 8 EMRK", "Art. 8 EMRK", "§ 8 AufenthG, nicht EMRK"),
    ("8 EMRK", "Artikel 8 Abs. 1 EMRK", "Art. 6 EMRK und 8 andere"),
    ("§ 60a Satz 2", "§ 60a Absatz 1 Satz 2", "§ 60 Satz 2"),
    ("§ 7 SGB II", "§ 7 Abs. 1 SGB II", "§ 7 SGB XII"),
]
ERRORS = [
    ("Aufenthalserlaubnis", "Aufenthaltserlaubnis"), ("Aufenthaltserlaubniss", "Aufenthaltserlaubnis"),
    ("Duldnug", "Duldung"), ("Duldug", "Duldung"), ("duldungg", "Duldung"), ("Bultung", "Duldung"), ("Bultnug", ""),
    ("Erlaubins", "Erlaubnis"), ("Prüffung", "Prüfung"), ("Härtefallkomision", "Härtefallkommission"),
]  # fmt: skip


@pytest.fixture
def reader(light_house: House) -> FlaskClient:
    for text in FILLING:
        light_house.decision(arguments=text)
    return light_house.sign_in("member")


def found(reader: FlaskClient, typed: str, **chosen: str) -> list[str]:
    """Numbers of the decisions that are found, as the page lists them."""
    answer = reader.get("/decisions", query_string={"q": typed, **chosen})
    assert answer.status_code == 200, typed
    return re.findall(r'<span class="number">([^<]+)</span>', answer.text)


def meant(reader: FlaskClient, typed: str) -> str:
    match = re.search(
        r"Meinten Sie <a[^>]*>([^<]*)</a>", reader.get("/decisions", query_string={"q": typed}).text
    )
    return unescape(match[1]) if match else ""


def test_compounds_are_found_by_their_parts_and_marked(light_house: House, reader: FlaskClient) -> None:
    for written, parts in COMPOUNDS:
        number = light_house.decision(arguments=f"Hier steht {written} im Satz.")
        for typed in parts:
            assert number in found(reader, typed), (written, typed)
        page = reader.get("/decisions", query_string={"q": parts[0]}).text
        assert f"<mark>{written}</mark>" in page, written


def test_forms_of_verbs_are_found(light_house: House, reader: FlaskClient) -> None:
    for written, forms in FORMS:
        number = light_house.decision(arguments=written)
        for typed in forms:
            assert number in found(reader, typed), (written, typed)


def test_a_word_that_only_ends_alike_is_not_found(light_house: House, reader: FlaskClient) -> None:
    for written, typed in APART:
        number = light_house.decision(arguments=written)
        assert number not in found(reader, typed), (written, typed)
        assert number in found(reader, written)


@pytest.mark.parametrize(("typed", "written", "other"), PHRASES)
def test_a_phrase_is_found_as_it_stands(
    light_house: House, reader: FlaskClient, typed: str, written: str, other: str
) -> None:
    number = light_house.decision(arguments=written)
    light_house.decision(arguments=other)
    assert found(reader, typed) == [number]
    assert found(reader, f"{typed} -{written.split(maxsplit=1)[0]}") == []


def test_a_phrase_does_not_reach_from_one_text_into_the_next(light_house: House, reader: FlaskClient) -> None:
    light_house.decision(title="Das Ende", outcome="Anfang und Schluss")
    assert found(reader, '"Ende Anfang"') == []
    assert len(found(reader, '"Anfang und Schluss"')) == 1


def test_words_after_a_minus_are_left_out(light_house: House, reader: FlaskClient) -> None:
    one = light_house.decision(arguments="Duldung mit Ausbildung")
    two = light_house.decision(arguments="Duldung mit Beschäftigung in der Regel")
    three = light_house.decision(arguments="Duldung mit Ausbildungsplatz")
    assert found(reader, "Duldung") == [three, two, one]
    assert found(reader, "Duldung -Ausbildung") == [three, two]
    assert found(reader, "-Ausbildung Duldung -ausbildungsplätze") == [two]
    assert found(reader, 'Duldung -"in der Regel"') == [three, one]
    assert found(reader, f"Duldung -{one}") == [three, two]
    assert found(reader, "Duldung - Ausbildung") == [three, one]  # a dash is no minus
    assert len(found(reader, "-Duldung")) == len(FILLING)


def test_a_number_and_parts_of_it_find(light_house: House, reader: FlaskClient) -> None:
    number = light_house.decision()
    year = number.split("-")[1]
    for typed in (
        f"{number} -xyz",
        f"{year}-003",
        f"{year}-3 Grund",
        f"lk-{year}-3 Grund",
    ):
        assert found(reader, typed) == [number], typed
    for typed in (f"lk-{year}-3", f"LK\u2011{year}\u20113 ", f"lk {year} 3", f" Lk {year}-003"):
        answer = reader.get("/decisions", query_string={"q": typed})
        assert answer.location == f"/decisions/{number}", typed
    assert len(found(reader, f"LK-{year}")) == len(FILLING) + 1
    citing = light_house.decision(arguments=f"Wie in {number} entschieden.")
    assert found(reader, f"{number} entschieden") == [citing]


@pytest.mark.parametrize(("typed", "cited", "other"), REFERENCES)
def test_references_are_read(
    light_house: House, reader: FlaskClient, typed: str, cited: str, other: str
) -> None:
    in_text = light_house.decision(arguments=f"Nach {cited} steht es fest.")
    listed = light_house.decision(legal_bases=[cited])
    light_house.decision(arguments=f"Nach {other} steht es fest.")
    light_house.decision(legal_bases=[other])
    assert found(reader, typed) == [listed, in_text]
    assert found(reader, f"{typed} fest") == [in_text]


@pytest.mark.parametrize(("typed", "right"), ERRORS)
def test_typing_errors_are_forgiven(house: House, typed: str, right: str) -> None:
    number = house.decision(
        arguments="Aufenthaltserlaubnis, Duldung und Prüfung durch die Härtefallkommission."
    )
    house.decision(arguments="Ein anderer Text")
    reader = house.sign_in("member")
    assert found(reader, typed) == []
    assert meant(reader, typed) == right
    assert meant(reader, f"{typed} Text") == ""  # together they would find nothing either
    if right:
        assert meant(reader, f'{typed} "durch die"') == f'{right} "durch die"'
        assert found(reader, right) == [number]


def test_what_finds_something_is_not_corrected(light_house: House, reader: FlaskClient) -> None:
    light_house.decision(arguments="Duldung")
    light_house.decision(arguments="Duldnug")
    assert meant(reader, "Duldnug") == ""
    assert meant(reader, "Duldung Text") == ""


def test_the_excerpt_is_where_most_of_the_query_stands(light_house: House, reader: FlaskClient) -> None:
    far = " weit" * 80
    light_house.decision(arguments=f"Eine Duldung.{far} Hier Duldung und Passpflicht zusammen.{far} Pass.")
    page = reader.get("/decisions?q=Duldung+Pass").text
    assert "Hier <mark>Duldung</mark> und <mark>Passpflicht</mark> zusammen" in page
    page = reader.get("/decisions", query_string={"q": '"und Passpflicht"'}).text
    assert page.count("<mark>") == 2
    assert "Duldung <mark>und</mark> <mark>Passpflicht</mark> zusammen" in page


def test_an_excerpt_loses_brackets_of_links_only(light_house: House, reader: FlaskClient) -> None:
    text = "Der Bescheid an [Anschrift] nennt [das Merkblatt](https://example.org/a) und [Ort]."
    light_house.decision(outcome=text, title="Klammern")
    shown = reader.get("/decisions?q=Bescheid").text
    assert "an [Anschrift] nennt das Merkblatt und [Ort]." in shown
    assert "an [Anschrift] nennt das Merkblatt und [Ort]." in reader.get("/").text


def test_the_index_follows_state_and_audience(house: House) -> None:
    number = house.decision("fallgruppe", arguments="Zirkuszelt", result=Result.REFUSED)
    outsider, chair = house.sign_in("outsider"), house.sign_in("chair")
    assert found(outsider, "Zelt") == []
    for kind in (StepKind.SHARED, StepKind.WITHDRAWN):
        with house.rows() as rows:
            row = rows.scalars(sa.select(Decision)).one()
            people = {name: rows.scalars(sa.select(Person).where(Person.email == f"{name}@example.org")).one()
                      for name in ("chair", "secretary")}  # fmt: skip
            take(row, kind, people["chair"], reason="Grund", asked_by=people["secretary"])
            rows.commit()
        assert found(outsider, "Zelt") == [number]
    assert found(chair, "Zelt", state="released") == []
    assert found(chair, "Zelt", state="withdrawn") == [number]


def test_what_is_erased_is_neither_found_nor_offered_nor_suggested(house: House) -> None:
    house.decision(arguments="Zirkuszelt und Karussell", topics=["Zirkus"])
    house.decision(arguments="Ein anderer Text")
    reader = house.sign_in("member")
    assert meant(reader, "Zirkuszellt") == "Zirkuszelt"
    with house.rows() as rows:
        search.remove(rows.get_one(Decision, 1))
        rows.commit()
        left = rows.scalars(sa.text("SELECT word FROM archive_word")).all()
        assert not [word for word in left if "zelt" in word or "zirkus" in word]
        assert search.filters(["programme"]) & {"t1"} == set()
    assert found(reader, "Zelt") == []
    assert meant(reader, "Zirkuszellt") == ""
    if "DATABASE_URL" not in house.environment:
        with contextlib.closing(sqlite3.connect(house.instance / "portal.db")) as connection:
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert b"karussell" not in (house.instance / "portal.db").read_bytes()


def test_an_older_index_is_filled_by_the_upgrade(house: House) -> None:
    number = house.decision(arguments="Zirkuszelt")
    with house.app.app_context():
        from portal.migration import migrate

        migrate("0005")
        migrate()
    assert found(house.sign_in("member"), "Zelt") == [number]
    assert house.run("verify").exit_code == 0


@pytest.mark.drill
def test_a_rationale_of_endless_words_is_found(house: House) -> None:
    """So many different words that PostgreSQL would not take them all, in letters of four bytes."""
    number = house.decision()
    with house.rows() as rows:
        row = rows.scalars(sa.select(Decision).options(*map(selectinload, LISTS))).one()
        rows.expunge(row)
        for letter, name in zip("wvu", ("outline", "arguments", "conclusion"), strict=True):
            words = " ".join(f"{letter}{number}\U0001d51e\U0001d51f" for number in range(12_000))
            setattr(row, name, f"{words[:90_000]} {'東' * 9_000}")
        search.reindex(row)
        rows.commit()
    reader = house.sign_in("member")
    assert found(reader, "w1ab") == [number]
    assert found(reader, "东京") == []
