"""The octets of feeds: header, time zone, events, folding, and what must never be in them."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
import time_machine
from doors import House, submit, token
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from meetings.calendar_text import render_event, render_header, render_invitation
from meetings.deadlines import Deadline
from meetings.feeds import event_changed
from meetings.meeting import Meeting, MeetingState
from portal.app import create_app
from portal.committees import Committee, CommitteeKind
from portal.people import Person

ZONE_BLOCK = """BEGIN:VTIMEZONE
TZID:Europe/Berlin
BEGIN:DAYLIGHT
DTSTART:19700329T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
TZNAME:CEST
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19701025T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
TZNAME:CET
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
END:VTIMEZONE
""".replace("\n", "\r\n")
NEVER = [
    "ATTENDEE",
    "ORGANIZER",
    "VTODO",
    "VALARM",
    "CLASS:",
    "SOURCE",
    "RRULE:FREQ=DAILY",
    "RDATE",
    "EXDATE",
    "<br",
    "&amp;",
    "&quot;",
]
APP = create_app()


def event(**columns: object) -> str:
    """The event of a meeting of a committee that is nowhere stored."""
    committee = Committee(id=1, slug="lk", code="LK", name=columns.pop("committee", "Lenkungskreis"))
    committee.kind, committee.zone = CommitteeKind.STEERING, "Europe/Berlin"
    start = columns.pop("starts_at", datetime(2027, 2, 9, 9, tzinfo=UTC))
    given = {"title": "", "place": "", "link": "", "state": MeetingState.INVITED, "sequence": 0} | columns
    given |= {"domain": "portal.example.org", "modified_at": datetime(2026, 11, 2, tzinfo=UTC)}
    meeting = Meeting(id=7, committee=committee, starts_at=start, ends_at=start + timedelta(hours=2), **given)
    with APP.app_context():
        return render_event(meeting).decode()


def unfolded(text: str) -> list[str]:
    return text.replace("\r\n ", "").split("\r\n")


def value(text: str, name: str) -> str:
    (found,) = [line.partition(":")[2] for line in unfolded(text) if re.match(rf"{name}[;:]", line)]
    return found


def test_the_header_says_what_calendar_programs_look_for() -> None:
    lines = unfolded(render_header("Lenkungskreis (Testportal)").decode())
    assert lines[:3] == ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Sitzungsportal//Kalender//DE"]
    for line in (
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "NAME:Lenkungskreis (Testportal)",
        "X-WR-CALNAME:Lenkungskreis (Testportal)",
        "X-WR-TIMEZONE:Europe/Berlin",
        "REFRESH-INTERVAL;VALUE=DURATION:PT4H",
        "X-PUBLISHED-TTL:PT4H",
    ):
        assert lines.count(line) == 1
    assert re.search(r"^COLOR:[a-z]+$", "\n".join(lines), re.MULTILINE)
    assert re.search(r"^X-APPLE-CALENDAR-COLOR:#[0-9A-F]{6}$", "\n".join(lines), re.MULTILINE)


def test_the_header_ends_with_the_constant_time_zone() -> None:
    assert render_header("x").decode().endswith(ZONE_BLOCK)


def test_a_name_can_bring_no_property_of_its_own_into_the_header() -> None:
    lines = unfolded(render_header("Kreis, Rat; \\ A\rATTACH:1\nX-EVIL:2\r\nX-WORSE:3").decode())
    assert "NAME:Kreis\\, Rat\\; \\\\ A ATTACH:1\\nX-EVIL:2 \\nX-WORSE:3" in lines


def test_a_feed_is_one_calendar_with_its_zone_before_the_first_event(light_house: House) -> None:
    light_house.meeting()
    text = light_house.calendar("lenkungskreis")
    assert text.count("BEGIN:VCALENDAR") == text.count("END:VCALENDAR") == text.count("BEGIN:VTIMEZONE") == 1
    assert text.index("END:VTIMEZONE") < text.index("BEGIN:VEVENT")
    assert text.endswith("END:VEVENT\r\nEND:VCALENDAR\r\n")
    assert [word for word in NEVER if word in text] == []


def test_rows_never_and_recurrence_hold_for_every_event_of_every_feed(light_house: House) -> None:
    number, client = light_house.meeting(), light_house.sign_in("secretary")
    light_house.meeting(days=60, link="https://video.example.org/x", place='Raum "1"; <b>')
    submit(client, f"/meetings/{number}/cancel")
    for owner in ("lenkungskreis", "member"):
        text = light_house.calendar(owner)
        assert text.count("BEGIN:VEVENT") == 4
        assert [word for word in NEVER if word in text] == []
        header, _, events = text.partition("BEGIN:VEVENT")
        assert "UID:" not in header
        assert "RRULE" not in events
        assert light_house.feed(owner).rpartition("/")[2][:64] not in text.replace("\r\n ", "")


def test_row_time_zone_no_time_is_floating_and_no_zone_is_foreign(light_house: House) -> None:
    light_house.meeting()
    light_house.meeting(days=60, state=MeetingState.CANCELLED)
    with light_house.rows() as rows:
        meeting = rows.get_one(Meeting, 2)
        meeting.starts_at = datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
        meeting.ends_at = datetime(2027, 10, 31, 2, 30, tzinfo=UTC)
        event_changed(meeting)
        rows.commit()
    text = light_house.calendar("lenkungskreis")
    times = [line for line in unfolded(text[text.index("BEGIN:VEVENT") :]) if re.match("DTSTART|DTEND", line)]
    known = r"DT(START|END)(;TZID=Europe/Berlin:\d{8}T\d{6}|:\d{8}T\d{6}Z|;VALUE=DATE:\d{8})"
    assert [line for line in times if not re.fullmatch(known, line)] == []
    assert len(times) == 2 * text.count("BEGIN:VEVENT")
    assert "Standard Time" not in text


def test_row_uid_is_the_same_in_committee_feed_personal_feed_and_mail(light_house: House) -> None:
    number = light_house.meeting()
    uids = [
        {line for line in unfolded(light_house.calendar(owner)) if line.startswith("UID:sitzung-")}
        for owner in ("lenkungskreis", "member")
    ]
    with light_house.rows() as rows:
        person = rows.scalars(sa.select(Person).where(Person.email == "member@example.org")).one()
        _, octets = render_invitation(rows.get_one(Meeting, number), person, datetime.now(UTC))
    assert uids == [{f"UID:{value(octets.decode(), 'UID')}"}] * 2


def test_row_url_begins_with_https_and_stands_in_the_description_too() -> None:
    with APP.app_context():
        known = APP.extensions["portal_settings"]
        APP.extensions["portal_settings"] = type(known)(**vars(known) | {"url": "https://portal.example.org"})
        try:
            text = event()
        finally:
            APP.extensions["portal_settings"] = known
    assert value(text, "URL") == "https://portal.example.org/meetings/7"
    assert value(text, "DESCRIPTION").endswith("Einzelheiten: https://portal.example.org/meetings/7")


@pytest.mark.parametrize(
    "change",
    [{"place": "Raum 2"}, {"link": "https://x.example.org"}, {"title": "Neu"}, {"agenda_edition": 1}],
    ids=str,
)
def test_row_last_modified_grows_with_every_octet_of_the_event(
    light_house: House, change: dict[str, str]
) -> None:
    number = light_house.meeting()
    with light_house.rows() as rows:
        meeting = rows.get_one(Meeting, number)
        before, octets = meeting.modified_at, meeting.vevent
        for name, new in change.items():
            setattr(meeting, name, new)
        event_changed(meeting)
        rows.commit()
        assert meeting.vevent != octets
        assert meeting.modified_at > before
        stamp = f"{meeting.modified_at:%Y%m%dT%H%M%SZ}"
        assert value(meeting.vevent.decode(), "LAST-MODIFIED") == stamp
        assert value(meeting.vevent.decode(), "DTSTAMP") == stamp


def test_a_feed_without_meetings_is_still_a_calendar(light_house: House) -> None:
    text = light_house.calendar("outsider")
    assert [part.name for part in Calendar.from_ical(text).walk()][:2] == ["VCALENDAR", "VTIMEZONE"]
    assert "NAME:Meine Sitzungen (Testportal)" in unfolded(text)


def test_an_event_says_everything_about_the_meeting() -> None:
    text = event(title="Haushalt", place="Raum 1", link="https://video.example.org/x", sequence=3)
    page = "http://127.0.0.1:8000/meetings/7"
    assert value(text, "UID") == "sitzung-7@portal.example.org"
    assert value(text, "DTSTAMP") == value(text, "LAST-MODIFIED") == "20261102T000000Z"
    assert "DTSTART;TZID=Europe/Berlin:20270209T100000" in unfolded(text)
    assert "DTEND;TZID=Europe/Berlin:20270209T120000" in unfolded(text)
    assert (value(text, "SEQUENCE"), value(text, "LOCATION")) == ("3", "Raum 1")
    assert value(text, "SUMMARY") == "Lenkungskreis: Haushalt"
    assert (value(text, "STATUS"), value(text, "TRANSP")) == ("CONFIRMED", "OPAQUE")
    assert value(text, "URL") == page
    assert value(text, "CATEGORIES") == "Lenkungskreis"
    assert value(text, "DESCRIPTION").split("\\n")[1:] == [
        "Zugang: https://video.example.org/x",
        f"Einzelheiten: {page}",
    ]


@pytest.mark.parametrize(
    ("state", "status"), [("planned", "TENTATIVE"), ("invited", "CONFIRMED"), ("held", "CONFIRMED")]
)
def test_the_status_tells_planned_from_invited(state: str, status: str) -> None:
    assert value(event(state=MeetingState(state)), "STATUS") == status


def test_a_cancelled_meeting_says_so_in_every_way_that_programs_read() -> None:
    text = event(state=MeetingState.CANCELLED)
    assert value(text, "SUMMARY") == "Abgesagt: Lenkungskreis"
    assert (value(text, "STATUS"), value(text, "TRANSP")) == ("CANCELLED", "TRANSPARENT")


@pytest.mark.parametrize(
    ("minutes", "line"),
    [
        (-15, "DTSTART;TZID=Europe/Berlin:20271031T014500"),
        (0, "DTSTART:20271031T000000Z"),
        (45, "DTSTART:20271031T004500Z"),
        (60, "DTSTART:20271031T010000Z"),
        (105, "DTSTART:20271031T014500Z"),
        (120, "DTSTART;TZID=Europe/Berlin:20271031T030000"),
    ],
)
def test_both_equal_hours_of_autumn_are_given_in_utc_because_parsers_disagree(
    minutes: int, line: str
) -> None:
    start = datetime(2027, 10, 31, 0, 0, tzinfo=UTC) + timedelta(minutes=minutes)
    assert line in unfolded(event(starts_at=start))


def test_the_same_row_always_gives_the_same_bytes() -> None:
    assert event(place="Rathaus") == event(place="Rathaus")


TEXTS = st.text(
    st.one_of(
        st.sampled_from("äöüß,;\\\n\r\t\x00\x07\x85\u2028 😀é€"), st.characters(exclude_categories=["Cs"])
    )
)


@settings(deadline=None, max_examples=150)
@given(st.integers(0, 80), TEXTS, TEXTS)
def test_lines_are_short_and_never_broken_inside_a_character_or_escape(
    pad: int, title: str, place: str
) -> None:
    octets = event(title="x" * pad + title, place=place, committee="Ä" * 30 + title).encode()
    assert octets.endswith(b"\r\n")
    for line in octets[:-2].split(b"\r\n"):
        assert len(line) <= 75
        assert line.decode()
        assert not re.search(rb"[\x00-\x1f\x7f]", line)
        trailing = len(line) - len(line.rstrip(b"\\"))
        assert trailing % 2 == 0


@pytest.mark.parametrize("pair", [",", "\\", "\n", "ü", "😀"])
def test_wherever_a_fold_falls_it_breaks_no_pair(pair: str) -> None:
    for pad in range(76):
        for line in event(place="x" * pad + pair * 80).encode()[:-2].split(b"\r\n"):
            assert len(line) <= 75
            assert line.decode()
            assert (len(line) - len(line.rstrip(b"\\"))) % 2 == 0


@settings(deadline=None, max_examples=150)
@given(TEXTS)
def test_a_reader_gets_back_what_was_written_without_control_characters(place: str) -> None:
    clean = re.sub(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]", " ", f"Raum {place}.")
    parsed = Calendar.from_ical(f"BEGIN:VCALENDAR\r\n{event(place=f'Raum {place}.')}END:VCALENDAR\r\n")
    assert str(parsed.events[0]["LOCATION"]) == clean


def test_umlauts_at_the_fold_survive(light_house: House) -> None:
    place = "Großer Sitzungssaal über der Bücherei, Überlinger Straße 12; Zugang über den Hof – bitte läuten"
    light_house.meeting(place=place)
    raw = light_house.calendar("lenkungskreis")
    assert max(len(line.encode()) for line in raw.split("\r\n")) == 75
    assert str(Calendar.from_ical(raw).events[0]["LOCATION"]) == place


def test_an_event_keeps_its_name_when_the_domain_of_the_portal_changes(light_house: House) -> None:
    number = light_house.meeting()
    with light_house.rows() as rows, time_machine.travel(datetime.now(UTC) + timedelta(days=1)):
        settings_now = light_house.app.extensions["portal_settings"]
        light_house.app.extensions["portal_settings"] = type(settings_now)(
            **vars(settings_now) | {"domain": "neu.example.org", "url": "https://neu.example.org"}
        )
        event_changed(rows.get(Meeting, number))
        text = rows.get(Meeting, number).vevent.decode()
    assert value(text, "UID") == f"sitzung-{number}@portal.example.org"
    assert value(text, "URL") == f"https://neu.example.org/meetings/{number}"


def test_an_id_is_never_used_again(house: House) -> None:
    numbers = []
    for _ in range(2):
        numbers.append(house.meeting())
        with house.rows() as rows:
            rows.execute(sa.delete(Deadline))
            rows.execute(sa.delete(Meeting))
            rows.commit()
    assert numbers[1] > numbers[0]


def test_the_feed_is_german_whatever_its_owner_reads(light_house: House) -> None:
    number, client = light_house.meeting(), light_house.sign_in("secretary")
    client.post("/language", data={"language": "en", "csrf_token": token(client)})
    submit(client, f"/meetings/{number}/cancel")
    assert "SUMMARY:Abgesagt: Lenkungskreis" in unfolded(light_house.calendar("secretary"))
