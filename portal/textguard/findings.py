"""What the text guard reports: kinds, severities and the words shown for them."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l


class Severity(enum.StrEnum):
    """High and medium findings stop a release, low ones are notes."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Kind(enum.StrEnum):
    """What was found."""

    PERSON = "person"
    INITIALS = "initials"
    BIRTH_DATE = "birth_date"
    ADDRESS = "address"
    PHONE = "phone"
    EMAIL = "email"
    ONLINE_ID = "online_id"
    AZR = "azr"
    FILE_NUMBER = "file_number"
    COURT_FILE = "court_file"
    DOC_NUMBER = "doc_number"
    IBAN = "iban"
    TAX_ID = "tax_id"
    SV_NUMBER = "sv_number"
    KV_NUMBER = "kv_number"
    PLATE = "plate"
    QUASI = "quasi"


@dataclass(frozen=True, slots=True)
class Finding:
    """One marked place; `start` and `end` count code points of the text as it was given, end exclusive.

    `replacement` holds the German words proposed instead of `excerpt`, which is `text[start:end]`.
    `name` is the bare name of a person, where one was read; `person` counts the people of a document from 1 on.
    """

    kind: Kind
    severity: Severity
    start: int
    end: int
    excerpt: str
    replacement: str
    name: str = ""
    person: int = 0

    @property
    def blocking(self) -> bool:
        """Whether this finding stops a release until somebody replaces or dismisses it."""
        return self.severity is not Severity.LOW


@dataclass(frozen=True, slots=True)
class Candidate:
    """What one detector proposes; positions count characters of the normalised view.

    `name` is the bare name of a person, without salutation, role or title.
    """

    kind: Kind
    severity: Severity
    start: int
    end: int
    replacement: str
    name: str = field(default="")


PLACEHOLDERS: Mapping[Kind, str] = {
    Kind.PERSON: "[Name]",
    Kind.INITIALS: "[Initialen]",
    Kind.BIRTH_DATE: "[Geburtsdatum]",
    Kind.ADDRESS: "[Anschrift]",
    Kind.PHONE: "[Telefonnummer]",
    Kind.EMAIL: "[E-Mail-Adresse]",
    Kind.ONLINE_ID: "[Online-Profil]",
    Kind.AZR: "[AZR-Nummer]",
    Kind.FILE_NUMBER: "[Aktenzeichen]",
    Kind.COURT_FILE: "[Gerichtsaktenzeichen]",
    Kind.DOC_NUMBER: "[Ausweisnummer]",
    Kind.IBAN: "[Kontonummer]",
    Kind.TAX_ID: "[Steuernummer]",
    Kind.SV_NUMBER: "[Rentenversicherungsnummer]",
    Kind.KV_NUMBER: "[Krankenversichertennummer]",
    Kind.PLATE: "[Kfz-Kennzeichen]",
    Kind.QUASI: "[allgemeinere Beschreibung]",
}

KIND_LABELS: Mapping[Kind, LazyString] = {
    Kind.PERSON: _l("Name"),
    Kind.INITIALS: _l("Initialen"),
    Kind.BIRTH_DATE: _l("Geburtsdatum"),
    Kind.ADDRESS: _l("Anschrift"),
    Kind.PHONE: _l("Telefonnummer"),
    Kind.EMAIL: _l("E-Mail-Adresse"),
    Kind.ONLINE_ID: _l("Online-Profil"),
    Kind.AZR: _l("AZR-Nummer"),
    Kind.FILE_NUMBER: _l("Aktenzeichen"),
    Kind.COURT_FILE: _l("Gerichtsaktenzeichen"),
    Kind.DOC_NUMBER: _l("Ausweis- oder Dokumentennummer"),
    Kind.IBAN: _l("Kontoverbindung"),
    Kind.TAX_ID: _l("Steuernummer"),
    Kind.SV_NUMBER: _l("Rentenversicherungsnummer"),
    Kind.KV_NUMBER: _l("Krankenversichertennummer"),
    Kind.PLATE: _l("Kfz-Kennzeichen"),
    Kind.QUASI: _l("Erkennbare Person"),
}

KIND_REASONS: Mapping[Kind, LazyString] = {
    Kind.PERSON: _l(
        "Hier steht vermutlich der Name eines Menschen; schreiben Sie stattdessen die Rolle, "
        "zum Beispiel „die Mandantin“ oder „die Person“."
    ),
    Kind.INITIALS: _l(
        "Anfangsbuchstaben verraten im kleinen Kreis den Namen; schreiben Sie „die Person“ oder „Person A“."
    ),
    Kind.BIRTH_DATE: _l(
        "Ein Geburtsdatum führt zu einem einzelnen Menschen; nennen Sie höchstens ein ungefähres Alter."
    ),
    Kind.ADDRESS: _l(
        "Eine Anschrift führt zu einem einzelnen Haushalt; nennen Sie höchstens Stadt oder Stadtbezirk."
    ),
    Kind.PHONE: _l("Eine Telefonnummer gehört nicht in diesen Text; lassen Sie sie weg."),
    Kind.EMAIL: _l("Eine E-Mail-Adresse nennt meist einen Namen; lassen Sie sie weg."),
    Kind.ONLINE_ID: _l(
        "Ein Profil im Internet führt zu einem einzelnen Menschen; schreiben Sie nur „in sozialen Medien“."
    ),
    Kind.AZR: _l(
        "Die Nummer aus dem Ausländerzentralregister gehört genau einem Menschen; lassen Sie sie weg."
    ),
    Kind.FILE_NUMBER: _l(
        "Ein Aktenzeichen führt zur Akte eines Menschen; in der Fallgruppe steht dafür die Fallreferenz des Portals, in"
        " Entscheidungen „ein Fall“."
    ),
    Kind.COURT_FILE: _l(
        "Das Aktenzeichen eines eigenen Verfahrens macht die Person auffindbar; zitieren Sie nur "
        "veröffentlichte Entscheidungen."
    ),
    Kind.DOC_NUMBER: _l(
        "Eine Ausweis- oder Dokumentennummer gehört genau einem Menschen; nennen Sie nur die Art des Papiers."
    ),
    Kind.IBAN: _l("Eine Kontoverbindung gehört nicht in diesen Text; lassen Sie sie weg."),
    Kind.TAX_ID: _l("Eine Steuernummer gehört genau einem Menschen; lassen Sie sie weg."),
    Kind.SV_NUMBER: _l("Die Rentenversicherungsnummer enthält das Geburtsdatum; lassen Sie sie weg."),
    Kind.KV_NUMBER: _l("Die Krankenversichertennummer gehört genau einem Menschen; lassen Sie sie weg."),
    Kind.PLATE: _l("Ein Kennzeichen führt zum Halter des Fahrzeugs; schreiben Sie nur „das Fahrzeug“."),
    Kind.QUASI: _l(
        "Diese Angaben zusammen passen womöglich nur auf einen Menschen; lassen Sie Alter, Herkunft, "
        "Beruf oder Ort weg oder fassen Sie sie allgemeiner."
    ),
}
