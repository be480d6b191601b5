"""The database: durable, one writer at a time, and readers that wait for nobody."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
import time_machine
from doors import House, submit

from portal.database import UtcDateTime, database
from portal.people import Person
from portal.signin import SignIn


def test_sqlite_is_durable_and_checks_references(light_house: House) -> None:
    with light_house.rows() as rows:
        wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10_000}
        assert {name: rows.scalar(sa.text(f"PRAGMA {name}")) for name in wanted} == wanted


def test_references_to_nothing_are_refused(house: House) -> None:
    with house.rows() as rows, pytest.raises(sa.exc.IntegrityError):
        rows.execute(sa.insert(SignIn).values(token_digest="x", person_id=99, credentials=0))


def test_of_many_writers_at_once_none_is_lost(house: House) -> None:
    with house.rows() as rows:
        before = rows.get_one(Person, 1).credentials

    def count(times: int) -> None:
        for _ in range(times):
            with house.app.app_context(), database().session(writes=True) as own:
                person = own.scalars(sa.select(Person).where(Person.id == 1).with_for_update()).one()
                person.credentials += 1
                own.commit()

    threads = [threading.Thread(target=count, args=(25,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with house.rows() as rows:
        assert rows.get_one(Person, 1).credentials == before + 100


def test_two_secretaries_who_save_the_same_state_lose_nothing(house: House) -> None:
    meeting = house.meeting()
    first, second = house.sign_in("secretary"), house.sign_in("chair")
    page = f"/meetings/{meeting}/edit"
    stale = second.get(page).text.split('name="version" type="hidden" value="')
    assert submit(first, page, place="Saal A").status_code == 302
    version = stale[1].partition('"')[0] if len(stale) > 1 else "1"
    answer = submit(second, page, place="Saal B", version=version)
    assert answer.status_code == 422
    assert "Saal B" in answer.text
    assert "Saal A" in first.get(f"/meetings/{meeting}").text


def test_pages_are_read_while_somebody_writes(house: House) -> None:
    client = house.sign_in("member")
    with house.app.app_context(), database().session(writes=True) as own:
        own.execute(sa.update(Person).where(Person.id == 1).values(name="Wird gerade geschrieben"))
        with time_machine.travel(datetime.now(UTC) + timedelta(minutes=5)):
            for page in ("/", "/committees", "/decisions", "/calendar", "/account"):
                assert client.get(page).status_code == 200
        own.rollback()


def test_moments_keep_their_instant_and_refuse_to_have_no_zone(house: House) -> None:
    summer = datetime.fromisoformat("2027-07-01T12:00:00+02:00")
    with house.rows() as rows:
        person = rows.get_one(Person, 1)
        person.created_at = summer
        rows.commit()
        rows.expire_all()
        assert rows.get_one(Person, 1).created_at == summer
        assert rows.get_one(Person, 1).created_at.utcoffset() == timedelta(0)
    with pytest.raises(ValueError, match="without a zone"):
        UtcDateTime().process_bind_param(datetime(2027, 7, 1), database_dialect())  # noqa: DTZ001


def database_dialect() -> sa.Dialect:
    return sa.make_url("sqlite://").get_dialect()()
