"""Whoever reads English meets no German of the interface: not on a page, not in a letter, not in a date."""

import email
import re
from collections.abc import Iterator
from email.message import EmailMessage, Message
from email.policy import default
from html.parser import HTMLParser
from pathlib import Path

import pytest
import sqlalchemy as sa
import time_machine
from babel.messages.pofile import read_po
from doors import COMMITTEES, PEOPLE, House, approve_minutes, submit
from flask.testing import FlaskClient

from portal.outbox import Letter, LetterState
from portal.people import Agency, Person

CATALOGUE = Path(__file__).parents[1] / "portal" / "translations" / "en" / "LC_MESSAGES" / "messages.po"
# German letters, quotes and dates, and words of nearly every German sentence that no English one has.
GERMAN = re.compile(
    r"[äöüßÄÖÜ„]|\d\d\.\d\d\.\d{4}"
    r"|\b(?:und|oder|nicht|der|das|den|dem|ist|sind|wird|werden|mit|vom|zum|zur|Sie|Ihr|Ihre|bitte|Uhr|eine"
    r"|einen|kein|keine|noch|schon|bis|dies\w+|Sitzung|Protokoll|Entscheidung|Gremium|Brief|Prüfsumme)\b"
)
NAMES = {"Deutsch", *(name for _, _, name, _ in COMMITTEES), *(name for _, name, _ in PEOPLE)}


@pytest.fixture(scope="module")
def german() -> set[str]:
    """What no English page may show: German texts that are not the English of another one ("Start")."""
    with CATALOGUE.open("rb") as file:
        messages = [message for message in read_po(file, locale="en") if message.id]
    ours, theirs = ({form for text in side for form in ([text] if isinstance(text, str) else text)}
                    for side in ([row.id for row in messages], [row.string for row in messages]))  # fmt: skip
    return ours - theirs


def test_a_visitor_reads_german_until_they_choose_english(light_house: House) -> None:
    visitor = light_house.visitor()
    assert '<html lang="de">' in visitor.get("/login").text
    page = in_english(visitor).get("/login").text
    assert '<html lang="en">' in page
    assert "Forgotten your password?" in page


def test_the_choice_stays_with_the_account(light_house: House) -> None:
    in_english(light_house.sign_in("member"))
    page = light_house.sign_in("member").get("/").text
    assert '<html lang="en">' in page
    assert "Welcome, Mia Glied" in page


def test_an_unknown_language_changes_nothing(light_house: House) -> None:
    client = light_house.sign_in("member")
    submit(client, "/", action="/language", language="xx")
    assert '<html lang="de">' in client.get("/").text


@time_machine.travel("2027-01-11 09:00 +0000", tick=False)
def test_dates_and_times_are_written_as_the_reader_writes_them(light_house: House) -> None:
    page, client = f"/meetings/{light_house.meeting(days=29)}", light_house.sign_in("member")
    assert "Dienstag, 9. Februar 2027 , 11:00 – 13:00 Uhr" in " ".join(visible(client.get(page).text))
    assert "Tuesday, 9 February 2027 , 11:00 – 13:00" in " ".join(visible(in_english(client).get(page).text))


@pytest.mark.drill
@pytest.mark.parametrize("account", ["admin", "secretary", "chair", "member"])
def test_no_page_in_english_shows_german(busy_house: House, german: set[str], account: str) -> None:
    pages = dict(walk(busy_house.sign_in(account)))
    assert {page: found for page, text in pages.items() if (found := german_parts(text, german))} == {}
    assert len(pages) > 5


@pytest.mark.parametrize("page", ["/login", "/reset", "/no-such-page"])
def test_no_open_page_in_english_shows_german(light_house: House, german: set[str], page: str) -> None:
    assert german_parts(in_english(light_house.visitor()).get(page).text, german) == []


@pytest.mark.parametrize(
    ("page", "typed"),
    [
        ("/account", {"password": "short", "password_again": "other"}),
        ("/committees/lenkungskreis/meetings/new", {"on": "2020-01-01", "starts": "nine", "link": "ftp:"}),
        ("/committees/lenkungskreis/plan?year=2027", {"proposals-0-take": "y", "proposals-0-on": "soon"}),
        ("/committees/lenkungskreis/decisions/new", {"title": "", "supersedes": "LK-1999-001"}),
    ],
)  # fmt: skip
def test_a_refused_form_says_why_in_english(
    light_house: House, german: set[str], page: str, typed: dict[str, str]
) -> None:
    client = in_english(light_house.sign_in("secretary"))
    answer = submit(client, page, action={"/account": "/account/password"}.get(page), **typed)
    assert answer.status_code == 422
    assert 'class="error"' in answer.text
    assert german_parts(answer.text, german) == []


def test_a_refused_entry_of_a_list_says_why_in_german(light_house: House) -> None:
    plan = {"proposals-0-take": "y", "proposals-0-on": "soon", "proposals-0-starts": "nine"}
    answer = submit(light_house.sign_in("secretary"), "/committees/lenkungskreis/plan?year=2027", **plan)
    assert "Kein gültiges Datum." in answer.text
    assert "Bitte geben Sie eine Uhrzeit wie 10:00 an." in answer.text


def test_no_letter_in_english_shows_german(busy_house: House) -> None:
    submit(busy_house.visitor(), "/reset", email="member@example.org")
    submit(
        busy_house.sign_in("admin"),
        "/admin/people/new",
        name="Nora New",
        email="new@example.org",
        language="en",
    )
    letters = {letter.kind: read(letter) for letter in busy_house.letters() if letter.person.language == "en"}
    wanted = "cancelled decision_released invitation minutes_approved moved reinstated reset welcome"
    assert sorted(letters) == wanted.split()
    assert {kind: found for kind, letter in letters.items() if (found := german_lines(letter))} == {}
    assert {letter["Content-Language"] for letter in letters.values()} == {"en"}


def test_two_members_get_letters_in_their_own_languages(light_house: House) -> None:
    in_english(light_house.sign_in("member"))
    page = f"/meetings/{light_house.meeting(days=60)}"
    submit(light_house.sign_in("secretary"), f"{page}/invite")
    heads = {letter.person.email: letter.head for letter in light_house.letters("invitation")}
    assert heads["member@example.org"].startswith("Invitation: Lenkungskreis on ")
    assert heads["chair@example.org"].startswith("Einladung: Lenkungskreis am ")


@pytest.fixture
def busy_house(light_house: House) -> House:
    """Everybody reads English: meetings in every state, minutes, a draft with a finding, a decision."""
    with light_house.rows() as rows:
        rows.execute(sa.update(Person).values(language="en"))
        rows.execute(sa.update(Agency).values(name="Office of Auenfurt"))
        rows.commit()
    secretary = light_house.sign_in("secretary")
    held, moved, cancelled, reinstated, _ = (light_house.meeting(days=days) for days in (-7, 40, 50, 60, 70))
    for meeting in (moved, cancelled, reinstated):
        submit(secretary, f"/meetings/{meeting}/invite")
    post_letters(light_house)
    submit(secretary, f"/meetings/{moved}/edit", starts="08:00", place="Town hall")
    submit(secretary, f"/meetings/{cancelled}/cancel")
    submit(secretary, f"/meetings/{reinstated}/cancel")
    post_letters(light_house)
    submit(secretary, f"/meetings/{reinstated}/reinstate")
    write_minutes(secretary, held, approve=True)
    write_minutes(secretary, light_house.meeting("fallgruppe", days=-5), approve=False)
    write_decision(secretary, "Support", "Please call 0221 4711 0815 for details.")
    draft = write_decision(secretary, "Housing", "It is granted.")
    chair = light_house.sign_in("chair")
    assert "/decisions/" in submit(chair, draft, action=f"{draft}/release", recognised="nobody").location
    return light_house


def post_letters(house: House) -> None:
    """As if the worker had sent what waits, so that there is something to take back."""
    with house.rows() as rows:
        rows.execute(sa.update(Letter).values(state=LetterState.SENT))
        rows.commit()


def write_minutes(secretary: FlaskClient, meeting: int, *, approve: bool) -> None:
    edit = submit(secretary, f"/meetings/{meeting}/minutes/new", text="# Minutes\n\nAll agreed.").location
    decision = {"decisions-0-text": "The plan holds.", "decisions-0-accepted": "y", "decisions-0-yes": "3"}
    task = {"tasks-0-text": "Write", "tasks-0-accepted": "y", "tasks-0-due": "2027-05-01"}
    submit(secretary, edit, **decision, **task)
    if approve:
        assert approve_minutes(secretary, edit.split("/")[2]).status_code == 302


def write_decision(secretary: FlaskClient, title: str, rationale: str) -> str:
    typed = {
        "result": "granted",
        "outcome": "It is granted.",
        "legal_bases": "§ 25b AufenthG",
        "topics": "Stay",
    }
    page = "/committees/lenkungskreis/decisions/new"
    return str(submit(secretary, page, title=title, arguments=rationale, **typed).location)


def in_english(client: FlaskClient) -> FlaskClient:
    page = "/reset" if client.get("/").status_code == 302 else "/"
    assert submit(client, page, action="/language", language="en").status_code == 302
    return client


def walk(client: FlaskClient) -> Iterator[tuple[str, str]]:
    """Every page that links lead to from the start page."""
    waiting, seen = ["/"], {"/"}
    while waiting:
        page = waiting.pop()
        answer = client.get(page)
        assert answer.status_code == 200, page
        if answer.mimetype != "text/html":
            continue
        assert '<html lang="en">' in answer.text, page
        yield page, answer.text
        links = {link.replace("&amp;", "&") for link in re.findall(r'href="(/[^"#]*)"', answer.text)} - seen
        # Other years and months look like this one.
        waiting += [link for link in links if not re.search(r"^/static/|year=|month=", link)]
        seen |= links


class Visible(HTMLParser):
    """The texts that people read or hear on a page, without what they wrote themselves."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.silent = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # What is marked as German goes into a German agenda as it stands.
        if tag in {"script", "style", "textarea", "del", "ins", "code"} or ("lang", "de") in attrs:
            self.silent = tag
        spoken = {"alt", "title", "placeholder", "aria-label", "data-label", "data-copied"}
        self.texts += [value for name, value in attrs if name in spoken and value]

    def handle_endtag(self, tag: str) -> None:
        if tag == self.silent:
            self.silent = ""

    def handle_data(self, data: str) -> None:
        if not self.silent and data.strip():
            self.texts.append(" ".join(data.split()))


def visible(page: str) -> list[str]:
    parser = Visible()
    parser.feed(page)
    return parser.texts


def german_parts(page: str, german: set[str]) -> list[str]:
    """What of a page is German: a text of the interface, or a sentence with a German word."""
    return [text for text in visible(page) if text not in NAMES and (text in german or is_german(text))]


def is_german(text: str) -> bool:
    """Whether a text has a German word, apart from names of the small world and what English quotes."""
    known = ["“[^”]*”", *(re.escape(name) for name in sorted(NAMES, key=len, reverse=True))]
    return bool(GERMAN.search(re.sub("|".join(known), "", text)))


def read(letter: Letter) -> EmailMessage:
    message: Message = email.message_from_bytes(letter.body or b"", policy=default)
    assert isinstance(message, EmailMessage)
    return message


def german_lines(letter: EmailMessage) -> list[str]:
    return [
        line
        for line in (
            letter["Subject"],
            *letter.get_body(("plain",)).get_content().splitlines(),
            *letter.get_body(("html",)).get_content().splitlines(),
        )
        if is_german(line)
    ]
