"""Provisions to choose from while typing: the usual ones of the field, and those that the reader's archive uses."""

import re

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from minutes.decision import Decision
from minutes.decision_access import visible_decisions
from minutes.legal_basis import LegalBasis, Provision
from minutes.legal_basis_spelling import canonical, citations
from portal.database import session

MOST_FROM_ARCHIVE = 200
ARTICLE = re.compile(r"\s*art", re.IGNORECASE)
_ACT = "AufenthG"

USUAL = {
    "§ 5 Abs. 1 AufenthG": _l("Allgemeine Erteilungsvoraussetzungen"),
    "§ 5 Abs. 3 Satz 2 AufenthG": _l("Absehen von Erteilungsvoraussetzungen"),
    "§ 9 AufenthG": _l("Niederlassungserlaubnis"),
    "§ 10 Abs. 3 AufenthG": _l("Titelsperre nach dem Asylverfahren"),
    "§ 11 Abs. 4 AufenthG": _l("Aufhebung des Einreise- und Aufenthaltsverbots"),
    "§ 12a AufenthG": _l("Wohnsitzregelung"),
    "§ 16g AufenthG": _l("Aufenthaltserlaubnis zur Berufsausbildung für Ausreisepflichtige"),
    "§ 18a AufenthG": _l("Fachkräfte mit Berufsausbildung"),
    "§ 19d AufenthG": _l("Qualifizierte Geduldete zur Beschäftigung"),
    "§ 23a AufenthG": _l("Aufenthalt in Härtefällen"),
    "§ 25 Abs. 3 AufenthG": _l("Abschiebungsverbot"),
    "§ 25 Abs. 4 Satz 1 AufenthG": _l("Vorübergehender Aufenthalt"),
    "§ 25 Abs. 4 Satz 2 AufenthG": _l("Außergewöhnliche Härte"),
    "§ 25 Abs. 5 AufenthG": _l("Unmöglichkeit der Ausreise"),
    "§ 25a Abs. 1 AufenthG": _l("Gut integrierte Jugendliche und junge Volljährige"),
    "§ 25a Abs. 2 AufenthG": _l("Eltern und Geschwister gut integrierter Jugendlicher"),
    "§ 25b Abs. 1 AufenthG": _l("Nachhaltige Integration"),
    "§ 25b Abs. 1 Satz 2 Nr. 3 AufenthG": _l("Sicherung des Lebensunterhalts"),
    "§ 25b Abs. 2 AufenthG": _l("Versagungsgründe bei nachhaltiger Integration"),
    "§ 25b Abs. 3 AufenthG": _l("Absehen aus gesundheitlichen Gründen oder wegen Alters"),
    "§ 26 Abs. 4 AufenthG": _l("Niederlassungserlaubnis aus humanitären Gründen"),
    "§ 28 Abs. 1 AufenthG": _l("Familiennachzug zu Deutschen"),
    "§ 36 Abs. 2 AufenthG": _l("Nachzug sonstiger Angehöriger"),
    "§ 36a AufenthG": _l("Familiennachzug zu subsidiär Schutzberechtigten"),
    "§ 48 Abs. 3 AufenthG": _l("Mitwirkung bei der Beschaffung von Papieren"),
    "§ 54 AufenthG": _l("Ausweisungsinteresse"),
    "§ 60 Abs. 5 AufenthG": _l("Abschiebungsverbot nach der EMRK"),
    "§ 60 Abs. 7 Satz 1 AufenthG": _l("Konkrete Gefahr für Leib, Leben oder Freiheit"),
    "§ 60a Abs. 2 Satz 1 AufenthG": _l("Duldung: Abschiebung unmöglich"),
    "§ 60a Abs. 2 Satz 3 AufenthG": _l("Ermessensduldung"),
    "§ 60a Abs. 6 AufenthG": _l("Beschäftigungsverbot für Geduldete"),
    "§ 60b AufenthG": _l("Duldung bei ungeklärter Identität"),
    "§ 60c AufenthG": _l("Ausbildungsduldung"),
    "§ 60d AufenthG": _l("Beschäftigungsduldung"),
    "§ 61 AufenthG": _l("Räumliche Beschränkung und Wohnsitzauflage"),
    "§ 81 Abs. 4 AufenthG": _l("Fiktionswirkung"),
    "§ 104c AufenthG": _l("Chancen-Aufenthaltsrecht"),
    "§ 5 AufenthV": _l("Zumutbarkeit der Passbeschaffung"),
    "§ 32 BeschV": _l("Beschäftigung von Geduldeten"),
    "§ 1a AsylbLG": _l("Anspruchseinschränkung"),
    "§ 2 AsylbLG": _l("Leistungen in besonderen Fällen"),
    "§ 10 StAG": _l("Anspruchseinbürgerung"),
    "Art. 6 GG": _l("Schutz von Ehe und Familie"),
    "Art. 8 EMRK": _l("Recht auf Achtung des Privat- und Familienlebens"),
    "Art. 3 KRK": _l("Wohl des Kindes"),
}


def spelled(reference: str) -> list[str]:
    """The provisions of a reference, each in its one spelling; what is none stays as it is.

    A section without its law (`25b`, `§ 60d`) is one of the residence act where only that act has a usual one of
    this number.
    """
    found = citations(f"{reference} {_ACT}")
    is_usual = all(one.law == _ACT and one.section in _USUAL_SECTIONS for one in found)
    if found and is_usual and not citations(reference) and not ARTICLE.match(reference):
        return [str(one) for one in found]
    return canonical(reference)


def suggestions() -> dict[str, str]:
    """References to choose from, each with what it is about; those of the archive have no words of their own.

    Only decisions that the reader may see count: nobody learns from a list what another committee dealt with.
    """
    usual = {reference: str(words) for reference, words in USUAL.items()}
    return usual | {name: "" for name in _of_archive() if name not in usual}


def _usual_sections() -> set[str]:
    usual = [one for reference in USUAL for one in citations(reference) if one.place.sign == "§"]
    return {one.section for one in usual if one.law == _ACT} - {
        one.section for one in usual if one.law != _ACT
    }


_USUAL_SECTIONS = _usual_sections()


def _of_archive() -> list[str]:
    readable = (
        visible_decisions()
        .with_only_columns(LegalBasis.provision_id)
        .join(LegalBasis, LegalBasis.decision_id == Decision.id)
        .where(LegalBasis.provision_id == Provision.id)
        .correlate(Provision)
        .order_by(None)
    )
    wanted = (
        sa.select(Provision).where(readable.exists()).order_by(Provision.law, Provision.section, Provision.id)
    )
    return [row.name for row in session.scalars(wanted.limit(MOST_FROM_ARCHIVE))]
