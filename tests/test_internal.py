"""Internal passages: the committee reads them, nobody else; and what the chair opens to all committees."""

import pytest
import sqlalchemy as sa
from doors import House, submit, token
from test_editions import approve, begin
from test_review import TEXT, typed

from minutes import passages
from minutes.minutes import Minutes

SECRET = """# Protokoll

## TOP 1 Haushalt

Der Haushalt wird vorgestellt.

::: intern
## TOP 2 Kündigung

Vertraulich: Kostenstelle Zitrone.

**Beschluss:** Die Zitrone wird gekündigt.
Abstimmung: einstimmig
:::

## TOP 3 Fest

**Beschluss:** Das Sommerfest findet statt.
Abstimmung: einstimmig
"""
HIDDEN = ("Zitrone", "Kündigung", "gekündigt", "Vertraulich", "intern", "Intern")


def shared(house: House, text: str = SECRET) -> int:
    """Approved minutes of the steering committee that its chair opened to all committees."""
    minutes = typed(house, text=text)
    approve(house, minutes)
    page = f"/minutes/{minutes}/share"
    assert submit(house.sign_in("chair"), page).status_code == 302
    return minutes


def main_part(page: str) -> str:
    """What stands on a page between its head and its foot."""
    return page.partition("<main")[2].partition("</main>")[0]


def test_the_committee_reads_internal_passages_set_apart_by_a_word(light_house: House) -> None:
    minutes = typed(light_house, text=SECRET)
    approve(light_house, minutes)
    page = light_house.sign_in("member").get(f"/minutes/{minutes}").text
    assert '<div class="internal"><p class="internal-mark">Intern, nur für das Gremium</p>' in page
    assert "Kostenstelle Zitrone" in page


def test_guests_read_neither_internal_passages_nor_what_stems_from_them(light_house: House) -> None:
    minutes = shared(light_house)
    guest = light_house.sign_in("outsider")
    page = main_part(guest.get(f"/minutes/{minutes}").text)
    assert "Der Haushalt wird vorgestellt." in page
    assert "Das Sommerfest findet statt." in page
    assert [words for words in HIDDEN if words in page] == []
    with light_house.rows() as rows:
        meeting = rows.get_one(Minutes, minutes).meeting_id
    for address in ("original", "difference", "review/changes", "comments/new", "share", "edit", "approve"):
        assert guest.get(f"/minutes/{minutes}/{address}").status_code == 404, address
    assert f"/meetings/{meeting}" not in page
    assert guest.get(f"/meetings/{meeting}").status_code == 404


def test_guests_find_shared_minutes_by_open_words_only(light_house: House) -> None:
    minutes = shared(light_house)
    guest, member = light_house.sign_in("outsider"), light_house.sign_in("member")
    link = f'href="/minutes/{minutes}"'
    for query in ("", "sommerfeste", "HAUSHALT vorgestellt"):
        assert link in guest.get(f"/minutes?q={query}").text, query
    for query in ("Zitrone", "gekündigt", "Haushalt Zitrone", "div", "%", "_"):
        page = guest.get(f"/minutes?q={query}").text
        assert link not in page, query
        assert "Kostenstelle" not in page
    excerpt = main_part(guest.get("/minutes?q=vorgestellt").text)
    assert [words for words in HIDDEN if words in excerpt] == []
    found = member.get("/minutes?q=zitronen").text
    assert link in found
    assert "<mark>Zitrone</mark>" in found


def test_a_text_that_is_internal_as_a_whole_shows_guests_nothing(light_house: House) -> None:
    minutes = shared(light_house, "::: intern\nNur die Zitrone.\n")
    guest = light_house.sign_in("outsider")
    assert "Zitrone" not in guest.get(f"/minutes/{minutes}").text
    assert "Zitrone" not in guest.get("/minutes?q=zitrone").text.replace('value="zitrone"', "")


def test_only_the_chair_shares_and_takes_back_and_only_what_is_approved(light_house: House) -> None:
    minutes = typed(light_house)
    chair, secretary = light_house.sign_in("chair"), light_house.sign_in("secretary")
    page = f"/minutes/{minutes}/share"
    assert chair.get(page).status_code == 404
    approve(light_house, minutes)
    assert secretary.get(page).status_code == 404
    assert secretary.post(page, data={"csrf_token": token(secretary), "version": "2"}).status_code == 404
    submit(chair, page)
    guest = light_house.sign_in("outsider")
    assert guest.get(f"/minutes/{minutes}").status_code == 200
    assert light_house.run("verify").exit_code == 0
    submit(chair, page, f"{page}/end")
    assert guest.get(f"/minutes/{minutes}").status_code == 404
    assert light_house.sign_in("admin").get(f"/minutes/{minutes}").status_code == 404


@pytest.mark.parametrize(
    "opening",
    [
        "::: intern\u00a0",
        ":::\u00a0intern",
        "::: Intern:",
        "::: intern :::",
        "> ::: intern",
        "::::\tINTERN\r",
        "::: {.intern}",
        "::: intern (vertraulich)",
    ],
)
def test_what_could_begin_an_internal_passage_begins_one(opening: str) -> None:
    text = f"offen\n{opening}\nGEHEIM\n:::\nEnde"
    assert passages.without_internal(text) == "offen\nEnde"
    assert passages.internal_lines(text) == {3}
    assert passages.stray_marks(text) == []


def test_a_passage_within_a_passage_ends_only_itself() -> None:
    text = "a\n::: intern\nA\n::: hinweis\nB\n:::\nC\n:::\nb\n::: intern\noffen gelassen"
    assert passages.without_internal(text) == "a\nb"
    assert passages.internal_lines(text) == {3, 4, 5, 6, 7, 11}
    assert passages.is_left_open(text)


def test_after_the_last_passage_that_a_text_may_have_all_stays_inside() -> None:
    text = "a\n:::intern\nX\n:::\n" * 5000
    assert passages.without_internal(text).split() == ["a"] * passages.MOST
    assert passages.render(text).count("<p>") < 3 * passages.MOST


def test_passages_together_are_no_more_work_than_one_text_may_be() -> None:
    html = passages.render("\n".join(["[" * 2800, ":::intern", "[" * 2800, ":::"] * 20))
    assert html.count("<pre>") == 40


def test_a_decision_that_was_moved_into_a_passage_is_not_told_outside(light_house: House) -> None:
    minutes = typed(
        light_house, text="# P\n\n**Beschluss:** Xaver wird entlassen.\nAbstimmung: 6:0\n\nRest\n"
    )
    secretary, page = light_house.sign_in("secretary"), f"/minutes/{minutes}/edit"
    moved = "# P\n\nHierzu siehe unten.\n\nRest\n\n::: intern\n**Beschluss:** Xaver wird entlassen.\n:::\n"
    assert submit(secretary, page, page, text=moved).status_code == 302
    with light_house.rows() as rows:  # as an edit leaves it that keeps the row at the line beside it
        rows.execute(sa.text("UPDATE minutes_decision SET first_line = 3, last_line = 3"))
        rows.commit()
    approve(light_house, minutes)
    submit(light_house.sign_in("chair"), f"/minutes/{minutes}/share")
    assert "entlassen" in light_house.sign_in("member").get(f"/minutes/{minutes}").text
    guest = light_house.sign_in("outsider")
    assert "Hierzu siehe unten." in guest.get(f"/minutes/{minutes}").text
    assert "entlassen" not in guest.get(f"/minutes/{minutes}").text
    assert b"entlassen" not in guest.get(f"/minutes/{minutes}/open.md").data


def test_nothing_is_shared_while_a_mark_stands_alone(light_house: House) -> None:
    minutes = typed(light_house, text="# P\n\nSiehe ::: intern\nGEHEIM\n:::\n")
    approve(light_house, minutes)
    chair, page = light_house.sign_in("chair"), f"/minutes/{minutes}/share"
    assert "eine Zeile mit „:::“ (Zeile 5)" in chair.get(page).text
    assert chair.post(page, data={"csrf_token": token(chair), "version": "2"}).location == page
    assert light_house.sign_in("outsider").get(f"/minutes/{minutes}").status_code == 404


def test_minutes_of_a_case_group_are_never_shared(light_house: House) -> None:
    minutes = typed(light_house, "fallgruppe")
    approve(light_house, minutes)
    chair, guest = light_house.sign_in("chair"), light_house.sign_in("outsider")
    assert chair.get(f"/minutes/{minutes}/share").status_code == 404
    with light_house.rows() as rows:
        rows.execute(sa.text("UPDATE minutes SET shared_at = '2026-01-01 00:00:00'"))
        rows.commit()
    assert guest.get(f"/minutes/{minutes}").status_code == 404
    assert f"/minutes/{minutes}" not in guest.get("/minutes").text
    assert "open to all committees" in light_house.run("verify").output


def test_a_new_edition_is_shared_anew_or_not_at_all(light_house: House) -> None:
    first = shared(light_house)
    second = begin(light_house, first)
    guest = light_house.sign_in("outsider")
    assert guest.get(f"/minutes/{first}").status_code == 200
    approve(light_house, second)
    assert [guest.get(f"/minutes/{number}").status_code for number in (first, second)] == [404, 404]
    submit(light_house.sign_in("chair"), f"/minutes/{second}/share")
    assert "Fassung 2" in guest.get(f"/minutes/{second}").text
    assert light_house.run("verify").exit_code == 0


def test_the_list_holds_what_the_reader_may_read_by_committee_and_by_page(light_house: House) -> None:
    ours, cases = typed(light_house, text=TEXT), typed(light_house, "fallgruppe", days=-4)
    secretary, member = light_house.sign_in("secretary"), light_house.sign_in("member")
    both = [f'href="/minutes/{number}"' for number in (ours, cases)]
    assert [link in secretary.get("/minutes").text for link in both] == [True, True]
    assert [link in secretary.get("/minutes?committee=fallgruppe").text for link in both] == [False, True]
    assert [link in member.get("/minutes").text for link in both] == [False, False]
    assert secretary.get("/minutes?page=9").location == "/minutes"
    assert "Kein Protokoll gefunden" in member.get("/minutes?committee=fallgruppe").text
