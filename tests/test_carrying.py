"""What minutes leave to the next agenda: deferred matters until they are taken up, and the open tasks as one item."""

from datetime import date
from typing import Any

import sqlalchemy as sa
from doors import House
from test_agenda import add, items, press
from test_tasks import FLYER, HALL, approved, draft, in_days, person, press_approve

from meetings.agenda import ItemKind
from meetings.agenda_editing import offers
from meetings.meeting import Meeting, MeetingState
from minutes.editions import begin_edition
from minutes.minutes import Minutes
from minutes.proposals import (
    DecisionProposal,
    DeferralProposal,
    ItemProposal,
    Outcome,
    TaskProposal,
    VoteMode,
)
from minutes.tasks import Task

TEXT = "# TOP 1 Haushalt\n\nDer Punkt wird vertagt.\n\n# TOP 2 Fälle\n\nF-2026-014 wird vertagt.\n"


def deferring(house: House, days: int, *texts: str, slug: str = "lenkungskreis") -> int:
    """Approved minutes in which these matters, or the item "Haushalt", are put off."""
    number = draft(house, house.meeting(slug, days=days), text=TEXT)
    with house.rows() as rows:
        minutes = rows.get_one(Minutes, number)
        minutes.items = [ItemProposal(position=0, title="Haushalt", first_line=1, accepted=True)]
        minutes.deferrals = [
            DeferralProposal(position=n, text=text, accepted=True) for n, text in enumerate(texts)
        ] or [DeferralProposal(position=0, text="Der Punkt", first_line=3, last_line=3, accepted=True)]
        rows.commit()
    press_approve(house, number)
    return number


def offered(house: House, meeting: int) -> list[Any]:
    with house.rows() as rows:
        found = offers(rows.get_one(Meeting, meeting))
        return [row for row in found if row.origin.startswith(("deferral:", "deferred:", "tasks:"))]


def titles(house: House, meeting: int) -> list[str]:
    return [row.title for row in offered(house, meeting)]


def test_open_tasks_of_all_meetings_are_one_item_the_most_urgent_first(house: House) -> None:
    approved(house, house.meeting(days=-60), (FLYER, "Mia, Amt", None), ("Erledigtes", "", None))
    approved(house, house.meeting(days=-20), (HALL, "", in_days(5)), ("Altes", "", in_days(-5)))
    approved(house, house.meeting("uag-wohnen", days=-9), ("Fremdes", "", None))
    with house.rows() as rows:
        rows.scalars(sa.select(Task).where(Task.text == "Erledigtes")).one().finish(None)
        rows.commit()
    meeting, secretary = house.meeting(), house.sign_in("secretary")
    (item,) = offered(house, meeting)
    assert item.title.startswith("Offene Aufgaben (Stand ")
    assert item.kind is ItemKind.INFORMATION
    assert [line.split(" – ")[0] for line in item.text.split("\n")] == ["– Altes", f"– {HALL}", f"– {FLYER}"]
    assert "Frist war: " in item.text.split("\n")[0]
    assert item.text.endswith("Zuständig: Mia Glied, Amt.")
    page = f"/meetings/{meeting}/agenda"
    press(secretary, page, f"{page}/carry", origin="*")
    assert offered(house, meeting) == []
    assert len(items(house, meeting)) == 1
    assert len(offered(house, house.meeting(days=60))) == 1, "every meeting looks at them anew"


def test_more_tasks_than_fit_are_counted(light_house: House) -> None:
    rows = [(f"Aufgabe {n}: " + "lang " * 300, "", None) for n in range(30)]
    approved(light_house, light_house.meeting(days=-5), *rows)
    (item,) = offered(light_house, light_house.meeting())
    assert len(item.text) <= 4000
    *lines, last = item.text.split("\n")
    assert last == f"Und {30 - len(lines)} weitere."


def test_what_was_deferred_is_offered_until_a_later_meeting_takes_it_up(light_house: House) -> None:
    deferring(light_house, -60)
    meeting, later = light_house.meeting(days=10), light_house.meeting(days=40)
    assert titles(light_house, meeting) == titles(light_house, later) == ["Haushalt"]
    secretary, page = light_house.sign_in("secretary"), f"/meetings/{meeting}/agenda"
    press(secretary, page, f"{page}/carry", origin="*")
    (item,) = items(light_house, meeting)
    assert (item.title, item.text[:19]) == ("Haushalt", "Vertagt in der Sitz")
    assert titles(light_house, later) == []
    with light_house.rows() as rows:
        rows.get_one(Meeting, meeting).state = MeetingState.CANCELLED
        rows.commit()
    assert titles(light_house, later) == ["Haushalt"], "a cancelled meeting takes nothing up"


def test_a_matter_that_was_treated_under_its_title_is_not_offered_again(light_house: House) -> None:
    deferring(light_house, -60, "Haushalt", "Leitbild", "Umzug")
    meeting, before = light_house.meeting(days=30), light_house.meeting(days=20)
    add(light_house.sign_in("secretary"), before, title="leitbild")
    number = draft(light_house, light_house.meeting(days=-20))
    with light_house.rows() as rows:
        rows.get_one(Minutes, number).items = [ItemProposal(position=0, title="Umzug", accepted=True)]
        rows.commit()
    assert titles(light_house, meeting) == ["Haushalt", "Umzug"], "drafts tell nothing yet"
    press_approve(light_house, number)
    assert titles(light_house, meeting) == ["Haushalt"]


def test_put_off_twice_it_is_offered_once_and_what_is_long_ago_never(light_house: House) -> None:
    deferring(light_house, -400, "Altes")
    deferring(light_house, -60, "Haushalt")
    deferring(light_house, -30, "Haushalt", "Haushalt")
    (item,) = offered(light_house, light_house.meeting())
    with light_house.rows() as rows:
        assert item.origin == f"deferral:{rows.scalar(sa.select(sa.func.max(DeferralProposal.id))) - 1}"


def test_the_newest_edition_says_what_was_deferred(light_house: House) -> None:
    number = deferring(light_house, -10, "Haushalt", "Irrtum")
    with light_house.rows() as rows:
        edition = begin_edition(rows.get_one(Minutes, number), "Irrtum", person(rows, "secretary").id)
        edition.deferrals = edition.deferrals[:1]
        rows.commit()
        new = edition.id
    meeting = light_house.meeting()
    assert titles(light_house, meeting) == ["Haushalt", "Irrtum"]
    press_approve(light_house, new)
    assert titles(light_house, meeting) == ["Haushalt"]


def test_deferred_decisions_and_cases_keep_their_kind(light_house: House) -> None:
    number = draft(light_house, light_house.meeting("fallgruppe", days=-10), text=TEXT)
    with light_house.rows() as rows:
        minutes = rows.get_one(Minutes, number)
        minutes.deferrals = [
            DeferralProposal(position=0, text="Der Fall", first_line=7, last_line=7, accepted=True)
        ]
        minutes.decisions = [
            DecisionProposal(
                position=0,
                text="Es wird " + "sehr " * 50 + "lange beraten.",
                outcome=Outcome.DEFERRED,
                mode=VoteMode.NOT_RECORDED,
                accepted=True,
            )
        ]
        minutes.tasks = [TaskProposal(position=0, text="Akten ordnen", due=date(2027, 3, 12), accepted=True)]
        rows.commit()
    press_approve(light_house, number)
    case, decision, tasks = offered(light_house, light_house.meeting("fallgruppe"))
    assert (case.kind, case.title, case.case_reference) == (ItemKind.CASE, "F-2026-014", "F-2026-014")
    assert decision.kind is ItemKind.DECISION
    assert decision.title.endswith("…")
    assert "lange beraten." in decision.text
    assert "Frist: 12.03.2027" in tasks.text or "Frist war: 12.03.2027" in tasks.text
