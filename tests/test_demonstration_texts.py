"""The invented demonstration: a complete world, texts that fit together and hold no client's data."""

import random
import re
import tomllib
from collections import Counter
from collections.abc import Collection
from dataclasses import asdict
from datetime import date
from importlib.resources import files

import pytest

from meetings.meeting import PLACE_LENGTH
from meetings.rules import MeetingRule
from minutes.decision import OUTCOME_LENGTH, TITLE_LENGTH, TOPIC_LENGTH, DecisionKind
from minutes.demonstration import texts
from minutes.legal_basis import REFERENCE_LENGTH
from portal.committees import CommitteeKind, Role
from portal.people import AffiliationRole, AgencyKind
from portal.textguard import Kind, scan

WORLD = texts.world()
BY_ACCOUNT = {person.account: person for person in WORLD.people if person.account}
HELD, FOLLOWING = date(2026, 11, 10), date(2027, 2, 9)
BLOCKS = tomllib.loads(files("minutes.demonstration").joinpath("sentences.toml").read_text(encoding="utf-8"))
CASE = re.compile(r"F-\d{4}-\d{3}")


def members(committee: str) -> set[str]:
    return {person.name for person in WORLD.people if committee in person.committees}


def deputies(committee: str) -> set[str]:
    names = {person.email: person.name for person in WORLD.people}
    return {names[deputy.person] for deputy in WORLD.deputies if deputy.committee == committee}


def bulk(count: int, seed: int = 7) -> list[texts.DecisionText]:
    rng = random.Random(seed)
    return [texts.bulk_decision(rng) for _ in range(count)]


def words_of(decision: texts.DecisionText) -> str:
    return "\n\n".join(guarded_parts(decision))


def test_the_world_has_one_office_and_five_counselling_agencies() -> None:
    assert Counter(AgencyKind(agency.kind) for agency in WORLD.agencies) == {"office": 1, "counselling": 5}


def test_everybody_has_an_own_address_that_no_mail_server_serves() -> None:
    addresses = [person.email for person in WORLD.people]
    assert len(addresses) == len(set(addresses)) == 29
    assert all(re.fullmatch(r"[a-z.-]+@example\.org", address) for address in addresses)


def test_everybody_but_the_administrator_works_for_a_known_agency() -> None:
    slugs = {agency.slug for agency in WORLD.agencies}
    strangers = [person.account for person in WORLD.people if person.agency not in slugs]
    assert strangers == ["admin"]
    assert all(person.role in set(AffiliationRole) for person in WORLD.people if person.agency)


def test_the_five_accounts_sit_where_the_handbook_says() -> None:
    assert {account: dict(person.committees) for account, person in BY_ACCOUNT.items()} == {
        "admin": {},
        "secretary": {"lenkungskreis": "secretary", "fallgruppe": "secretary"},
        "chair": {"lenkungskreis": "chair", "fallgruppe": "chair"},
        "member": {"lenkungskreis": "member"},
        "outsider": {"uag-wohnen": "member"},
    }


@pytest.mark.parametrize("committee", WORLD.committees, ids=lambda committee: committee.slug)
def test_every_committee_has_one_chair_and_one_secretary(committee: texts.CommitteeText) -> None:
    roles = Counter(
        Role(person.committees[committee.slug])
        for person in WORLD.people
        if committee.slug in person.committees
    )
    assert CommitteeKind(committee.kind)
    assert roles[Role.CHAIR] == roles[Role.SECRETARY] == 1
    assert roles[Role.MEMBER] >= 5


def test_the_steering_committee_is_the_leads_and_its_secretary() -> None:
    leads = {person.name for person in WORLD.people if person.role == "lead"}
    assert len(leads) == 6
    assert members("lenkungskreis") == leads | {BY_ACCOUNT["secretary"].name}


def test_the_case_group_joins_the_office_with_counsellors_of_every_agency() -> None:
    sitting = [person for person in WORLD.people if "fallgruppe" in person.committees]
    assert {person.agency for person in sitting} == {agency.slug for agency in WORLD.agencies}
    assert all(person.agency == "auslaenderamt" or person.role == "counsellor" for person in sitting)


def test_a_deputy_stands_in_for_a_member_of_that_committee() -> None:
    (deputy,) = WORLD.deputies
    represented = next(person for person in WORLD.people if person.email == deputy.stands_in_for)
    assert represented.name in members(deputy.committee)
    assert deputies(deputy.committee).isdisjoint(members(deputy.committee))


@pytest.mark.parametrize(
    ("slug", "day"),
    [
        ("lenkungskreis", date(2027, 2, 9)),
        ("fallgruppe", date(2027, 2, 4)),
        ("uag-bildung-arbeit", date(2027, 1, 20)),
        ("uag-wohnen", date(2027, 3, 15)),
    ],
)
def test_the_rules_name_the_agreed_weekdays(slug: str, day: date) -> None:
    rule = next(committee.rule for committee in WORLD.committees if committee.slug == slug)
    assert MeetingRule(**asdict(rule)).day(2027, 1) == day
    assert len(rule.place) <= PLACE_LENGTH


def test_there_are_eight_minutes_four_of_them_of_the_steering_committee() -> None:
    numbers: dict[str, list[int]] = {committee.slug: [] for committee in WORLD.committees}
    for text in texts.minutes():
        numbers[text.committee].append(text.number)
    assert numbers == {
        "lenkungskreis": [1, 2, 3, 4],
        "fallgruppe": [1, 2],
        "uag-bildung-arbeit": [1],
        "uag-wohnen": [1],
    }


@pytest.mark.parametrize("text", texts.minutes(), ids=lambda text: f"{text.committee}-{text.number}")
def test_minutes_name_the_whole_committee_and_nobody_else(text: texts.MinutesText) -> None:
    named = {person.name for person in WORLD.people if person.name in text.text}
    assert members(text.committee) <= named <= members(text.committee) | deputies(text.committee)


@pytest.mark.parametrize("text", texts.minutes(), ids=lambda text: f"{text.committee}-{text.number}")
def test_minutes_carry_the_days_of_this_and_the_next_meeting_in_german(text: texts.MinutesText) -> None:
    dated = text.dated(HELD, FOLLOWING)
    assert dated.index("10. November 2026") < dated.index("9. Februar 2027")
    assert not set("{}") & set(dated)


def test_due_dates_lie_three_weeks_after_the_meeting() -> None:
    dated = "".join(text.dated(HELD, FOLLOWING) for text in texts.minutes())
    assert dated.count("01.12.") >= 8


def test_only_the_case_group_speaks_of_cases_and_only_by_reference() -> None:
    speaking = {text.committee for text in texts.minutes() if CASE.search(text.text)}
    assert speaking == {"fallgruppe"}
    assert not any(CASE.search(words_of(decision)) for decision in texts.decisions())


def test_the_minutes_of_the_steering_committee_write_votes_in_many_ways() -> None:
    steering = "\n".join(text.text for text in texts.minutes() if text.committee == "lenkungskreis")
    for notation in (
        "7/0/0",
        "5 Ja-Stimmen, 1 Nein-Stimme",
        "**Dagegen 1**",
        "Mit 5 zu 0 Stimmen",
        "6 Ja",
        "instimmig",
    ):
        assert notation in steering
    assert "abgelehnt" in steering
    assert "vertagt" in steering


def test_the_decisions_are_as_many_as_promised() -> None:
    kinds = Counter(
        (decision.committee.split("-")[0], DecisionKind(decision.kind)) for decision in texts.decisions()
    )
    assert kinds == {
        ("lenkungskreis", "office_decision"): 14,
        ("fallgruppe", "office_decision"): 3,
        ("fallgruppe", "resolution"): 2,
        ("uag", "resolution"): 5,
    }


def test_three_decisions_are_drafts_and_only_a_draft_has_findings() -> None:
    drafts = [decision for decision in texts.decisions() if not decision.released]
    assert len(drafts) == 3
    assert [decision.with_findings for decision in texts.decisions()].count(True) == 1
    assert any(decision.with_findings for decision in drafts)


def test_a_decision_supersedes_an_earlier_released_one_of_its_committee() -> None:
    decisions = texts.decisions()
    pairs = [(place, new.supersedes) for place, new in enumerate(decisions) if new.supersedes is not None]
    assert pairs
    for place, older in pairs:
        assert older < place
        assert decisions[older].committee == decisions[place].committee
        assert decisions[older].released


@pytest.mark.parametrize("decision", texts.decisions(), ids=lambda decision: decision.title)
def test_a_decision_has_outlines_arguments_and_consequences_of_readable_length(
    decision: texts.DecisionText,
) -> None:
    parts = (decision.outline, decision.arguments, decision.conclusion)
    assert all(len(part.split()) > 10 for part in parts)
    assert 100 <= sum(len(part.split()) for part in parts) <= 300
    assert decision.minutes in {f"{text.committee}-{text.number}" for text in texts.minutes()}
    assert decision.minutes.startswith(decision.committee)


@pytest.mark.parametrize("decision", [*texts.decisions(), *bulk(60)], ids=lambda decision: decision.title)
def test_a_decision_fits_into_its_row(decision: texts.DecisionText) -> None:
    assert 0 < len(decision.title) <= TITLE_LENGTH
    assert 0 < len(decision.outcome) <= OUTCOME_LENGTH
    assert all(len(reference) <= REFERENCE_LENGTH for reference in decision.legal_bases)
    assert len(decision.legal_bases) == len(set(decision.legal_bases)) > 0
    assert all(len(topic) <= TOPIC_LENGTH for topic in decision.topics)
    assert decision.title[0].isupper()
    assert decision.outcome[0].isupper()
    assert decision.outcome.endswith(".")


def test_twelve_topics_serve_all_decisions() -> None:
    written = {topic for decision in texts.decisions() for topic in decision.topics}
    mixed = {topic for decision in bulk(2000) for topic in decision.topics}
    assert written == mixed
    assert len(written) == 12


def test_bulk_decisions_are_varied_and_repeatable() -> None:
    decisions = bulk(10_000)
    assert len({decision.title for decision in decisions}) > 8_000
    assert (
        len({(decision.outline, decision.arguments, decision.conclusion) for decision in decisions}) > 9_990
    )
    assert decisions[:50] == bulk(50)
    assert decisions[0] != bulk(1, seed=8)[0]


def test_every_slot_of_the_building_blocks_is_filled() -> None:
    used = set(re.findall(r"\{(\w+)\}", "".join(blocks())))
    assert used == {"group", "gen", "dat", "cond", "evidence", *BLOCKS["slots"]}
    assert not any("{" in words_of(decision) for decision in bulk(2000))


def test_groups_and_conditions_follow_one_another_without_stumbling() -> None:
    conditions = [condition for theme in BLOCKS["themes"] for condition in theme["conditions"]]
    forms = [form for groups in BLOCKS["groups"].values() for forms in groups for form in forms]
    assert not any(condition.startswith("mit ") for condition in conditions)
    assert not any(" ohne " in form or " mit " in form for form in forms)


def test_the_guard_finds_no_client_in_any_building_block() -> None:
    words = {"group": "geduldete Eltern", "gen": "geduldeter Eltern", "dat": "geduldeten Eltern"}
    words |= {
        "cond": "ohne gültigen Nationalpass",
        "evidence": "Zeugnisse",
        "months": "drei",
        "weeks": "zwei",
    }
    assert {block: found for block in blocks() if (found := blocking(block.format_map(words)))} == {}


def test_the_guard_finds_no_client_in_bulk_decisions() -> None:
    guarded = [part for decision in bulk(100) for part in guarded_parts(decision)]
    assert {part: found for part in guarded if (found := blocking(part))} == {}


@pytest.mark.parametrize(
    "decision", [d for d in texts.decisions() if not d.with_findings], ids=lambda d: d.title
)
def test_the_guard_finds_no_client_in_a_decision(decision: texts.DecisionText) -> None:
    assert [finding for part in guarded_parts(decision) for finding in blocking(part)] == []


@pytest.mark.parametrize("group", texts.problem_groups(), ids=lambda group: group.title)
def test_the_guard_finds_no_client_in_a_problem_group(group: texts.ProblemGroupText) -> None:
    assert [finding for part in (group.title, group.text, group.answer) for finding in blocking(part)] == []


def test_the_guard_shows_a_newcomer_name_birth_date_and_azr_number() -> None:
    (marked,) = [decision for decision in texts.decisions() if decision.with_findings]
    assert {finding.kind for finding in scan(f"{marked.outline}\n{marked.arguments}")} >= {
        Kind.PERSON,
        Kind.BIRTH_DATE,
        Kind.AZR,
    }


@pytest.mark.parametrize(
    "text", [text for text in texts.minutes() if text.committee == "fallgruppe"], ids=lambda text: text.number
)
def test_the_guard_finds_no_client_in_the_minutes_of_the_case_group(text: texts.MinutesText) -> None:
    assert blocking(text.dated(HELD, FOLLOWING), members(text.committee)) == []


def guarded_parts(decision: texts.DecisionText) -> tuple[str, ...]:
    return decision.title, decision.outcome, decision.outline, decision.arguments, decision.conclusion


def blocking(text: str, known_people: Collection[str] = ()) -> list[str]:
    return [f"{finding.kind}: {finding.excerpt}" for finding in scan(text, known_people) if finding.blocking]


def blocks(value: object = BLOCKS) -> list[str]:
    """All texts in the tables, however deep."""
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for part in inner for text in blocks(part)]
