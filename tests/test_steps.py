"""After the release: withdrawn by two people with a reason, opened by the chair, published by the steering chair."""

import re

import pytest
import sqlalchemy as sa
from doors import House, forms_of, submit, token
from flask.testing import FlaskClient
from sqlalchemy.exc import IntegrityError

from minutes.decision import Decision
from minutes.decision_steps import DecisionStep, WithdrawalRequest
from minutes.sealing import SealedError
from portal.audit import AuditEntry
from portal.chain import ChainLink
from portal.people import Person

REASON = "Die Rechtslage hat sich geändert."


def stored(house: House, number: str) -> tuple[str, str]:
    """State and audience."""
    with house.rows() as rows:
        wanted = sa.select(Decision.state, Decision.audience).where(Decision.number == number)
        return tuple(rows.execute(wanted).one())


def links(house: House) -> list[str]:
    with house.rows() as rows:
        return list(rows.scalars(sa.select(ChainLink.kind).order_by(ChainLink.sequence)))


def ask(browser: FlaskClient, number: str, reason: str = REASON) -> str:
    page = f"/decisions/{number}/withdraw"
    return str(submit(browser, page, page, reason=reason).text)


def confirm(browser: FlaskClient, number: str, action: str = "confirm") -> str:
    """Send the second person's answer, whether it is offered or not; returns the page to which it leads."""
    page = f"/decisions/{number}/withdraw"
    forms = forms_of(browser.get(page).text)
    given = next(form["fields"] for form in forms if "request_id" in form["fields"])
    answer = browser.post(f"{page}/{action}", data=given, follow_redirects=True)
    return str(answer.text)


def open_to(browser: FlaskClient, number: str, what: str, answer: str | None = "nobody") -> int:
    page = f"/decisions/{number}/{what}"
    return submit(browser, page, page, recognised=answer).status_code


def test_a_withdrawal_takes_two_people_and_stands_in_the_chain(house: House) -> None:
    number, writer, chair = house.decision(), house.sign_in("secretary"), house.sign_in("chair")
    ask(writer, number)
    assert "Sina Schreiber beantragt" in chair.get(f"/decisions/{number}").text
    assert stored(house, number)[0] == "released"
    assert "ist zurückgenommen" in confirm(chair, number)
    assert stored(house, number)[0] == "withdrawn"
    assert links(house) == ["released", "withdrawn"]
    page = house.sign_in("member").get(f"/decisions/{number}").text
    assert REASON in page
    assert f"/decisions/{number}/withdraw" not in page
    verified = house.run("verify")
    assert verified.exit_code == 0, verified.output


def test_a_wish_to_withdraw_reaches_those_who_can_confirm_it(light_house: House) -> None:
    number = light_house.decision(title="Was zurückgenommen werden soll")
    people = {name: light_house.sign_in(name) for name in ("secretary", "chair", "member")}
    ask(people["secretary"], number)
    waiting = {name: "Rücknahmen, die auf Sie warten" in one.get("/").text for name, one in people.items()}
    assert waiting == {"secretary": False, "chair": True, "member": False}
    assert f"/decisions/{number}/withdraw" in people["chair"].get("/").text
    assert "Rücknahme beantragt" in people["chair"].get(f"/decisions/{number}").text
    assert "guard.js" not in people["chair"].get(f"/decisions/{number}/withdraw").text
    confirm(people["chair"], number)
    assert "Rücknahmen, die" not in people["chair"].get("/").text


def test_nobody_withdraws_alone_nor_with_a_second_account(house: House) -> None:
    number, writer, chair = house.decision(), house.sign_in("secretary"), house.sign_in("chair")
    ask(writer, number)
    assert "Zurücknehmen muss eine zweite Person" in confirm(writer, number)
    with house.rows() as rows:
        second = sa.update(Person).where(Person.email == "chair@example.org")
        rows.execute(second.values(email="secretary+2@example.org"))
        rows.commit()
    assert "/withdraw/confirm" not in chair.get(f"/decisions/{number}/withdraw").text
    assert "Zurücknehmen muss eine zweite Person" in confirm(chair, number)
    assert stored(house, number)[0] == "released"


def test_the_database_refuses_a_withdrawal_by_one_person(house: House) -> None:
    number = house.decision()
    ask(house.sign_in("secretary"), number)
    confirm(house.sign_in("chair"), number)
    for change in ("asked_by_id = person_id", "asked_by_id = NULL"):
        with house.rows() as rows, pytest.raises(IntegrityError):
            rows.execute(sa.text(f"UPDATE decision_step SET {change}"))


def test_a_step_never_changes(light_house: House) -> None:
    number = light_house.decision("fallgruppe")
    open_to(light_house.sign_in("chair"), number, "share")
    for change in (
        lambda row: setattr(row, "reason", "anders"),
        lambda row: sa.inspect(row).session.delete(row),
    ):
        with light_house.rows() as rows:
            change(rows.scalars(sa.select(DecisionStep)).one())
            with pytest.raises(SealedError):
                rows.commit()
            rows.rollback()


def test_a_reason_that_names_somebody_is_refused_and_kept(light_house: House) -> None:
    number = light_house.decision()
    words = "Frau Selin Aydemir hat geklagt."
    page = ask(light_house.sign_in("secretary"), number, words)
    assert "könnte jemanden benennen" in page
    assert words in page
    assert "Bitte füllen" in ask(light_house.sign_in("secretary"), number, " ")
    with light_house.rows() as rows:
        assert rows.scalars(sa.select(WithdrawalRequest)).all() == []


def test_a_request_is_dropped_and_may_be_made_anew_but_not_twice(light_house: House) -> None:
    number, writer = light_house.decision(), light_house.sign_in("secretary")
    fields = forms_of(writer.get(f"/decisions/{number}/withdraw").text)
    form = next(form["fields"] for form in fields if "reason" in form["fields"]) | {"reason": REASON}
    for _ in range(2):
        answer = writer.post(f"/decisions/{number}/withdraw", data=form, follow_redirects=True)
    assert "schon beantragt" in answer.text
    stale = next(
        form["fields"]
        for form in forms_of(writer.get(f"/decisions/{number}/withdraw").text)
        if "request_id" in form["fields"]
    )
    assert "gilt weiter" in confirm(writer, number, "drop")
    ask(writer, number, "Ein anderer Grund.")
    chair = light_house.sign_in("chair")
    stale["csrf_token"] = forms_of(chair.get("/").text)[0]["fields"]["csrf_token"]
    answer = chair.post(f"/decisions/{number}/withdraw/confirm", data=stale, follow_redirects=True)
    assert "inzwischen geändert" in answer.text
    assert stored(light_house, number)[0] == "released"


def test_what_is_superseded_is_not_withdrawn_and_what_is_withdrawn_not_superseded(light_house: House) -> None:
    old, writer, chair = (
        light_house.decision(),
        light_house.sign_in("secretary"),
        light_house.sign_in("chair"),
    )
    draft = light_house.decision(released=False, title="Die neue Regel")
    submit(writer, f"{draft}/edit", supersedes=old)
    ask(writer, old)
    page = confirm(chair, old)
    assert "ist zurückgenommen" in page
    refused = submit(chair, draft, f"{draft}/release", recognised="nobody")
    assert "ablösen soll, ist zurückgenommen" in chair.get(refused.location).text
    assert "mit dieser Nummer gibt es nicht" in submit(writer, f"{draft}/edit", supersedes=old).text


def test_members_learn_of_a_withdrawal_and_its_reason(light_house: House) -> None:
    number = light_house.decision(title="Der Titel")
    ask(light_house.sign_in("secretary"), number)
    [asked] = light_house.letters("withdrawal_asked")
    assert asked.address == "chair@example.org"
    assert number in asked.head
    assert REASON not in asked.body.decode()
    confirm(light_house.sign_in("chair"), number)
    letters = light_house.letters("decision_step")
    assert [letter.address for letter in letters] == [
        f"{name}@example.org" for name in ("chair", "member", "secretary")
    ]
    assert number in letters[0].head
    assert "Rechtslage" in letters[0].body.decode()


def test_a_letter_about_a_case_group_says_neither_title_nor_reason(light_house: House) -> None:
    number = light_house.decision("fallgruppe", title="Geheimtitel")
    ask(light_house.sign_in("secretary"), number, "Die geheime Weisung gilt nicht mehr.")
    confirm(light_house.sign_in("chair"), number)
    letters = light_house.letters("decision_step") + light_house.letters("withdrawal_asked")
    assert len(letters) == 4
    assert not any("eheim" in f"{letter.head}{letter.body.decode()}" for letter in letters)


def test_the_chair_opens_a_case_groups_decision_and_then_others_find_it(house: House) -> None:
    number = house.decision("fallgruppe", title="Regenbogenregel", topics=["Regenbogen"])
    outsider, chair = house.sign_in("outsider"), house.sign_in("chair")
    assert outsider.get(f"/decisions/{number}").status_code == 404
    assert number not in outsider.get("/decisions?q=Regenbogenregel").text
    assert open_to(chair, number, "share") == 302
    assert stored(house, number) == ("released", "programme")
    assert "Regenbogenregel" in outsider.get(f"/decisions/{number}").text
    assert number in outsider.get("/decisions?q=Regenbogenregel").text
    assert links(house) == ["released", "shared"]
    verified = house.run("verify")
    assert verified.exit_code == 0, verified.output


def test_only_the_chair_of_the_steering_committee_publishes_and_only_what_all_committees_read(
    light_house: House,
) -> None:
    number, chair = light_house.decision("fallgruppe"), light_house.sign_in("chair")
    assert chair.get(f"/decisions/{number}/publish").status_code == 404
    open_to(chair, number, "share")
    for name in ("secretary", "member", "counsellor", "outsider", "admin"):
        browser = light_house.sign_in(name)
        assert browser.get(f"/decisions/{number}/publish").status_code == 404
        given = {"csrf_token": token(browser), "recognised": "nobody", "version": "2"}
        assert browser.post(f"/decisions/{number}/publish", data=given).status_code == 404
    assert open_to(chair, number, "publish") == 302
    assert stored(light_house, number) == ("released", "public")
    assert links(light_house) == ["released", "shared", "published"]
    assert light_house.run("verify").exit_code == 0
    assert chair.get(f"/decisions/{number}/publish").status_code == 404


@pytest.mark.parametrize("what", ["share", "publish"])
def test_opening_asks_what_only_a_human_knows(light_house: House, what: str) -> None:
    number = light_house.decision("fallgruppe" if what == "share" else "lenkungskreis")
    before, chair = stored(light_house, number), light_house.sign_in("chair")
    assert open_to(chair, number, what, None) == open_to(chair, number, what, "somebody") == 422
    assert stored(light_house, number) == before
    assert open_to(chair, number, what) == 302
    with light_house.rows() as rows:
        details = rows.scalars(sa.select(AuditEntry.detail).where(AuditEntry.action.startswith("decision.")))
        assert [row["recognised"] for row in details if "recognised" in row] == ["nobody"]


def test_what_the_guard_finds_today_is_not_opened_any_further(light_house: House) -> None:
    number, chair = (
        light_house.decision(arguments="Rückfragen an amt@example.org."),
        light_house.sign_in("chair"),
    )
    assert "als unbedenklich galt" in chair.get(f"/decisions/{number}/publish").text
    with light_house.rows() as rows:
        rows.execute(sa.text("DELETE FROM dismissal"))
        rows.commit()
    page = chair.get(f"/decisions/{number}/publish").text
    assert "findet heute mehr" in page
    token = forms_of(page)[0]["fields"]["csrf_token"]
    with light_house.rows() as rows:
        version = rows.scalar(sa.select(Decision.version))
    given = {"csrf_token": token, "version": str(version), "recognised": "nobody"}
    answer = chair.post(f"/decisions/{number}/publish", data=given, follow_redirects=True)
    assert re.search("findet in dieser Entscheidung heute", answer.text)
    assert stored(light_house, number)[1] == "programme"


def test_the_page_offers_each_reader_only_their_steps(light_house: House) -> None:
    number = light_house.decision("fallgruppe")
    offered = {
        name: re.findall(
            rf'href="/decisions/{number}/(\w+)"', light_house.sign_in(name).get(f"/decisions/{number}").text
        )
        for name in ("secretary", "chair", "counsellor")
    }
    steps = {"share", "publish", "withdraw"}
    assert {name: sorted(steps & set(found)) for name, found in offered.items()} == {
        "secretary": ["withdraw"],
        "chair": ["share", "withdraw"],
        "counsellor": [],
    }
