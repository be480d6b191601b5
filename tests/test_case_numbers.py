"""The number of a case stands in agendas and minutes of its case group, and in no decision."""

import re

import pytest
from doors import House, submit
from test_decisions import NEW, drafts, write
from test_guard_pages import ask

from portal import case_numbers, textguard


@pytest.mark.parametrize(
    ("text", "replaced"),
    [
        ("Wie in F-2026-021 auch.", "Wie in ein Fall auch."),
        ("Im Fall f–2026–21 und im Falle F 2026/021.", "Im Fall und im Falle."),
        ("Siehe LK-2026-021, § 25b und BF-2026-1.", None),
    ],
)
def test_what_is_the_number_of_a_case_and_what_is_put_in_its_place(text: str, replaced: str | None) -> None:
    found = list(case_numbers.case_numbers(text))
    assert bool(found) is (replaced is not None)
    assert textguard.replace(text, found) == (replaced or text)


def test_a_decision_with_the_number_of_a_case_is_held_until_it_is_replaced(light_house: House) -> None:
    writer, chair = light_house.sign_in("secretary"), light_house.sign_in("chair")
    outcome = "Im Fall F-2026-021 genügt die Erklärung der Beratungsstelle."
    draft = write(writer, outcome=outcome)
    page = writer.get(draft).text
    assert "geschützt wie ein Name" in page
    assert "Fallreferenz des Portals" not in page
    assert f"{draft}/release" not in chair.get(draft).text
    submit(writer, draft, f"{draft}/replace")
    assert drafts(light_house)[0].outcome == outcome.replace(" F-2026-021", "")
    assert f"{draft}/release" in chair.get(draft).text


def test_it_is_marked_while_one_writes_a_decision_and_stays_quiet_on_the_agenda_of_the_case_group(
    light_house: House,
) -> None:
    writer, words = light_house.sign_in("secretary"), "Wie in F-2026-021."
    pane = ask(writer, NEW, title=words).json["panes"]["title"]
    assert re.search('data-replacement="ein Fall"', pane)
    assert "geschützt wie ein Name" in pane
    meeting = light_house.meeting("fallgruppe")
    agenda = f"/meetings/{meeting}/agenda/new"
    assert "F-2026-021</mark>" not in ask(writer, agenda, title=words).json["panes"]["title"]
    assert submit(writer, agenda, title=words).status_code == 302
