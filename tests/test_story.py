"""A committee's year through the door: real processes, browser, mail, calendar clients and minutes."""

import re
import subprocess
import sys
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import icalendar
import pypandoc
import pytest
from playwright.sync_api import Browser, Page
from post_office import PostOffice
from servers import Serving, flask
from test_by_keyboard import shows

PASSWORD = "die Geschichte eines Jahres"
AUTHSERV = "mail.example.org"
YEAR = datetime.now(UTC).year + 2  # the demonstration has planned the year between already
MEMBERS_OF_STEERING = 8
CORPUS_FILES = [
    "docx/ekalk-protokoll-2.docx",
    "odt/2018-10-17---Planungstreffen.odt",
    "de/makerspace-gt/2018-09-19-Planungstreffen.md",
]
OWN_MINUTES = "# Protokoll\n\n## TOP 1 Haushalt\n\n**Beschluss:** Der Haushalt wird einstimmig angenommen.\n"


def sign_in(browser: Browser, url: str, name: str) -> Page:
    page = browser.new_context(locale="de-DE").new_page()
    page.goto(f"{url}/login")
    page.get_by_label("E-Mail-Adresse").fill(f"{name}@example.org")
    page.get_by_label("Passwort").fill(PASSWORD)
    page.get_by_role("button", name="Anmelden").click()
    shows(page, "Guten Tag")
    return page


def plan_the_year(page: Page, url: str, slug: str) -> None:
    page.goto(f"{url}/committees/{slug}/plan?year={YEAR}")
    assert page.get_by_label("eintragen").count() == 4
    page.get_by_label("Mitglieder gleich einladen").check()
    page.get_by_role("button", name="Eintragen").click()
    shows(page, "4 Sitzungen sind eingetragen")


class Calendar:
    """vdirsyncer fetches the subscribed calendar, khal shows it."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        (folder / "calendar").mkdir()
        self.sync_config, self.khal_config = folder / "vdirsyncer.conf", folder / "khal.conf"
        self.sync_config.write_text(
            f'[general]\nstatus_path = "{folder}/status/"\n'
            '[pair p]\na = "web"\nb = "here"\ncollections = null\nconflict_resolution = "a wins"\n'
            f'[storage web]\ntype = "http"\nurl = "{url}"\n'
            f'[storage here]\ntype = "filesystem"\npath = "{folder}/calendar/"\nfileext = ".ics"\n'
        )
        self.khal_config.write_text(
            f"[calendars]\n[[meetings]]\npath = {folder}/calendar\n[locale]\nlocal_timezone = Europe/Berlin\n"
            "default_timezone = Europe/Berlin\ntimeformat = %H:%M\ndateformat = %Y-%m-%d\nlongdateformat = %Y-%m-%d\n"
            "datetimeformat = %Y-%m-%d %H:%M\nlongdatetimeformat = %Y-%m-%d %H:%M\n"
            f"[sqlite]\npath = {folder}/khal.db\n"
        )
        self._run("vdirsyncer", "-c", str(self.sync_config), "discover")

    def events(self) -> list[str]:
        """The year's meetings as khal shows them, without deadlines: start, title, place, status."""
        self._run("vdirsyncer", "-c", str(self.sync_config), "sync")
        wanted = "{start-long}|{title}|{location}|{status}"
        listed = self._run(
            "khal",
            "-c",
            str(self.khal_config),
            "list",
            "--format",
            wanted,
            "--day-format",
            "",
            f"{YEAR}-01-01",
            "365d",
        )
        return [line for line in listed.splitlines() if "|" in line and "Frist: " not in line]

    def _run(self, program: str, *arguments: str) -> str:
        done = subprocess.run(
            [Path(sys.executable).with_name(program), *arguments],
            capture_output=True,
            text=True,
            timeout=60,
            input="y\n",
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def minutes_files(folder: Path) -> list[Path]:
    """Real minutes where the corpus is at hand, else three of our own."""
    import os

    corpus = Path(os.environ.get("PORTAL_CORPUS") or Path(__file__).parents[2] / "shared") / "corpus"
    if all((corpus / name).is_file() for name in CORPUS_FILES):
        return [corpus / name for name in CORPUS_FILES]
    made = []
    for kind in ("docx", "odt", "md"):
        path = folder / f"protokoll.{kind}"
        command = [pypandoc.get_pandoc_path(), "-f", "markdown", "-o", path]
        subprocess.run(command, input=OWN_MINUTES.encode(), check=True)
        made.append(path)
    return made


def meetings_of(page: Page, url: str, slug: str) -> list[str]:
    """Addresses of the year's meetings of a committee, in order."""
    page.goto(f"{url}/committees/{slug}")
    rows = page.locator(".meeting", has_text=str(YEAR))
    return [f"{url}{link.get_attribute('href')}" for link in rows.locator("h3 a").all()]


@pytest.mark.drill
def test_a_committees_year(browser: Browser, tmp_path: Path) -> None:
    with PostOffice() as post:
        environment = {
            "PORTAL_INSTANCE": str(tmp_path / "instance"),
            "PORTAL_DEMO_PASSWORD": PASSWORD,
            "PORTAL_MAIL_SERVER": post.address,
            "PORTAL_MAIL_TLS": "none",
            "PORTAL_REPLIES": "pipe",
            "PORTAL_AUTHSERV": AUTHSERV,
        }
        with Serving(environment) as portal:
            tell_the_story(browser, portal, post, tmp_path)
        verified = flask(environment, "verify")
        assert verified.returncode == 0, verified.stdout


def tell_the_story(browser: Browser, portal: Serving, post: PostOffice, folder: Path) -> None:
    url = portal.url
    secretary, member, chair = (sign_in(browser, url, name) for name in ("secretary", "member", "chair"))

    # The chair wants meetings as calendar invitations.
    chair.goto(f"{url}/calendar/subscriptions")
    chair.get_by_label("Ich bekomme Kalendereinladungen").check()
    chair.get_by_role("button", name="Speichern").click()
    shows(chair, "Gespeichert.")

    # The secretary plans the year of both committees; the members are invited.
    plan_the_year(secretary, url, "lenkungskreis")
    invitations = post.wait_for(4 * MEMBERS_OF_STEERING, lambda letter: "Lenkungskreis" in letter["subject"])
    assert len({(str(row["to"]), str(row["subject"])) for row in invitations}) == 4 * MEMBERS_OF_STEERING
    plan_the_year(secretary, url, "fallgruppe")

    # A member subscribes once and sees the year, the move and the cancellation.
    member.goto(f"{url}/calendar/subscriptions")
    address = member.locator(".secret code").first.inner_text()
    calendar = Calendar(folder, address)
    assert len(calendar.events()) == 4
    first, second = meetings_of(secretary, url, "lenkungskreis")[:2]

    # One answers by the link of the letter, without signing in; the other one's calendar program answers.
    to_first = [letter for letter in invitations if f"{first}\n" in plain(letter)]
    answer_by_link(browser, next(one for one in to_first if "member@" in one["to"]))
    answer_by_calendar(portal, next(one for one in to_first if "chair@" in one["to"]))
    secretary.goto(first)
    answers = secretary.get_by_role("table", name="Antworten").inner_text()
    assert answers.count("nimmt teil") == 1
    assert answers.count("vielleicht") == 1
    secretary.goto(f"{first}/edit")
    secretary.get_by_label("Beginn").fill("13:30")
    secretary.get_by_label("Ende").fill("15:00")
    secretary.get_by_label("Ort").fill("Haus am Fluss")
    secretary.get_by_role("button", name="Weiter: Wer erfährt was?").click()
    assert secretary.locator("main li").count() >= MEMBERS_OF_STEERING
    secretary.get_by_role("button", name="Ja, so ändern").click()
    moved = post.wait_for(MEMBERS_OF_STEERING, lambda letter: str(letter["subject"]).startswith("Verschoben"))
    assert "13:30–15:00 Uhr" in moved[0].get_body(("plain",)).get_content()
    assert sum("13:30|" in event and "Haus am Fluss" in event for event in wait_for(calendar, "13:30|")) == 1
    secretary.goto(second)
    secretary.get_by_role("link", name="Absagen").click()
    secretary.get_by_role("button", name="Ja, absagen").click()
    post.wait_for(MEMBERS_OF_STEERING, lambda letter: str(letter["subject"]).startswith("Abgesagt"))
    assert sum("Abgesagt" in event and "CANCELLED" in event for event in wait_for(calendar, "CANCELLED")) == 1

    # The secretary uploads minutes as they were saved; the members read the approved ones.
    meetings = meetings_of(secretary, url, "lenkungskreis")
    for meeting, file in zip([meetings[0], meetings[2], meetings[3]], minutes_files(folder), strict=True):
        upload(secretary, meeting, file)
    post.wait_for(3 * MEMBERS_OF_STEERING, lambda letter: str(letter["subject"]).startswith("Protokoll"))
    member.goto(meetings[0])
    member.get_by_role("link", name="Protokoll lesen").click()
    assert member.locator("article.prose").inner_text().strip()

    # The office's decision: written, anonymised, released by a second person, found by those who may.
    number = decide(chair, secretary, url)
    post.wait_for(MEMBERS_OF_STEERING, lambda letter: number in letter["subject"])
    for name in ("member", "outsider"):
        reader = sign_in(browser, url, name)
        reader.goto(f"{url}/decisions?q=Wartezeiten+Sprachkurse")
        reader.get_by_role("link", name="Anrechnung von Wartezeiten").click()
        reader.wait_for_url(f"{url}/decisions/{number}")
        shows(reader, "Wartezeiten auf Sprachkurse werden angerechnet.")
        assert "Zelihanova" not in reader.content()
    recipients = [address for row in post.recipients for address in row]
    assert "outsider@example.org" not in recipients
    assert all(len(row) == 1 for row in post.recipients)


def plain(letter: EmailMessage) -> str:
    return letter.get_body(("plain",)).get_content().replace("\r\n", "\n")


def answer_by_link(browser: Browser, letter: EmailMessage) -> None:
    page = browser.new_context(locale="de-DE").new_page()
    page.goto(re.search(r"\S+/answer/\S+", plain(letter))[0])
    page.get_by_label("Ich nehme teil").check()
    page.get_by_role("button", name="Antwort speichern").click()
    page.wait_for_url("**/stored")


def answer_by_calendar(portal: Serving, letter: EmailMessage) -> None:
    """What a calendar program makes of the invitation, handed over by the mail server."""
    (part,) = [one for one in letter.walk() if one.get_content_type() == "text/calendar"]
    assert part.get_param("method") == "REQUEST"
    calendar = icalendar.Calendar.from_ical(part.get_content())
    calendar["METHOD"] = "REPLY"
    (event,) = calendar.walk("VEVENT")
    event["ATTENDEE"].params["PARTSTAT"] = "TENTATIVE"
    event["DTSTAMP"] = icalendar.vDatetime(datetime.now(UTC))
    answer = EmailMessage()
    answer["Authentication-Results"] = f"{AUTHSERV}; dmarc=pass header.from=example.org"
    answer["From"], answer["To"] = letter["To"], letter["From"]
    answer["Subject"], answer["Message-ID"] = "Vielleicht", "<antwort-1@example.org>"
    answer.set_content(calendar.to_ical(), "text", "calendar", params={"method": "REPLY"})
    taken = flask(portal.environment, "inbound", stdin=answer.as_bytes().decode("ascii"))
    assert taken.returncode == 0, taken.stderr


def wait_for(calendar: Calendar, sign: str) -> list[str]:
    """The events, once the worker has written the change."""
    for _ in range(20):
        events = calendar.events()
        if any(sign in event for event in events):
            return events
    raise AssertionError(f"no {sign} in {events}")


def upload(page: Page, meeting: str, file: Path) -> None:
    page.goto(meeting)
    page.get_by_role("link", name="Protokoll hochladen").click()
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Einlesen").click()
    page.get_by_label("Ja, dies ist das Protokoll dieser Sitzung").check()  # real minutes name their own day
    page.get_by_role("button", name="Einlesen").click()
    shows(page, "Protokoll prüfen")
    page.get_by_role("button", name="Speichern").click()
    page.get_by_role("button", name="Weiter zur Genehmigung").click()
    page.get_by_label("Ich genehmige es jetzt, ohne Sitzung").check()
    page.get_by_role("button", name="Genehmigen und Mitglieder benachrichtigen").click()
    shows(page, "Das Protokoll ist genehmigt")


def decide(chair: Page, secretary: Page, url: str) -> str:
    """Write with findings, replace, release by the chair; returns the number."""
    secretary.goto(f"{url}/committees/lenkungskreis/decisions/new")
    secretary.get_by_label("Titel").fill("Anrechnung von Wartezeiten")
    secretary.get_by_label("Ausgang").select_option(label="zugestimmt")
    secretary.get_by_label("Ergebnis").fill("Wartezeiten auf Sprachkurse werden angerechnet.")
    secretary.get_by_label("Tragende Argumente").fill(
        "Frau Zelihanova, geb. am 04.07.1989, wartete lange. "
        "Wartezeiten auf Sprachkurse liegen nicht in der Hand der Betroffenen."
    )
    secretary.get_by_label("Rechtsgrundlagen").fill("§ 25b AufenthG")
    secretary.get_by_role("button", name="Speichern und prüfen lassen").click()
    replace_all = secretary.get_by_role("button", name="Alle offenen Fundstellen ersetzen")
    replace_all.wait_for()
    draft = secretary.url
    chair.goto(draft)
    assert chair.get_by_role("button", name="Freigeben").count() == 0
    replace_all.click()
    replace_all.wait_for(state="hidden")
    assert secretary.get_by_role("button", name="Freigeben").count() == 0
    chair.goto(draft)
    chair.get_by_label("Nein. Auch wer die Menschen kennt").check()
    chair.get_by_role("button", name="Freigeben").click()
    shows(chair, "Freigegeben als LK-")
    return chair.url.rpartition("/")[2]
