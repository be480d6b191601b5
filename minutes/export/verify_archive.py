"""Prüft dieses Archiv.

Aufruf: python3 verify.py [PRÜFSUMME …]

Braucht nur Python (ab 3.8), keine weiteren Programme und kein Netz. Geprüft wird,

1. ob jede Datei noch so ist, wie sie geschrieben wurde (files.json);
2. ob jedes Glied der Kette (chain.json) zu seinem Inhalt und zum Glied davor passt;
3. ob Texte und Stand in decisions.json die sind, für die die Kette bürgt;
4. ob jede PRÜFSUMME, die Sie selbst aufgehoben haben (aus einem Brief oder einer PDF-Datei), in der Kette steht.

Rückgabe: 0, wenn alles stimmt, sonst 1.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any, Iterator  # noqa: UP035 - Python 3.8

START = "0" * 64
LARGEST = 2**53 - 1  # RFC 8785, 3.2.2.3
SAID = ("sequence", "at", "kind", "subject", "content", "previous", "parts")
SAME = {
    "number": "number",
    "kind": "kind",
    "title": "title",
    "outcome": "outcome",
    "outline": "outline",
    "arguments": "rationale",
    "conclusion": "conclusion",
    "conditions": "conditions",
    "legal_bases": "legal_bases",
    "topics": "topics",
    "result": "result",
    "votes": "votes",
}
"""Felder in decisions.json, und wie sie im Inhalt eines Glieds heißen."""


def canonical(value: Any) -> str:
    """Kanonisches JSON (RFC 8785) für alles, was in der Kette vorkommt: Texte, ganze Zahlen, Listen, Objekte."""
    if value is None or isinstance(value, (bool, str)):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, int) and abs(value) <= LARGEST:
        return str(value)
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    if isinstance(value, dict):
        # In der Reihenfolge ihrer UTF-16-Einheiten (3.2.3), nicht ihrer Zeichen.
        names = sorted(value, key=lambda name: str(name).encode("utf-16-be"))
        return "{" + ",".join(canonical(name) + ":" + canonical(value[name]) for name in names) + "}"
    raise ValueError(f"Das kommt in der Kette nicht vor: {value!r}")


def digest(value: Any, salt: str = "") -> str:
    """SHA-256 über Salz und kanonisches JSON."""
    return hashlib.sha256(bytes.fromhex(salt) + canonical(value).encode("utf-8")).hexdigest()


def file_faults(folder: Path) -> Iterator[str]:
    """Dateien, die fehlen oder anders sind."""
    for name, expected in sorted(load(folder, "files.json").items()):
        path = folder / name
        if not path.is_file():
            yield f"{name}: Die Datei fehlt."
        elif hashlib.sha256(path.read_bytes()).hexdigest() != expected:
            yield f"{name}: Die Datei ist nicht mehr so, wie sie geschrieben wurde."


def chain_faults(links: list[dict[str, Any]]) -> Iterator[str]:
    """Glieder, die nicht zu sich, zu ihrem Vorgänger oder zu ihrem Inhalt passen."""
    previous = START
    for position, link in enumerate(links, 1):
        name = f"Glied {position} ({link['kind']}, {link['subject']})"
        if link["sequence"] != position:
            yield f"{name}: Davor fehlt ein Glied, oder die Reihenfolge wurde geändert."
        if link["previous"] != previous:
            yield f"{name}: Es folgt nicht auf das Glied davor."
        if digest({part: link[part] for part in SAID if part in link}) != link["digest"]:
            yield f"{name}: Das Glied selbst wurde geändert."
        if "told" in link and digest(link["told"], link["salt"]) != link["content"]:
            yield f"{name}: Der Inhalt wurde nachträglich geändert."
        previous = link["digest"]


def text_faults(decisions: list[dict[str, Any]], links: list[dict[str, Any]]) -> Iterator[str]:
    """Entscheidungen, deren Text oder Stand nicht der ist, für den die Kette bürgt."""
    released = {link["sequence"]: link for link in links if link["kind"] == "released" and "told" in link}
    later = {(link["subject"], link["kind"]): link.get("told") for link in links}
    for row in decisions:
        link = released.pop((row["chain"] or {}).get("sequence"), None)
        if link is None:
            yield f"{row['number']}: Die Kette kennt diese Entscheidung nicht."
            continue
        told = vouched(link, later)
        for field, shown in shown_in(row).items():
            if (shown or None) != (told[field] or None):
                yield f"{row['number']}: Das Feld „{field}“ ist nicht das, für das die Kette bürgt."
    for link in released.values():
        yield f"{link['told']['number']}: Die Kette bürgt dafür, aber die Entscheidung fehlt."


def vouched(link: dict[str, Any], later: dict[tuple[str, str], Any]) -> dict[str, Any]:
    """Was die Kette von einer Entscheidung sagt: ihr Inhalt, und was spätere Glieder daran geändert haben."""
    subject, told = link["subject"], {field: link["told"].get(name) for field, name in SAME.items()}
    withdrawn = later.get((subject, "withdrawn"))
    told["withdrawn"] = withdrawn and {"at": withdrawn["at"], "reason": withdrawn["reason"]}
    states = (state for state in ("withdrawn", "superseded") if (subject, state) in later)
    told["state"] = next(states, "released")
    return told


def shown_in(row: dict[str, Any]) -> dict[str, Any]:
    """Dasselbe, wie es in decisions.json steht."""
    shown = {field: row[field] for field in (*SAME, "withdrawn", "state")}
    votes = [row["votes"][name] for name in ("yes", "no", "abstain")]
    return {
        **shown,
        "topics": sorted(row["topics"]),
        "votes": None if votes == [None, None, None] else votes,
    }


def witness_faults(witnesses: list[str], links: list[dict[str, Any]]) -> Iterator[str]:
    """Aufgehobene Prüfsummen, die kein Glied trägt."""
    known = {link[name] for link in links for name in ("digest", "content")}
    for witness in witnesses:
        if witness.strip().lower() not in known:
            yield f"{witness}: Diese Prüfsumme steht nicht in der Kette. Glieder wurden entfernt oder ersetzt."


def load(folder: Path, name: str) -> Any:
    return json.loads((folder / name).read_text(encoding="utf-8"))


def main(witnesses: list[str]) -> int:
    folder = Path(__file__).resolve().parent
    faults: list[str] = []
    links: list[dict[str, Any]] = []
    try:
        links = load(folder, "chain.json")["links"]
        faults += file_faults(folder)
        faults += chain_faults(links)
        faults += text_faults(load(folder, "decisions.json")["decisions"], links)
        faults += witness_faults(witnesses, links)
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        faults.append(f"Das Archiv lässt sich nicht ganz lesen: {error!r}")
    for fault in faults:
        say(fault)
    if faults:
        say(f"Es stimmt nicht alles. Zahl der Fehler: {len(faults)}")
        return 1
    own = sum("told" in link for link in links)
    say(f"Alles stimmt: {len(links)} Glieder, davon {own} mit Inhalt in diesem Archiv.")
    say("Ende der Kette: " + (links[-1]["digest"] if links else START))
    return 0


def say(words: str) -> None:
    """Schreibt eine Zeile, auch auf eine Konsole, die nicht jedes Zeichen kennt."""
    encoding = sys.stdout.encoding or "ascii"
    sys.stdout.write(words.encode(encoding, "replace").decode(encoding) + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
