"""What decisions, their fields and their states are called."""

from flask_babel import lazy_gettext as _l

from minutes.decision import Audience, DecisionKind, DecisionState, Result

DECISION_KINDS = {
    DecisionKind.OFFICE_DECISION: _l("Entscheidung des Amtes"),
    DecisionKind.RESOLUTION: _l("Beschluss des Gremiums"),
}
DECISION_STATES = {
    DecisionState.DRAFT: _l("Entwurf"),
    DecisionState.RELEASED: _l("freigegeben"),
    DecisionState.SUPERSEDED: _l("abgelöst"),
    DecisionState.WITHDRAWN: _l("zurückgenommen"),
    DecisionState.ERASED: _l("gelöscht"),
}
RESULTS = {
    Result.GRANTED: _l("zugestimmt"),
    Result.CONDITIONAL: _l("mit Auflagen zugestimmt"),
    Result.REFUSED: _l("abgelehnt"),
    Result.DEFERRED: _l("zurückgestellt"),
    Result.NOTED: _l("zur Kenntnis genommen"),
}
AUDIENCES = {
    Audience.COMMITTEE: _l("das Gremium"),
    Audience.PROGRAMME: _l("die Mitglieder aller Gremien"),
    Audience.PUBLIC: _l("alle, auch ohne Anmeldung"),
}
FIELD_LABELS = {
    "title": _l("Titel"),
    "outcome": _l("Ergebnis"),
    "outline": _l("Grundzüge"),
    "arguments": _l("Tragende Argumente"),
    "conclusion": _l("Folgerung für ähnliche Fälle"),
    "conditions": _l("Auflagen"),
    "legal_bases": _l("Rechtsgrundlagen"),
    "topics": _l("Themen"),
}
