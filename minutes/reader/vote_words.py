"""Votes told in words without a count: unanimity, consent, majorities."""

import re

from minutes.reader.model import Mode

Span = tuple[int, int]
UNANIMOUS = re.compile(
    r"(?<!nahezu )(?<!fast )(?:\b(?:einstimmig(?:e[rns]?|keit)?|einst(?=\.)|einmütig|stimmen alle zu|"
    r"alle(?: \w+)? stimmen(?: \w+)? zu|"
    r"einhellig|von allen(?: \w+){0,2} (?:zugestimmt|angenommen|beschlossen|gewählt|gebilligt)|"
    r"alle (?:anwesenden |mitglieder )?(?:sind |stimmen )?dafür|(?:dafür|ja): alle|"
    r"von allen(?: \w+){0,2} (?:befürwortet|bestätigt|unterstützt)|zustimmung aller)|\+1 von allen)\b",
    re.IGNORECASE,
)
CONSENSUS = re.compile(
    r"\bmit (?:dem )?einverständnis aller|\bim (?:allgemeinen |gemeinsamen )?(?:konsens|"
    r"einvernehmen)\b(?! mit)|\beinvernehmlich\b|per konsens|"
    r"\bohne (?:jeden )?(?:widerspr(?:uch|üche)|einsprüche|einspruch|einwände|gegenrede)|"
    r"\bkeine (?:einwände|einwendungen|gegenrede|einsprüche|bedenken|widersprüche)\b|"
    r"\bkein (?:widerspruch|einspruch|einwand)\b|\balle (?:anwesenden |mitglieder |"
    r"beteiligten )?(?:sind )?(?:damit )?einverstanden\b|"
    r"\bwidersprochen hat niemand|\bniemand widerspricht|\bkonsens(?:ual)?(?=[:.)]|$)|"
    r"(?:^|\()konsens,",
    re.IGNORECASE,
)
MAJORITY = re.compile(
    r"\bmehrheitlich\w*|\bmit (?:\w+ )?mehrheit\b|\bmehrheit dafür\b|\bgroße mehrheit\b", re.IGNORECASE
)
# By acclamation somebody is elected, but how many agreed is not told.
ACCLAIMED = re.compile(r"\b(?:per|durch|mit) akklamation\b", re.IGNORECASE)


def mode_in(text: str) -> tuple[Mode | None, list[Span]]:
    """How the vote went by the first such word, and where that stands."""
    modes: tuple[tuple[Mode, re.Pattern[str]], ...] = (
        ("unanimous", UNANIMOUS),
        ("consensus", CONSENSUS),
        ("majority", MAJORITY),
    )
    for mode, pattern in modes:
        if found := pattern.search(text):
            return mode, [found.span()]
    return None, [found.span() for found in ACCLAIMED.finditer(text)]
