"""References to laws: however they are typed, they get one spelling; what is none stays as it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minutes.legal_basis import read
from minutes.legal_basis_spelling import LAWS, canonical

PARTS = [
    "§",
    "§§",
    "Art.",
    "25b",
    "25 ",
    "V",
    "Abs.",
    "Satz",
    "Nr.",
    "1",
    "bis",
    ",",
    "und",
    "i. V. m.",
    "AufenthG",
    "GG",
]


@pytest.mark.parametrize(
    ("typed", "spelled"),
    [
        ("§ 25b Abs. 1 Satz 2 Nr. 3 AufenthG", ["§ 25b Abs. 1 Satz 2 Nr. 3 AufenthG"]),
        ("§25b abs 1 s 2 nr 3 aufenthg", ["§ 25b Abs. 1 Satz 2 Nr. 3 AufenthG"]),
        ("25b aufenthg", ["§ 25b AufenthG"]),
        ("§ 25 V AufenthG", ["§ 25 Abs. 5 AufenthG"]),
        ("§ 25b I 2 Nr. 3 AufenthG", ["§ 25b Abs. 1 Satz 2 Nr. 3 AufenthG"]),
        ("§ 25 b Absatz 1 des Aufenthaltsgesetzes", ["§ 25b Abs. 1 AufenthG"]),
        ("§§ 25a, 25b und 60a AufenthG", ["§ 25a AufenthG", "§ 25b AufenthG", "§ 60a AufenthG"]),
        ("§ 60a Abs. 2 iVm § 25b AufenthG", ["§ 60a Abs. 2 AufenthG", "i. V. m. § 25b AufenthG"]),
        ("§ 5 AufenthG, art. 8 emrk", ["§ 5 AufenthG", "Art. 8 EMRK"]),
        ("§§ 27-36 AufenthG", ["§§ 27 bis 36 AufenthG"]),
        ("§ 25b Abs. 1, 2 AufenthG", ["§ 25b Abs. 1, 2 AufenthG"]),
        ("§ 7 Abs. 1 Satz 2 sgb ii", ["§ 7 Abs. 1 Satz 2 SGB II"]),
        ("§ 48 vwvfg nrw", ["§ 48 VwVfG NRW"]),
        ("§ 3 freizügg/eu", ["§ 3 FreizügG/EU"]),
        ("§ 12a XyzG", ["§ 12a XyzG"]),
        ("Erlass vom 3. März 2024", ["Erlass vom 3. März 2024"]),
        ("vgl.  § 25b AufenthG analog", ["vgl. § 25b AufenthG analog"]),
        ("§ 25 Abs. 5", ["§ 25 Abs. 5"]),
    ],
)
def test_a_reference_gets_its_one_spelling(typed: str, spelled: list[str]) -> None:
    assert canonical(typed) == spelled
    assert [again for one in spelled for again in canonical(one)] == spelled


@pytest.mark.parametrize("law", sorted(LAWS))
def test_every_listed_law_is_read_however_it_is_typed(law: str) -> None:
    for typed in (law, law.lower(), law.upper()):
        place = read(f"§ 5 Abs. 1 {typed}")
        assert (place.section, place.law) == ("5", law)


@pytest.mark.parametrize(
    ("reference", "place"),
    [
        ("i. V. m. Art. 8 EMRK", "Art. 8 EMRK"),
        ("vgl. § 25b Abs. 1 AufenthG analog", "§ 25b AufenthG"),
        ("§§ 27 bis 36 AufenthG", "§ 27 AufenthG"),
        ("Erlass vom 3. März", "None"),
    ],
)
def test_a_reference_is_found_by_its_provision(reference: str, place: str) -> None:
    assert str(read(reference)) == place


@given(st.lists(st.sampled_from(PARTS) | st.text(max_size=6), max_size=12).map(" ".join))
def test_no_reference_is_lost_or_spelled_twice(typed: str) -> None:
    once = canonical(typed)
    assert once
    assert [again for one in once for again in canonical(one)] == once
    digits = [char for char in typed if char.isdecimal()]
    if once == [" ".join(typed.split())] or "i. V. m." in typed:
        return
    assert all(char in "".join(once) for char in digits)
