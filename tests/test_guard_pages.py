"""The guard reads along: what is typed is marked, not stored, and shown to nobody else."""

import logging
import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
import time_machine
from doors import House, forms_of, submit, token
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from portal import textguard
from portal.audit import AuditEntry
from portal.dismissals import Dismissal
from portal.guard_pages import LONGEST_READ, MOST_IN_WINDOW, MOST_SHOWN
from portal.people import Person
from portal.textguard import replace, scan

NEW = "/committees/{}/decisions/new"
NAMED = "Der Antrag von Frau Selin Aydemir wurde am 4. März geprüft."
WORDS = {"title": "Nachweis der Identität", "result": "granted", "outcome": "Ja.", "arguments": "Gründe."}
TRICKS = [
    "<script>alert(1)</script> Frau Selin Aydemir <img src=x onerror=alert(1)>",
    "[Frau Selin Aydemir](javascript:alert(1)) **Herrn Karim Nazari** `x` ![](//example.org/x)",
    "Frau Se\u200blin Ay\u00addemir und Herr Ka\u2060rim Nazari",
    "Frau Selin \"Aydemir\" & ' onmouseover=alert(1) x='",
    "السيدة أمينة, Иван Петров, 山田太郎, 👩‍👩‍👧 Frau Selin Aydemir",
    "\u202eFrau Selin Aydemir\u202c",
    "{{ 7*7 }} {% raw %} ${x} %(name)s %s Frau Selin Aydemir",
    "https://t.me/<b>selin</b>",
    "\r\n\r\n\t   ",
    "",
]


@pytest.fixture(autouse=True)
def loaded() -> None:
    textguard.load()


@pytest.fixture
def writer(light_house: House) -> FlaskClient:
    return light_house.sign_in("secretary")


def seal_on(client: FlaskClient, page: str) -> str:
    found = re.search(r'data-guard="([^"]+)"', client.get(page).text)
    assert found, page
    return found[1]


def ask(client: FlaskClient, page: str, **texts: str) -> TestResponse:
    """Send what is typed on a page, as guard.js does."""
    fields = {"about": seal_on(client, page), "csrf_token": token(client)}
    return client.post("/guard", data=fields | {"field": list(texts), "text": list(texts.values())})


def pane(client: FlaskClient, text: str, page: str = NEW.format("fallgruppe")) -> str:
    answer = ask(client, page, arguments=text)
    assert answer.status_code == 200, answer.text
    return str(answer.json["panes"]["arguments"])


def count_rows(house: House) -> dict[str, int]:
    with house.rows() as rows:
        tables = sa.inspect(rows.get_bind()).get_table_names()
        return {name: rows.scalar(sa.text(f'SELECT count(*) FROM "{name}"')) for name in tables}


def test_a_finding_is_marked_with_kind_gravity_reason_and_other_words(writer: FlaskClient) -> None:
    answer = ask(writer, NEW.format("fallgruppe"), title="Ohne Namen", arguments=NAMED)
    assert answer.json["state"] == "ready"
    assert answer.json["words"] == "Eine Fundstelle ist offen."
    assert answer.json["panes"]["title"] == ""
    found = answer.json["panes"]["arguments"]
    start, end, excerpt, other = (
        re.search(rf'data-{name}="([^"]*)"', found)[1] for name in ("start", "end", "excerpt", "replacement")
    )
    assert NAMED[int(start) : int(end)] == excerpt
    assert scan(NAMED)[0].replacement == other
    assert '<mark class="found found-' in found
    for words in (
        "Fundstelle 1:",
        "(Ende der Fundstelle)",
        "Name",
        "vermutlich der Name eines Menschen",
        "offen",
    ):
        assert words in found
    assert found.index("Der Antrag von") < found.index("Aydemir") < found.index("wurde am 4. März geprüft")


def test_nothing_found_is_never_called_anonymous(writer: FlaskClient) -> None:
    answer = ask(
        writer, NEW.format("fallgruppe"), arguments="Die Voraussetzungen nach § 25b AufenthG liegen vor."
    )
    assert answer.json["words"] == "Keine Fundstellen."
    assert "anonym" not in answer.text.lower()


def test_around_a_finding_stand_its_words_and_gaps_where_some_are_left_out(writer: FlaskClient) -> None:
    long = "Wort " * 100
    found = pane(
        writer, f"# Kopf\n\n{long}Frau Selin Aydemir {long}\nZwischen\n\nHerr Karim Nazari kam.\nEnde"
    )
    shown = re.sub(r"<[^>]+>", "", found.partition("</p>")[0])
    assert shown.startswith("…\nWort Wort")
    assert shown.endswith("Herr Karim Nazari (Ende der Fundstelle) kam.\n…")
    assert shown.count("…") == 3
    assert "Zwischen" not in shown
    assert len(shown) < 600
    near = pane(writer, "Frau Selin Aydemir kam.\n\nHerr Karim Nazari ging.").partition("</p>")[0]
    assert "kam.\n\n" in near
    assert "…" not in near


def test_low_findings_are_notes_that_stop_nothing(light_house: House, writer: FlaskClient) -> None:
    meeting = light_house.meeting("fallgruppe")
    answer = ask(writer, f"/meetings/{meeting}/agenda/new", text="Bericht von Frau Carla Vorsitz")
    assert answer.json["words"] == "Ein Hinweis, der nichts aufhält."
    assert "Hinweis, hält nichts auf" in answer.json["panes"]["text"]
    assert "data-open" not in answer.json["panes"]["text"]
    in_a_decision = pane(writer, "Bericht von Frau Carla Vorsitz")
    assert "data-open" in in_a_decision, "in decisions nobody is known"


def test_a_name_found_in_one_field_is_found_in_the_other(writer: FlaskClient) -> None:
    answer = ask(writer, NEW.format("fallgruppe"), title="Aydemirs Antrag", arguments=NAMED)
    assert "Aydemirs" in answer.json["panes"]["title"]


def test_the_answer_is_in_the_readers_language(writer: FlaskClient) -> None:
    submit(writer, "/", "/language", language="en")
    answer = ask(writer, NEW.format("fallgruppe"), arguments=NAMED)
    assert answer.json["words"] == "One finding is open."
    assert "probably someone’s name" in answer.json["panes"]["arguments"]


def test_what_is_typed_is_neither_stored_nor_logged(
    light_house: House, writer: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    seal_on(writer, NEW.format("fallgruppe"))
    before = count_rows(light_house)
    pane(writer, NAMED)
    assert count_rows(light_house) == before
    assert not any("Aydemir" in record.getMessage() for record in caplog.records if record.name != "faker")


def test_it_reads_only_for_whom_the_page_was_made_and_while_they_sit_there(
    light_house: House, writer: FlaskClient
) -> None:
    seal = seal_on(writer, NEW.format("fallgruppe"))
    typed = {"field": "arguments", "text": NAMED}

    def status(client: FlaskClient, about: str) -> int:
        return client.post("/guard", data=typed | {"about": about, "csrf_token": token(client)}).status_code

    assert status(writer, seal) == 200
    assert writer.post("/guard", data=typed | {"about": seal}).status_code == 400, "without the form's token"
    assert status(writer, seal + "x") == status(writer, "") == 404
    assert status(light_house.sign_in("chair"), seal) == 404
    with time_machine.travel("2100-01-01"):
        assert light_house.visitor().post("/guard", data=typed | {"about": seal}).status_code in {400, 401}
    with light_house.rows() as rows:
        rows.execute(sa.text("UPDATE membership SET ends_on = '2021-01-01'"))
        rows.commit()
    assert status(writer, seal) == 404
    with light_house.rows() as rows:
        refused = rows.scalars(sa.select(AuditEntry).where(AuditEntry.action == "refused")).all()
        assert len(refused) == 4
        assert not any("Aydemir" in f"{entry.subject}{entry.detail}" for entry in refused)


def test_whoever_asks_faster_than_people_type_has_to_wait(writer: FlaskClient) -> None:
    seal, csrf = seal_on(writer, NEW.format("fallgruppe")), token(writer)
    sent = {"about": seal, "csrf_token": csrf, "field": "title", "text": "Ohne"}
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=2), tick=False) as clock:
        answers = [writer.post("/guard", data=sent).status_code for _ in range(MOST_IN_WINDOW + 1)]
        assert answers == [200] * MOST_IN_WINDOW + [429]
        assert "Beim Speichern prüft er alles" in writer.post("/guard", data=sent).json["words"]
        clock.shift(61)
        assert writer.post("/guard", data=sent).status_code == 200


def test_while_the_guard_loads_it_says_so_and_saving_waits(
    writer: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = []
    monkeypatch.setattr(textguard, "is_ready", lambda: False)
    monkeypatch.setattr(textguard, "start_loading", lambda: begun.append(1))
    answer = ask(writer, NEW.format("fallgruppe"), arguments=NAMED)
    assert answer.json == {"state": "loading", "words": "Der Textwächter lädt noch.", "panes": {}}
    assert begun
    saved = submit(writer, NEW.format("fallgruppe"), **(WORDS | {"arguments": NAMED}))
    assert "Eine Fundstelle ist offen" in writer.get(saved.location).text


def test_a_text_that_is_too_long_to_be_read_along_is_read_on_saving(writer: FlaskClient) -> None:
    long = "Die Voraussetzungen liegen vor. " * (LONGEST_READ // 32) + NAMED
    answer = ask(writer, NEW.format("fallgruppe"), arguments=long)
    assert answer.json["state"] == "too_long"
    assert answer.json["words"] == "Der Text ist zu lang zum Mitlesen. Beim Speichern wird er geprüft."
    saved = submit(writer, NEW.format("fallgruppe"), **(WORDS | {"arguments": long}))
    assert "Eine Fundstelle ist offen" in writer.get(saved.location).text
    answer = ask(writer, NEW.format("fallgruppe"), arguments="Wort " * 100_000)
    assert (answer.status_code, answer.json["state"]) == (200, "too_long")


def test_of_a_text_of_nothing_but_names_the_first_are_shown(writer: FlaskClient) -> None:
    answer = ask(writer, NEW.format("fallgruppe"), arguments="Frau Selin Aydemir. Herr Karim Nazari. " * 300)
    shown = answer.json["panes"]["arguments"]
    assert shown.count("data-finding") == MOST_SHOWN
    assert re.search(r"\d\d+ weitere Fundstellen erscheinen danach", shown)
    assert len(answer.data) < 100_000


@pytest.mark.parametrize("text", TRICKS)
def test_strange_texts_are_answered_and_stay_text(writer: FlaskClient, text: str) -> None:
    answer = ask(writer, NEW.format("fallgruppe"), arguments=text, title=text, outcome=text)
    assert answer.status_code == 200
    for found in answer.json["panes"].values():
        assert not re.search(r"<(script|img|a|b|iframe)\b|<[^>]*\son\w+\s*=", re.sub(r'"[^"]*"', '""', found))
    for bad in ("field=a&field=b&text=x", "text=x", "field=x" + "&field=x&text=x" * 30):
        sent = f"{bad}&about={seal_on(writer, NEW.format('fallgruppe'))}&csrf_token={token(writer)}"
        form = "application/x-www-form-urlencoded"
        assert writer.post("/guard", data=sent, content_type=form).status_code == 400


def test_what_was_set_aside_is_shown_with_who_when_and_why(light_house: House, writer: FlaskClient) -> None:
    draft = light_house.decision("fallgruppe", released=False, arguments=NAMED)
    number = int(draft.rpartition("/")[2])
    excerpt = " ".join(scan(NAMED)[0].excerpt.split())
    submit(writer, draft, f"{draft}/dismiss", reason="Name eines Vereins", excerpt=excerpt)
    with light_house.rows() as rows:
        row = rows.scalars(sa.select(Dismissal)).one()
        row.confirmed_by_id = rows.scalar(sa.select(Person.id).where(Person.name == "Carla Vorsitz"))
        when = row.dismissed_at.astimezone(ZoneInfo("Europe/Berlin")).strftime("%d.%m.%Y")
        rows.commit()
    found = pane(writer, NAMED, f"/drafts/{number}/edit")
    for shown in (found, writer.get(draft).text):
        text = re.sub(r"<[^>]+>", "", shown)
        assert f"Zurückgestellt von Sina Schreiber am {when}: Name eines Vereins" in text
        assert "Bestätigt von Carla Vorsitz" in text
    assert "data-open" not in found
    assert "data-open" in pane(writer, NAMED), "it holds in that text only"


def test_a_reason_typed_beside_a_finding_is_kept_on_saving(light_house: House, writer: FlaskClient) -> None:
    found = pane(writer, NAMED)
    names = re.findall(r'name="(set_aside-0-(?:kind|excerpt))" value="([^"]*)"', found)
    reason = {"set_aside-0-reason": "Name eines Vereins"}
    saved = submit(writer, NEW.format("fallgruppe"), **(WORDS | {"arguments": NAMED} | dict(names) | reason))
    assert "Keine offenen Fundstellen" in writer.get(saved.location).text
    with light_house.rows() as rows:
        row = rows.scalars(sa.select(Dismissal)).one()
        assert (row.reason, row.dismissed_by.name) == ("Name eines Vereins", "Sina Schreiber")
    again = submit(writer, f"{saved.location}/edit", **dict(names), **reason)
    assert again.status_code == 302, "set aside already"


def test_a_typed_reason_counts_before_it_is_saved(writer: FlaskClient) -> None:
    page = NEW.format("fallgruppe")
    fields = {
        "about": seal_on(writer, page),
        "csrf_token": token(writer),
        "field": "arguments",
        "text": NAMED,
    }
    answer = writer.post("/guard", data=fields | {"reasoned": "person:Frau Selin Aydemir"}).json
    assert answer["words"] == "Eine Fundstelle ist zurückgestellt."
    assert "zurückgestellt</span>" in answer["panes"]["arguments"]
    assert "data-open" not in answer["panes"]["arguments"]
    other = writer.post("/guard", data=fields | {"reasoned": "person:Selin"}).json
    assert other["words"] == "Eine Fundstelle ist offen."


def test_without_javascript_saving_shows_the_same(light_house: House, writer: FlaskClient) -> None:
    saved = submit(writer, NEW.format("fallgruppe"), **(WORDS | {"arguments": NAMED}))
    page = writer.get(saved.location).text
    for words in (
        '<mark class="found',
        "offen, ",
        "vermutlich der Name eines Menschen",
        "Keine Person",
        "Immer erlauben",
    ):
        assert words in page
    replaced = next(form for form in forms_of(page) if form["action"].endswith("/replace"))
    assert writer.post(replaced["action"], data=replaced["fields"]).status_code == 302
    assert "Keine offenen Fundstellen" in writer.get(saved.location).text
    assert writer.post(replaced["action"], data=replaced["fields"]).status_code == 302, "a second click"
    with light_house.rows() as rows:
        assert rows.scalar(sa.text("SELECT arguments FROM decision")) == replace(NAMED, scan(NAMED))


@given(
    st.lists(
        st.sampled_from([*TRICKS, NAMED, "Tel. 0221 1234567", "geboren am 03.05.1991", "A. B.", "\n"]),
        max_size=6,
    )
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_replacing_everything_leaves_nothing_to_replace(parts: list[str]) -> None:
    text = " ".join(parts)
    once = replace(text, scan(text))
    assert replace(once, scan(once)) == once
