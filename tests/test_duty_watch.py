"""The duty watch: what is missing stands on the start page of those who can mend it, and in one digest."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy

import pytest
import sqlalchemy as sa
import time_machine
from doors import House, approve_minutes, submit
from smtp import MailServer, connect, press, work

from meetings.duty_watch import DutyNotice, shortfalls
from meetings.meeting import Meeting, MeetingState
from meetings.procedure import Duty, Procedure
from minutes.decision import Decision, DecisionKind
from portal.committees import Committee, CommitteeKind, Membership
from portal.outbox import Letter
from portal.people import Affiliation, AffiliationRole, Agency, LetterWish, Person, person_by_email

TITLE = "Was noch fehlt"
QUARTERS = ["1. Quartal 2027", "2. Quartal 2027", "3. Quartal 2027", "4. Quartal 2027", "1. Quartal 2028"]


def at(day: str, clock: str = "08:00") -> time_machine.travel:
    """Stand at that time (UTC) of that day."""
    return time_machine.travel(datetime.fromisoformat(f"{day}T{clock}:00+00:00"), tick=False)


def usual_procedure(house: House, slug: str = "lenkungskreis") -> None:
    """Leave the committee with what is usual where nobody entered anything."""
    with house.rows() as rows:
        committee = sa.select(Committee.id).where(Committee.slug == slug).scalar_subquery()
        rows.execute(sa.delete(Procedure).where(Procedure.committee_id == committee))
        rows.commit()


def held_on(house: House, *days: str, slug: str = "lenkungskreis", **columns: object) -> list[int]:
    """Enter meetings on these days, now or long ago."""
    today = datetime.now(UTC).date()
    return [house.meeting(slug, (date.fromisoformat(day) - today).days, **columns) for day in days]


def state_of(house: House, meeting: int, **columns: object) -> None:
    with house.rows() as rows:
        rows.execute(sa.update(Meeting).where(Meeting.id == meeting).values(**columns))
        rows.commit()


def make_lead(house: House, name: str) -> None:
    """Let somebody lead the office, and with it the programme."""
    with house.rows() as rows:
        agency = rows.scalars(sa.select(Agency)).one()
        person = person_by_email(f"{name}@example.org")
        rows.add(
            Affiliation(person=person, agency=agency, role=AffiliationRole.LEAD, starts_on=date(2020, 1, 1))
        )
        rows.commit()


def card(house: House, name: str = "secretary") -> str:
    """What stands in the card of the start page, without its markup; links stay as [address]."""
    page = house.sign_in(name).get("/").text
    if TITLE not in page:
        return ""
    part = page.partition(f"<h2>{TITLE}</h2>")[2].partition("</section>")[0]
    part = re.sub(r'<span class="visually-hidden">.*?</span>', "", part, flags=re.DOTALL)
    part = re.sub(r'<a [^>]*href="([^"]*)"[^>]*>', r"[\1] ", part)
    return " ".join(re.sub(r"<[^>]+>", " ", part).split())


# Quarters.


def test_a_steering_committee_owes_a_meeting_in_this_quarter_and_the_four_after_it(house: House) -> None:
    usual_procedure(house)
    with at("2027-01-04"):
        held_on(house, "2026-11-10")
        shown = card(house)
        for quarter in QUARTERS:
            assert f"Im {quarter} ist keine Sitzung vorgesehen." in shown
        assert "2. Quartal 2028" not in shown
        assert "bis zum Mittwoch, 17. März 2027 (noch 72 Tage)" in shown
        assert shown.index("1. Quartal 2027") < shown.index("2. Quartal 2027")


def test_planning_a_meeting_mends_its_quarter_and_cancelling_tears_it_open_again(house: House) -> None:
    usual_procedure(house)
    with at("2027-01-04"):
        meetings = held_on(
            house, "2026-12-22", "2027-03-30", "2027-05-11", "2027-08-10", "2027-11-09", "2028-02-08"
        )
        for meeting in meetings:
            state_of(house, meeting, state=MeetingState.INVITED, agenda_edition=1)
        assert card(house) == ""
        client = house.sign_in("secretary")
        submit(client, f"/meetings/{meetings[3]}/cancel")
        assert "3. Quartal 2027" in card(house)
        assert "2. Quartal 2027" not in card(house)


def test_the_committees_zone_says_in_which_quarter_a_meeting_lies(light_house: House) -> None:
    usual_procedure(light_house)
    with at("2027-01-04"):
        (meeting,) = held_on(light_house, "2027-03-31")
        late = datetime(2027, 3, 31, 22, 30, tzinfo=UTC)  # in Cologne it is April
        state_of(light_house, meeting, starts_at=late, ends_at=late + timedelta(hours=1))
        shown = card(light_house)
        assert "1. Quartal 2027" in shown
        assert "2. Quartal 2027" not in shown


@pytest.mark.parametrize(
    ("day", "words", "urgency"),
    [
        ("2027-02-03", "bis zum Mittwoch, 17. März 2027 (noch 42 Tage)", "bald fällig"),
        ("2027-03-16", "bis zum Mittwoch, 17. März 2027 (noch ein Tag)", "bald fällig"),
        ("2027-03-17", "bis zum Mittwoch, 17. März 2027 (heute ist der letzte Tag)", "bald fällig"),
        ("2027-03-18", "das Quartal endet am Mittwoch, 31. März 2027 (noch 13 Tage)", "überfällig"),
        (
            "2027-03-31",
            "das Quartal endet am Mittwoch, 31. März 2027 (heute ist der letzte Tag)",
            "überfällig",
        ),
    ],
)
def test_the_days_that_are_left_are_counted_and_grow_urgent(
    light_house: House, day: str, words: str, urgency: str
) -> None:
    usual_procedure(light_house)
    with at(day):
        held_on(light_house, "2026-12-22")
        rest = card(light_house).partition(f"Lenkungskreis {urgency} Im 1. Quartal 2027")[2]
        assert words in rest


def test_a_quarter_that_stayed_without_is_named_and_cannot_be_mended(light_house: House) -> None:
    usual_procedure(light_house)
    with at("2027-04-01"):
        _before, sign, after = card(light_house).partition("Das 1. Quartal 2027 blieb ohne Sitzung.")
        assert sign
        assert not after.startswith(" [")


def test_a_committee_that_is_younger_than_the_quarter_did_not_miss_it(light_house: House) -> None:
    usual_procedure(light_house)
    with light_house.rows() as rows:
        rows.execute(sa.update(Membership).values(starts_on=date(2027, 1, 2)))
        rows.commit()
    with at("2027-04-01"):
        assert "blieb ohne Sitzung" not in card(light_house)


def test_a_committee_without_the_duty_owes_no_meeting(light_house: House) -> None:
    with at("2027-03-18"):
        assert card(light_house) == ""
    usual_procedure(light_house, "fallgruppe")
    with at("2027-03-18"):
        assert card(light_house) == ""
    with light_house.rows() as rows:
        rows.execute(sa.update(Procedure).values(duty=Duty.QUARTER))
        rows.commit()
    with at("2027-03-18"):
        assert "UAG Wohnen" in card(light_house, "housing")


# Invitation, agenda, minutes, decisions.


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (18, ""),
        (17, "Die Einladung muss bis zum 18.02.2027 hinaus (noch 3 Tage)."),
        (14, "Die Einladung muss bis zum 15.02.2027 hinaus (heute ist der letzte Tag)."),
        (13, "Die Einladung hätte am 14.02.2027 hinaus sein müssen."),
    ],
)
def test_an_invitation_is_called_for_three_days_before_it_is_due(
    light_house: House, days: int, words: str
) -> None:
    with at("2027-02-15"):
        meeting = light_house.meeting(days=days)
        shown = card(light_house)
        assert words in shown
        assert bool(shown) is bool(words)
        assert not words or f"[/meetings/{meeting}/invite] Einladen" in shown
        press(light_house, meeting, "invite")
        assert card(light_house) == ""


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (10, ""),
        (9, "Die Tagesordnung muss bis zum 17.02.2027 verschickt sein (noch 2 Tage)."),
        (7, "Die Tagesordnung muss bis zum 15.02.2027 verschickt sein (heute ist der letzte Tag)."),
        (6, "Die Tagesordnung hätte am 14.02.2027 verschickt sein müssen."),
    ],
)
def test_an_agenda_is_called_for_two_days_before_it_is_due(light_house: House, days: int, words: str) -> None:
    with at("2027-02-15"):
        meeting = light_house.meeting(days=days, state=MeetingState.INVITED)
        shown = card(light_house)
        assert words in shown
        assert bool(shown) is bool(words)
        state_of(light_house, meeting, agenda_edition=1)
        assert card(light_house) == ""


def test_the_procedure_of_the_committee_sets_the_days(light_house: House) -> None:
    with light_house.rows() as rows:
        rows.execute(sa.update(Procedure).values(invitation_days=30, agenda_days=3))
        rows.commit()
    with at("2027-02-15"):
        light_house.meeting(days=20)
        assert "Die Einladung hätte am 05.02.2027 hinaus sein müssen." in card(light_house)
        assert "Tagesordnung" not in card(light_house)


def test_nothing_is_called_for_before_cancelled_meetings(light_house: House) -> None:
    with at("2027-02-15"):
        light_house.meeting(days=3, state=MeetingState.CANCELLED)
        light_house.meeting(days=-60, state=MeetingState.CANCELLED)
        assert card(light_house) == ""


def test_minutes_are_missed_after_two_weeks_and_their_approval_after_four(house: House) -> None:
    with at("2027-02-15", "07:00"):
        meeting = house.meeting(days=0, state=MeetingState.INVITED, agenda_edition=1)
    with at("2027-03-01"):
        assert card(house) == ""
    with at("2027-03-02"):
        assert "Sitzung am 15.02.2027: Das Protokoll hätte am 01.03.2027 vorliegen müssen." in card(house)
        assert f"[/meetings/{meeting}/minutes/new] Protokoll hochladen" in card(house)
        submit(
            house.sign_in("secretary"), f"/meetings/{meeting}/minutes/new", text="# TOP 1 Bericht\n\nBeraten."
        )
        assert card(house) == ""
    with at("2027-03-16"):
        assert "Das Protokoll hätte am 15.03.2027 genehmigt sein müssen." in card(house)
        draft = re.search(r"\[(/minutes/\d+)\]", card(house))[1]
        approve_minutes(house.sign_in("secretary"), draft.split("/")[2])
        assert card(house) == ""


def test_after_a_year_nobody_is_asked_for_minutes_any_more(light_house: House) -> None:
    with at("2027-02-15"):
        light_house.meeting(days=-300)
        light_house.meeting(days=-400)
        assert card(light_house).count("Das Protokoll hätte") == 1


def office_decision(house: House, **columns: object) -> str:
    address = house.decision(released=False, title="Geheimer Titel")
    with house.rows() as rows:
        wanted = sa.update(Decision).where(Decision.id == int(address.rpartition("/")[2]))
        rows.execute(wanted.values(**({"kind": DecisionKind.OFFICE_DECISION} | columns)))
        rows.commit()
    return address


def test_an_office_decision_needs_its_released_rationale_within_two_weeks(light_house: House) -> None:
    with at("2027-02-15"):
        address = office_decision(light_house)
    with at("2027-03-01"):
        assert card(light_house) == ""
    with at("2027-03-02"):
        shown = card(light_house)
        assert "Eine Entscheidung des Amtes vom 15.02.2027 ist noch ohne freigegebene Begründung." in shown
        assert f"[{address}] Zum Entwurf" in shown
        assert "Geheimer Titel" not in shown
        submit(light_house.sign_in("chair"), address, f"{address}/release", recognised="nobody")
        assert card(light_house) == ""


def test_the_two_weeks_of_an_office_decision_begin_with_its_meeting(light_house: House) -> None:
    with at("2027-02-15"):
        meeting = light_house.meeting(days=2, agenda_edition=1, state=MeetingState.INVITED)
        office_decision(light_house, meeting_id=meeting)
    with at("2027-03-03"):
        assert "Entscheidung" not in card(light_house)
    with at("2027-03-04"):
        assert "Entscheidung des Amtes vom 17.02.2027" in card(light_house)


def test_the_draft_of_a_resolution_may_wait(light_house: House) -> None:
    with at("2027-02-15"):
        office_decision(light_house, kind=DecisionKind.RESOLUTION)
    with at("2027-04-15"):
        assert card(light_house) == ""


# Who sees it.


def test_secretary_and_chair_of_the_committee_see_it_and_nobody_else(house: House) -> None:
    with at("2027-02-15"):
        house.meeting("fallgruppe", days=5)
        for name in ("secretary", "chair"):
            assert "Fallgruppe" in card(house, name)
        for name in ("member", "counsellor", "outsider", "housing", "admin"):
            assert card(house, name) == ""


def test_the_programme_lead_sees_steering_committees_only_and_without_a_link(house: House) -> None:
    make_lead(house, "outsider")
    with at("2027-02-15"):
        house.meeting("fallgruppe", days=5)
        house.meeting("lenkungskreis", days=5)
        shown = card(house, "outsider")
        assert "Lenkungskreis" in shown
        assert "Fallgruppe" not in shown
        assert "[" not in shown


def test_a_programme_lead_who_holds_an_office_of_the_committee_can_follow_the_links(house: House) -> None:
    make_lead(house, "chair")
    with at("2027-02-15"):
        house.meeting("lenkungskreis", days=5)
        assert card(house, "chair").count("Einladung hätte") == 1
        assert "[/meetings/" in card(house, "chair")


def test_whoever_led_the_office_until_yesterday_sees_nothing(light_house: House) -> None:
    make_lead(light_house, "outsider")
    with light_house.rows() as rows:
        rows.execute(sa.update(Affiliation).values(ends_on=date(2027, 2, 14)))
        rows.commit()
    with at("2027-02-15"):
        light_house.meeting(days=5)
        assert card(light_house, "outsider") == ""


def test_every_link_leads_to_a_page_that_mends(light_house: House) -> None:
    usual_procedure(light_house)
    with at("2027-02-15"):
        light_house.meeting(days=40)
        light_house.meeting(days=5)
        light_house.meeting(days=-20)
        shown, client = card(light_house), light_house.sign_in("secretary")
        links = re.findall(r"\[([^\]]+)\]", shown)
        assert len(links) >= 6
        assert {client.get(link).status_code for link in links} == {200}


def test_the_number_of_questions_to_the_database_does_not_grow_with_the_committees(
    light_house: House,
) -> None:
    def queries() -> int:
        asked: list[str] = []
        with light_house.rows() as rows:
            committees = rows.scalars(sa.select(Committee)).all()
            with light_house.listening("before_cursor_execute", lambda *given: asked.append(given[2])):
                assert shortfalls(committees)
        return len(asked)

    usual_procedure(light_house)
    few = queries()
    with light_house.rows() as rows:
        for n in range(30):
            more = Committee(slug=f"lk{n}", code=f"K{n}", name=f"Kreis {n}", kind=CommitteeKind.STEERING)
            rows.add(more)
        rows.commit()
    for n in range(30):
        light_house.meeting(f"lk{n}", days=5)
        light_house.meeting(f"lk{n}", days=-30)
    assert queries() == few


# The digest.


def digests(house: House, name: str | None = None) -> list[Letter]:
    found = house.letters("duty_digest")
    return [row for row in found if name is None or row.address == f"{name}@example.org"]


def text(letter: Letter) -> str:
    message = message_from_bytes(letter.body, policy=policy.default)
    return message.get_body(("plain",)).get_content().replace("\r\n", "\n")


def notices(house: House, name: str = "secretary") -> list[str]:
    with house.rows() as rows:
        person = person_by_email(f"{name}@example.org")
        return sorted(rows.scalars(sa.select(DutyNotice.key).where(DutyNotice.person_id == person.id)))


def test_one_digest_tells_everything_once_and_goes_out_at_six(house: House) -> None:
    with at("2027-02-16", "00:10"):
        meeting = house.meeting("lenkungskreis", days=5)
        house.meeting("fallgruppe", days=5)
        work(house)
        work(house)
    assert sorted(letter.address for letter in digests(house)) == [
        "chair@example.org",
        "secretary@example.org",
    ]
    letter = digests(house, "secretary")[0]
    assert letter.due_at == datetime(2027, 2, 16, 5, tzinfo=UTC)
    assert letter.head == "Was noch fehlt: 4 Punkte"
    assert text(letter).count("NEU") == 4
    assert f"/meetings/{meeting}" in text(letter)
    with at("2027-02-17", "00:10"):
        work(house)
    assert len(digests(house)) == 2, "nothing new"


def test_a_new_shortfall_brings_a_digest_of_all_in_which_it_is_marked(light_house: House) -> None:
    with at("2027-02-16"):
        light_house.meeting(days=5)
        work(light_house)
        light_house.meeting(days=-20)
    with at("2027-02-17"):
        work(light_house)
    latest = text(digests(light_house, "secretary")[-1])
    assert latest.count("NEU") == 1
    assert "Das Protokoll hätte" in latest.partition("NEU")[2]
    assert "Die Einladung hätte" in latest


def test_a_shortfall_that_grows_urgent_is_news_again(light_house: House) -> None:
    for day, count in [("2027-02-16", 1), ("2027-02-17", 1), ("2027-02-19", 2)]:
        with at(day):
            if day == "2027-02-16":
                light_house.meeting(days=16)
            work(light_house)
        assert len(digests(light_house, "secretary")) == count


def test_what_is_overdue_is_repeated_on_mondays_until_it_is_mended(light_house: House) -> None:
    with at("2027-02-16"):
        meeting = light_house.meeting(days=-20)
        work(light_house)
    for day, count in [("2027-02-19", 1), ("2027-02-22", 2), ("2027-02-23", 2), ("2027-03-01", 3)]:
        with at(day):
            work(light_house)
        assert len(digests(light_house, "secretary")) == count, day
    assert "NEU" not in text(digests(light_house, "secretary")[-1])
    with at("2027-03-08"):
        submit(
            light_house.sign_in("secretary"), f"/meetings/{meeting}/minutes/new", text="# TOP 1\n\nBeraten."
        )
        work(light_house)
    assert len(digests(light_house, "secretary")) == 4, "now the approval is late, and that is news"


def test_what_cannot_be_mended_or_is_far_away_is_not_repeated(light_house: House) -> None:
    usual_procedure(light_house)
    with at("2027-04-01"):
        held_on(light_house, "2027-06-29")
        work(light_house)
    assert "blieb ohne Sitzung" in text(digests(light_house, "secretary")[0])
    with at("2027-04-05"):
        work(light_house)
    assert len(digests(light_house, "secretary")) == 1


def test_what_is_mended_is_forgotten_and_told_anew_if_it_comes_again(house: House) -> None:
    with at("2027-02-16"):
        meeting = house.meeting(days=-20)
        work(house)
        assert notices(house) == [f"minutes:{meeting}:overdue"]
        state_of(house, meeting, state=MeetingState.CANCELLED)
    with at("2027-02-17"):
        work(house)
        assert notices(house) == []
        state_of(house, meeting, state=MeetingState.HELD)
    with at("2027-02-18"):
        work(house)
    assert len(digests(house, "secretary")) == 2


def test_who_leaves_the_office_is_told_nothing_more(light_house: House) -> None:
    with at("2027-02-16"):
        light_house.meeting(days=-20)
        work(light_house)
        with light_house.rows() as rows:
            person = person_by_email("secretary@example.org")
            rows.execute(
                sa.update(Membership)
                .where(Membership.person_id == person.id)
                .values(ends_on=date(2027, 2, 17))
            )
            rows.commit()
    with at("2027-02-22"):
        work(light_house)
    assert len(digests(light_house, "secretary")) == 1
    assert notices(light_house) == []
    assert len(digests(light_house, "chair")) == 2


def test_a_digest_whose_matters_are_all_mended_before_six_is_not_sent(house: House) -> None:
    with MailServer() as server:
        connect(house, server)
        with at("2027-02-16", "00:10"):
            meeting = house.meeting(days=-20)
            work(house)
            state_of(house, meeting, state=MeetingState.CANCELLED)
        with at("2027-02-16", "07:00"):
            work(house)
        assert server.received == []
    assert {letter.state.value for letter in digests(house)} == {"dropped"}


def test_of_two_digests_that_wait_only_the_later_one_is_sent(light_house: House) -> None:
    with at("2027-02-16"):
        light_house.meeting(days=-20)
        work(light_house)  # there is no mail server yet
        light_house.meeting(days=-21)
    with MailServer() as server, at("2027-02-17", "09:00"):
        connect(light_house, server)
        work(light_house)
        assert len(server.received) == 2
    states = [letter.state.value for letter in digests(light_house, "secretary")]
    assert states == ["dropped", "sent"]


def test_the_programme_lead_gets_a_digest_without_links_into_foreign_committees(light_house: House) -> None:
    make_lead(light_house, "outsider")
    with at("2027-02-16"):
        meeting = light_house.meeting(days=5)
        light_house.meeting("fallgruppe", days=5)
        work(light_house)
    (letter,) = digests(light_house, "outsider")
    assert "Lenkungskreis" in text(letter)
    assert "Fallgruppe" not in text(letter)
    assert f"/meetings/{meeting}" not in letter.body.decode()


def test_no_text_of_a_case_group_stands_in_a_digest(light_house: House) -> None:
    with at("2027-02-16"):
        light_house.meeting("fallgruppe", days=5, title="Fall Amina Beispiel")
        light_house.meeting("fallgruppe", days=-30, title="Fall Amina Beispiel")
        work(light_house)
    (letter,) = digests(light_house, "secretary")
    assert "Fallgruppe" in text(letter)
    assert "Amina" not in letter.body.decode() + letter.head + card(light_house)


WISHES: list[tuple[LetterWish, Callable[[list[Letter]], bool]]] = [
    (LetterWish.AT_ONCE, lambda found: [row.state.value for row in found] == ["queued"]),
    (LetterWish.DAILY, lambda found: len(found) == 1),
    (LetterWish.COMPULSORY, lambda found: found == []),
]


@pytest.mark.parametrize(("wish", "fits"), WISHES)
def test_the_digest_is_a_letter_that_one_may_refuse(
    light_house: House, wish: LetterWish, fits: Callable[[list[Letter]], bool]
) -> None:
    with light_house.rows() as rows:
        rows.execute(sa.update(Person).where(Person.email == "secretary@example.org").values(letters=wish))
        rows.commit()
    with at("2027-02-16"):
        light_house.meeting(days=5)
        work(light_house)
    found = digests(light_house, "secretary")
    assert fits(found)
    assert all("List-Unsubscribe" in letter.body.decode() for letter in found)


def test_everybody_reads_the_digest_in_their_own_language(light_house: House) -> None:
    with light_house.rows() as rows:
        rows.execute(sa.update(Person).where(Person.email == "chair@example.org").values(language="en"))
        rows.commit()
    with at("2027-02-16"):
        light_house.meeting(days=5)
        work(light_house)
    assert "Sitzung am 21.02.2027" in text(digests(light_house, "secretary")[0])
    assert "21 Feb 2027" in text(digests(light_house, "chair")[0])
