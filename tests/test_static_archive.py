"""Decisions as plain files: the public pages that the worker writes, and the folder that opens from a USB stick."""

import hashlib
import html
import json
import re
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import unquote, urljoin

import pytest
import rfc8785
import sqlalchemy as sa
import time_machine
from axe_playwright_python.sync_playwright import Axe
from doors import House
from playwright.sync_api import Browser, expect
from test_atom import seat
from test_decision_export import RICH, withdraw
from test_export import faults

from minutes.decision import Decision
from minutes.decision_steps import StepKind, take
from portal.clock import today
from portal.committees import Committee
from portal.people import Person
from portal.publishing import publish_pending

INDEX = "/published/decisions/index.html"
ATOM = "{http://www.w3.org/2005/Atom}"


def one(rows: sa.orm.Session, number: str) -> Decision:
    return rows.scalars(sa.select(Decision).where(Decision.number == number)).one()


def release_to_public(house: House, *numbers: str) -> None:
    with house.rows() as rows:
        chair = rows.scalars(sa.select(Person).where(Person.email == "chair@example.org")).one()
        for number in numbers:
            take(one(rows, number), StepKind.PUBLISHED, chair)
        rows.commit()
    work(house)


def erase_by_law(house: House, number: str) -> None:
    answer = house.run("erase", "decision", number, "--reason", "Gesetz", "--yes")
    assert answer.exit_code == 0, answer.output
    work(house)


def work(house: House) -> None:
    with house.rows():
        publish_pending()


def files(house: House) -> dict[str, bytes]:
    root = house.instance / "public" / "published"
    return {
        path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()
    }


def all_texts(folder: Path) -> str:
    """Every text file of a folder as one string; PDFs are looked at elsewhere."""
    texts = [
        path.read_bytes().decode()
        for path in folder.rglob("*")
        if path.suffix in {".html", ".js", ".json", ".atom"}
    ]
    return json.dumps("\n".join(texts), ensure_ascii=False) + "\n".join(texts)


# Public.


def test_who_sits_in_no_committee_is_led_to_the_public_page_and_from_there_back_to_the_portal(
    light_house: House,
) -> None:
    number, admin = light_house.decision(), light_house.sign_in("admin")
    hidden = light_house.decision(title="Nicht öffentlich")
    assert admin.get(f"/decisions/{number}").status_code == 404
    release_to_public(light_house, number)
    answer = admin.get(f"/decisions/{number.lower()}")
    assert answer.status_code == 302
    public = light_house.visitor().get(answer.location.partition("//")[2].partition("/")[2]).text
    [start] = re.findall(r'<a href="([^"]+)">Zum Portal, mit Anmeldung</a>', public)
    assert "/login" in light_house.visitor().get("/" + start.partition("//")[2].partition("/")[2]).location
    assert admin.get(f"/decisions/{hidden}").status_code == 404
    assert light_house.sign_in("outsider").get(f"/decisions/{number}").status_code == 200


def test_only_what_was_released_to_the_public_is_written(light_house: House) -> None:
    shown = light_house.decision(**RICH)
    light_house.decision(title="Geheimtitel", arguments="Geheimgrund", topics=["Geheimthema"])
    light_house.decision("fallgruppe", title="Geheimtitel", legal_bases=["§ 4711z GeheimG"])
    work(light_house)
    assert files(light_house) == {}
    release_to_public(light_house, shown)
    written = files(light_house)
    assert sorted(name for name in written if name.startswith(("decisions/LK", "decisions/FG"))) == [
        f"decisions/{shown}.html"
    ]
    everything = b"\n".join(written.values()).decode()
    assert [leak for leak in ("Geheim", "4711z", "FG-", "LK-2026-002") if leak in everything] == []
    page = light_house.visitor().get(f"/published/decisions/{shown}.html").text
    for part in (
        RICH["title"],
        RICH["outcome"],
        "Worum es geht",
        "<strong>Gewicht</strong>",
        "Erste Auflage",
        "Art. 8 EMRK",
    ):
        assert part in page, part


def test_every_link_of_the_pages_leads_somewhere_and_nowhere_else(light_house: House) -> None:
    numbers = [
        light_house.decision(**RICH),
        light_house.decision(title="Neu", supersedes_id=1, topics=["Duldung"]),
    ]
    release_to_public(light_house, *numbers)
    written = files(light_house)
    visitor = light_house.visitor()
    for name, content in written.items():
        if not name.endswith(".html"):
            continue
        page = content.decode()
        assert page.startswith('<!DOCTYPE html>\n<html lang="de">')
        assert not re.search(r"<script(?![^>]* src=)|<style|\sstyle=|\son\w+=", page), name
        for link in re.findall(r'(?:href|src)="([^"]+)"', page):
            if link.startswith(("#", "http://127.0.0.1:8000/")):
                continue
            assert not link.startswith(("/", "http")), (name, link)
            target = urljoin(f"/published/{name}", unquote(link))
            assert target.partition("#")[0].removeprefix("/published/") in written, (name, link)
            assert visitor.get(target).status_code == 200


def test_flask_sends_the_files_as_a_web_server_would(light_house: House) -> None:
    release_to_public(light_house, light_house.decision(**RICH))
    visitor = light_house.visitor()
    types = {
        "index.html": "text/html", "search.js": "text/javascript", "feed.atom": "application/atom+xml",
        "../style/portal.css": "text/css",
    }  # fmt: skip
    for name, kind in types.items():
        address = urljoin(INDEX, name)
        answer = visitor.get(address)
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, f"{kind}; charset=utf-8")
        assert answer.data == files(light_house)[address.removeprefix("/published/")]
        assert answer.headers["Cache-Control"] == "public, max-age=300"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "Set-Cookie" not in answer.headers
        for wish in (
            {"If-None-Match": answer.headers["ETag"]},
            {"If-Modified-Since": answer.headers["Last-Modified"]},
        ):
            assert visitor.get(address, headers=wish).status_code == 304
    assert visitor.get("/published/decisions").location == "/published/decisions/"
    bare = "/published/decisions/LK-2026-001"
    assert visitor.get(bare).location == f"{bare}.html"
    assert visitor.get("/published/decisions/LK-2026-999").status_code == 404
    assert (
        f'href="http://127.0.0.1:8000{bare}.html">Öffentliche Seite'
        in light_house.sign_in("member").get("/decisions/LK-2026-001").text
    )
    assert visitor.get("/published/decisions/").data == visitor.get(INDEX).data
    garbage = (
        "x.html",
        "../../keys.json",
        "..%2f..%2fkeys.json",
        "%2e%2e/portal.db",
        ".x.part",
        "decisions/LK.pdf",
        "a" * 9000,
    )
    for name in (*garbage, "decisions/%00.html", "decisions/index.html/", "ä.html", ""):
        assert visitor.get(f"/published/{name}").status_code in {400, 404}, name


def test_a_number_with_umlauts_has_a_page_like_any_other(light_house: House) -> None:
    with light_house.rows() as rows:
        rows.execute(sa.update(Committee).where(Committee.code == "LK").values(code="ÄÜ2"))
        rows.commit()
    number = light_house.decision(title="Titel")
    release_to_public(light_house, number)
    visitor = light_house.visitor()
    link = re.search(rf'href="({number}.html)"', visitor.get(INDEX).text.replace("decisions/", ""))[1]
    assert "Titel" in visitor.get(urljoin(INDEX, link)).text


def test_what_is_replaced_or_withdrawn_says_so_and_what_is_erased_vanishes(light_house: House) -> None:
    old, gone, stays = (
        light_house.decision(title=f"{word}titel", arguments=f"{word}grund", topics=[f"{word}thema"])
        for word in ("Alt", "Weg", "Bleib")
    )
    release_to_public(light_house, old, gone, stays)
    new = light_house.decision(title="Neutitel", supersedes_id=1)
    withdraw(light_house, stays, "Auf falscher Grundlage")
    work(light_house)
    visitor = light_house.visitor()
    page = visitor.get(f"/published/decisions/{old}.html").text
    assert "Diese Entscheidung ist abgelöst" in page
    assert re.search(rf"{old} vom \S+ \(abgelöst\), http\S+/{old}.html", page)
    assert new not in page
    page = visitor.get(f"/published/decisions/{stays}.html").text
    assert re.search(r"Diese Entscheidung wurde am \S+ zurückgenommen\. Sie gilt nicht mehr\.", page)
    assert "Lenkungskreis" in page
    everything = b"\n".join(files(light_house).values()).decode()
    words = ("Bleibtitel", "Bleibgrund", "Bleibthema", "Auf falscher Grundlage")
    assert [word for word in words if word in everything] == []
    told = [name for name, content in files(light_house).items() if stays.encode() in content]
    assert told == [f"decisions/{stays}.html", "decisions/feed.atom"]
    feed = ET.fromstring(visitor.get("/published/decisions/feed.atom").data)
    (title,) = (row.text for row in feed.iterfind(f"{ATOM}entry/{ATOM}title") if stays in row.text)
    assert title.startswith(f"{stays}: Zurückgenommen. Entscheidung vom ")
    assert light_house.run("verify").exit_code == 0
    before = files(light_house)
    assert light_house.run("publish").exit_code == 0
    assert files(light_house) == before
    release_to_public(light_house, new)
    page = visitor.get(f"/published/decisions/{old}.html").text
    assert f'<a href="{new}.html">{new} Neutitel</a>' in page
    erase_by_law(light_house, gone)
    assert visitor.get(f"/published/decisions/{gone}.html").status_code == 404
    everything = b"\n".join(files(light_house).values()).decode()
    assert [word for word in (gone, "Wegtitel", "Weggrund", "Wegthema") if word in everything] == []
    assert old in everything


def test_a_page_says_the_day_of_the_meeting_and_lists_go_by_the_release(light_house: House) -> None:
    with time_machine.travel(datetime(2026, 12, 29, 8, tzinfo=UTC), tick=False):
        meeting = light_house.meeting(days=0)
    with time_machine.travel(datetime(2027, 1, 12, 8, tzinfo=UTC), tick=False):
        number = light_house.decision(title="Titel", meeting_id=meeting)
        release_to_public(light_house, number)
    written = files(light_house)
    page = written[f"decisions/{number}.html"].decode()
    assert "29. Dezember 2026</time> (freigegeben am 12.01.2027)" in page
    assert f"Titel, {number} vom 29.12.2026, http" in page
    assert "29.12.2026</time> (freigegeben am 12.01.2027)" in written["decisions/year-2027.html"].decode()
    assert "decisions/year-2026.html" not in written


def test_what_did_not_change_keeps_bytes_and_time(
    light_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("minutes.public_archive.FILES_AT_ONCE", 1)
    first, second = (
        light_house.decision(title="Eins", topics=["A"]),
        light_house.decision(title="Zwei", topics=["B"]),
    )
    release_to_public(light_house, first)
    root = light_house.instance / "public" / "published"

    def times() -> dict[str, float]:
        return {path.relative_to(root).as_posix(): path.stat().st_mtime for path in root.rglob("*.*")}

    before = times()
    assert light_house.run("publish").exit_code == 0
    assert times() == before
    release_to_public(light_house, second)
    after = times()
    assert after[f"decisions/{first}.html"] == before[f"decisions/{first}.html"]
    assert after["decisions/index.html"] > before["decisions/index.html"]
    shutil.rmtree(root)
    assert light_house.run("publish").exit_code == 0
    assert times().keys() == after.keys()


def test_what_a_case_group_released_to_the_public_has_its_title_in_the_public_feed(
    light_house: House,
) -> None:
    number = light_house.decision("fallgruppe", title="Offentitel")
    release_to_public(light_house, number)
    feed = ET.fromstring(light_house.visitor().get("/published/decisions/feed.atom").data)
    assert feed.findtext(f"{ATOM}entry/{ATOM}title") == f"{number}: Offentitel"


def test_the_feed_is_atom_with_the_newest_first(light_house: House) -> None:
    numbers = [light_house.decision(title=f"Titel <{n}> & mehr", topics=["Duldung"]) for n in range(3)]
    release_to_public(light_house, numbers[2])
    time.sleep(0.01)
    release_to_public(light_house, numbers[0])
    feed = ET.fromstring(light_house.visitor().get("/published/decisions/feed.atom").data)
    titles = [entry.findtext(f"{ATOM}title") for entry in feed.iter(f"{ATOM}entry")]
    assert titles == [f"{numbers[0]}: Titel <0> & mehr", f"{numbers[2]}: Titel <2> & mehr"]
    addresses = [link.get("href") for link in feed.iterfind(f"{ATOM}entry/{ATOM}link")]
    assert addresses[0] == f"http://127.0.0.1:8000/published/decisions/{numbers[0]}.html"


# A member's archive.


def export(house: House, folder: Path, *options: str) -> Path:
    answer = house.run("export", str(folder), *options)
    assert answer.exit_code == 0, answer.output
    return folder


def verify(folder: Path, *witnesses: str) -> subprocess.CompletedProcess[str]:
    # Without the portal's own packages: a stick is read elsewhere.
    command = [sys.executable, "-I", "-S", str(folder / "verify.py"), *witnesses]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8")


@pytest.fixture
def filled(light_house: House) -> House:
    light_house.decision(**RICH)
    light_house.decision(title="Zweite Aufenthaltserlaubnis", supersedes_id=1, topics=["Duldung"])
    light_house.decision("fallgruppe", title="Geheimtitel", arguments="Geheimgrund", topics=["Geheimthema"])
    withdraw(
        light_house,
        light_house.decision(title="Dritte", arguments="Ein Bild <img src=x onerror=alert(2)>"),
        "Irrtum",
    )
    return light_house


def test_a_members_archive_is_whole_and_proves_itself(filled: House, tmp_path: Path) -> None:
    folder = export(filled, tmp_path / "usb" / "archiv", "--person", "member@example.org")
    made = verify(folder)
    assert made.returncode == 0, made.stdout
    assert "davon 4 mit Inhalt" in made.stdout  # three releases and a withdrawal
    decisions = json.loads((folder / "decisions.json").read_text(encoding="utf-8"))["decisions"]
    assert [row["title"] for row in decisions] == ["Dritte", "Zweite Aufenthaltserlaubnis", RICH["title"]]
    for row in decisions:
        assert faults((folder / "decisions" / f"{row['number']}.pdf").read_bytes()) == []
        assert html.escape(row["title"]) in (folder / "decisions" / f"{row['number']}.html").read_text(
            encoding="utf-8"
        )
    assert list(tmp_path.glob("usb/.*")) == []
    assert folder.stat().st_mode & 0o077 == 0
    head = json.loads((folder / "decisions.json").read_text(encoding="utf-8"))["chain_head"]["digest"]
    assert verify(folder, head).returncode == 0
    assert verify(folder, "0" * 64).returncode == 1


TAMPERINGS = {
    "a text of the chain": (
        "chain.json",
        "Eidesstattliche",
        "Mündliche",
        "Der Inhalt wurde nachträglich geändert",
    ),
    "a text beside the chain": (
        "decisions.json",
        "Eidesstattliche",
        "Mündliche",
        "Das Feld „outcome“ ist nicht das",
    ),
    "a link": ("chain.json", '"kind": "withdrawn"', '"kind": "shared"', "Das Glied selbst wurde geändert"),
    "a state": (
        "decisions.json",
        '"state": "withdrawn"',
        '"state": "released"',
        "Das Feld „state“ ist nicht das",
    ),
    "a replacement": (
        "decisions.json",
        '"state": "superseded"',
        '"state": "released"',
        "Das Feld „state“ ist nicht das",
    ),
    "a reason": ("decisions.json", "Irrtum", "Reife", "Das Feld „withdrawn“ ist nicht das"),
    "a vote": ("decisions.json", '"yes": 6', '"yes": 7', "Das Feld „votes“ ist nicht das"),
    "a number": (
        "decisions.json",
        '"sequence": 1',
        '"sequence": 2',
        "Die Kette kennt diese Entscheidung nicht",
    ),
}


@pytest.mark.parametrize("name", TAMPERINGS)
def test_the_check_finds_what_was_tampered_with(filled: House, tmp_path: Path, name: str) -> None:
    folder = export(filled, tmp_path / "archiv", "--person", "member@example.org")
    file, before, after, complaint = TAMPERINGS[name]
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")
    assert f"{file}: Die Datei ist nicht mehr so" in verify(folder).stdout
    # Whoever changes a file can change its digest in the list, too.
    (folder / "files.json").write_text("{}", encoding="utf-8")
    answer = verify(folder)
    assert answer.returncode == 1
    assert complaint in answer.stdout


def test_the_check_finds_a_link_that_was_forged_with_all_that_belongs_to_it(
    filled: House, tmp_path: Path
) -> None:
    folder = export(filled, tmp_path / "archiv", "--person", "member@example.org")
    path = folder / "chain.json"
    chain_file = json.loads(path.read_text(encoding="utf-8"))
    first = chain_file["links"][0]
    first["told"]["outcome"] = "Etwas anderes"
    told = bytes.fromhex(first["salt"]) + rfc8785.dumps(first["told"])
    first["content"] = hashlib.sha256(told).hexdigest()
    said = {name: first[name] for name in first.keys() - {"digest", "salt", "told"}}
    first["digest"] = hashlib.sha256(rfc8785.dumps(said)).hexdigest()
    path.write_text(json.dumps(chain_file), encoding="utf-8")
    complaints = verify(folder).stdout
    assert "Glied 1 (" not in complaints
    assert re.search(r"Glied 2 \(.*\): Es folgt nicht auf das Glied davor", complaints)


def test_a_damaged_copy_is_noticed(filled: House, tmp_path: Path) -> None:
    folder = export(filled, tmp_path / "archiv", "--person", "member@example.org")
    (folder / "style" / "portal.css").unlink()
    (folder / "index.html").write_text("anders", encoding="utf-8")
    complaints = verify(folder).stdout
    assert "style/portal.css: Die Datei fehlt" in complaints
    assert "index.html: Die Datei ist nicht mehr so" in complaints


def test_a_link_that_was_cut_out_is_missed(filled: House, tmp_path: Path) -> None:
    folder = export(filled, tmp_path / "archiv", "--person", "member@example.org")
    links = json.loads((folder / "chain.json").read_text(encoding="utf-8"))
    (folder / "files.json").write_text("{}", encoding="utf-8")
    for left_out in range(len(links["links"]) - 1):
        rest = links["links"][:left_out] + links["links"][left_out + 1 :]
        (folder / "chain.json").write_text(json.dumps({**links, "links": rest}), encoding="utf-8")
        assert verify(folder).returncode == 1
    # The last one is missed only by those who kept its digest.
    (folder / "chain.json").write_text(json.dumps({**links, "links": []}), encoding="utf-8")
    assert verify(folder).returncode == 1
    (folder / "chain.json").write_text("[", encoding="utf-8")
    answer = verify(folder)
    assert answer.returncode == 1
    assert "nicht ganz lesen" in answer.stdout


@pytest.mark.parametrize("who", [("--person", "outsider@example.org"), ()])
def test_an_outsiders_archive_holds_nothing_foreign(
    house: House, tmp_path: Path, who: tuple[str, ...]
) -> None:
    house.decision(title="Offentitel")
    house.decision(
        "fallgruppe", title="Geheimtitel", arguments="Geheimgrund", outcome="Geheimergebnis", topics=["Geheimthema"],
        legal_bases=["§ 4711z GeheimG"], supersedes_id=1,
    )  # fmt: skip
    house.decision(title="Geheimentwurf", released=False)
    folder = export(house, tmp_path / "archiv", *who)
    text = all_texts(folder)
    assert "Offentitel" in text
    assert [leak for leak in ("Geheim", "4711z", "FG-", "Fallgruppe") if leak in text] == []
    assert sorted(path.name for path in folder.glob("decisions/*.pdf")) == sorted(
        row["number"] + ".pdf" for row in json.loads((folder / "decisions.json").read_text())["decisions"]
    )
    links = json.loads((folder / "chain.json").read_text(encoding="utf-8"))["links"]
    assert [set(link) - {"parts"} for link in links if "told" not in link] == [
        {"sequence", "at", "kind", "subject", "content", "previous", "digest"}
    ] * (len(links) - 1)
    assert verify(folder).returncode == 0
    whole = export(house, tmp_path / "mehr", "--person", "counsellor@example.org")
    assert "Geheimtitel" in all_texts(whole)
    seat(house, "counsellor", today() - timedelta(days=1))
    assert house.run("export", str(tmp_path / "danach"), "--person", "counsellor@example.org").exit_code == 1
    assert not (tmp_path / "danach").exists()


def test_what_was_erased_is_in_no_archive(filled: House, tmp_path: Path) -> None:
    with filled.rows() as rows:
        number = rows.scalars(sa.select(Decision.number).where(Decision.title == RICH["title"])).one()
    erase_by_law(filled, number)
    folder = export(filled, tmp_path / "archiv", "--person", "member@example.org")
    text = all_texts(folder)
    assert [word for word in (RICH["title"], RICH["outcome"], number) if word in text] == []
    assert verify(folder).returncode == 0


def test_nothing_is_written_where_something_lies_or_for_nobody(filled: House, tmp_path: Path) -> None:
    kept = tmp_path / "voll" / "brief.txt"
    kept.parent.mkdir()
    kept.write_text("wichtig")
    (tmp_path / "datei").write_text("wichtig")
    for folder, who in (
        (kept.parent, "member"), (tmp_path / "datei", "member"), (tmp_path / "neu", "niemand"), (tmp_path / "neu", "admin"),
    ):  # fmt: skip
        answer = filled.run("export", str(folder), "--person", f"{who}@example.org")
        assert answer.exit_code == 1
        assert answer.output.startswith("Error: "), answer.output
    assert kept.read_text() == "wichtig"
    assert sorted(path.name for path in tmp_path.iterdir() if path.name != "instance") == ["datei", "voll"]


def test_an_archive_that_breaks_off_leaves_nothing(
    filled: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("minutes.member_archive._digests", full)
    answer = filled.run("export", str(tmp_path / "usb" / "archiv"), "--person", "member@example.org")
    assert answer.exit_code == 1
    assert "Nothing was written: " in answer.output
    assert list((tmp_path / "usb").iterdir()) == []


# In a browser, from the file system.


def test_the_archive_is_searched_from_the_stick_without_a_server(
    filled: House, tmp_path: Path, browser: Browser
) -> None:
    folder = export(filled, tmp_path / "ein Stick mit #", "--person", "member@example.org")
    page = browser.new_page(viewport={"width": 320, "height": 800})
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on(
        "request",
        lambda request: problems.append(request.url) if not request.url.startswith("file:") else None,
    )
    page.goto((folder / "index.html").as_uri())
    results = page.locator("#found-list h3")
    for typed, expected in (
        ("erlaubnisse", ["Zweite Aufenthaltserlaubnis"]), ("NACHWEISE uber", [RICH["title"]]),
        ('"Grund mit Gewicht"', [RICH["title"]]),
        ("§ 25b", [RICH["title"]]), ("titel -dritte", []), ("duldung", ["Zweite Aufenthaltserlaubnis", RICH["title"]]),
        ("duldung -aufenthaltserlaubnis", [RICH["title"]]),
        ("LK-", ["Dritte", "Zweite Aufenthaltserlaubnis", RICH["title"]]),
        ("Geheimgrund", []), ("<img src=x onerror=alert(1)>", []), ("-", []),
    ):  # fmt: skip
        page.get_by_role("searchbox").fill(typed)
        page.get_by_role("button", name="Suchen").click()
        expect(page.locator("#found-count")).not_to_have_text(re.compile("geladen"))
        expect(results).to_have_text(expected)
    expect(page.get_by_role("heading", name="Neueste")).to_be_hidden()
    page.get_by_role("searchbox").fill("")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Neueste")).to_be_visible()
    page.get_by_role("searchbox").fill("lk 2026 2")
    page.keyboard.press("Enter")
    expect(results).to_have_text(["Zweite Aufenthaltserlaubnis"])
    page.get_by_role("searchbox").fill("bild")
    page.keyboard.press("Enter")
    expect(page.locator("#found-list")).to_contain_text("<img src=x onerror=alert(2)>")
    assert page.locator("#found-list img").count() == 0
    page.get_by_role("searchbox").fill("erklärungen")
    page.keyboard.press("Enter")
    expect(page.locator("#found-list mark")).to_have_text(["Erklärungen"])
    found = Axe().run(page).response["violations"]
    assert [row["id"] for row in found] == []
    page.goto("about:blank")
    page.goto(f"{(folder / 'index.html').as_uri()}#q=100%")  # as somebody may cut an address short
    expect(page.get_by_role("searchbox")).to_have_value("100%")
    expect(page.locator("#found-count")).to_have_text("Keine Entscheidung gefunden")
    page.go_back()
    page.go_back()
    expect(page.locator("#found-list mark")).to_have_text(["Erklärungen"])
    results.first.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(RICH["title"])
    expect(page.locator("main")).to_contain_text("Diese Entscheidung ist abgelöst")
    page.go_back()
    expect(results).to_have_text([RICH["title"]])
    for name in (
        "index.html",
        "verify.html",
        *(f"decisions/{path.name}" for path in folder.glob("decisions/*.html")),
    ):
        page.goto((folder / name).as_uri())
        assert page.evaluate("document.documentElement.scrollWidth <= 320"), name
        assert Axe().run(page).response["violations"] == [], name
    page.close()
    assert problems == []


def test_without_javascript_the_lists_lead_to_every_decision(
    filled: House, tmp_path: Path, browser: Browser
) -> None:
    folder = export(filled, tmp_path / "archiv", "--person", "member@example.org")
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((folder / "index.html").as_uri())
    expect(page.get_by_role("searchbox")).to_have_count(0)
    page.get_by_role("link", name="Duldung").click()
    page.get_by_role("link", name=RICH["title"]).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(RICH["title"])
    context.close()
