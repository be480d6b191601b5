"""The programme of the cooperation agreement: office, five agencies, committees; no people, no decisions."""

from collections.abc import Callable

import sqlalchemy as sa

from portal.committees import Committee, CommitteeKind, note_changed_committee
from portal.database import session
from portal.people import Agency, AgencyKind

AGENCIES = [
    ("auslaenderamt", "Ausländeramt der Stadt Köln", "Ausländeramt", AgencyKind.OFFICE),
    ("agisra", "agisra e.V.", "agisra", AgencyKind.COUNSELLING),
    ("caritas", "Caritasverband für die Stadt Köln e.V.", "Caritas", AgencyKind.COUNSELLING),
    ("diakonie", "Diakonisches Werk Köln und Region e.V.", "Diakonie", AgencyKind.COUNSELLING),
    ("fluechtlingsrat", "Kölner Flüchtlingsrat e.V.", "Flüchtlingsrat", AgencyKind.COUNSELLING),
    ("rom", "Rom e.V.", "Rom e.V.", AgencyKind.COUNSELLING),
]

# The agreement, 1.1 and 1.2, and the working groups of the table of measures.
COMMITTEES = [
    ("lenkungskreis", "LK", "Lenkungskreis Bleibeperspektiven", CommitteeKind.STEERING),
    ("fallgruppe", "FG", "Fallgruppe", CommitteeKind.CASE_GROUP),
    ("uag-bildung-arbeit", "UBA", "UAG Bildung und Arbeit", CommitteeKind.WORKING_GROUP),
    ("uag-sprache", "USP", "UAG Sprache", CommitteeKind.WORKING_GROUP),
    ("uag-wohnen", "UWO", "UAG Wohnen", CommitteeKind.WORKING_GROUP),
]

# The agreement, 1.1: what the steering committee talks about in every meeting.
STEERING_ITEMS = [
    "Stand des Programms",
    "Entwicklung und besondere Herausforderungen",
    "Erweiterung des Personenkreises",
]

furnishings: dict[str, Callable[[Committee], None]] = {}
"""What upper rooms give each committee of the programme, where it has nothing yet; they fill it."""


def fill_in() -> None:
    """Add what is not there yet, in the current transaction."""
    for slug, name, short_name, kind in AGENCIES:
        if session.scalar(sa.select(Agency.id).where(Agency.slug == slug)) is None:
            session.add(Agency(slug=slug, name=name, short_name=short_name, kind=kind))
    for slug, code, name, group in COMMITTEES:
        committee = session.scalar(sa.select(Committee).where(Committee.slug == slug))
        if committee is None:
            committee = Committee(slug=slug, code=code, name=name, kind=group)
            session.add(committee)
            note_changed_committee(committee)
        for furnish in furnishings.values():
            furnish(committee)
