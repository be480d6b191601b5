"""The house's own rules: imports point down, modules are small, words for people go through gettext."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
ROOMS = ["portal", "meetings", "minutes"]  # from below upwards
ROOF = ROOT / "portal" / "app.py"
MODULES = sorted(
    path for room in ROOMS for path in (ROOT / room).rglob("*.py") if "versions" not in path.parts
)
TEMPLATES = sorted((ROOT / "templates").rglob("*.*"))
SAFE = {"macros/elements.html": 1}  # icons: drawings of our own
GERMAN = re.compile(r"[äöüÄÖÜß„“]|\b(?:der|die|das|nicht|bitte|wurde|Sitzung|Gremium)\b")
# Words that code reads or writes as data: rules of minutes and of the guard, texts of the demonstration.
DATA = {
    "minutes/reader",
    "minutes/demonstration",
    "portal/textguard",
    "portal/preset.py",
    "minutes/export/verify_archive.py",
    "minutes/search_tokens.py",
}
TRANSLATED = {"_", "_l", "ngettext", "gettext", "lazy_gettext", "lazy_ngettext", "_n"}


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_imports_point_down_and_only_the_roof_sees_all_rooms() -> None:
    wrong = set()
    for path in MODULES:
        height = ROOMS.index(path.relative_to(ROOT).parts[0])
        for name in imports(path):
            room = name.partition(".")[0]
            if path != ROOF and room in ROOMS and ROOMS.index(room) > height:
                wrong.add(f"{path.relative_to(ROOT)} imports {name}")
            if name.startswith("portal.app"):
                wrong.add(f"{path.relative_to(ROOT)} imports the roof")
    assert wrong == set()


def test_no_module_is_longer_than_300_lines() -> None:
    sizes = {path.relative_to(ROOT).as_posix(): len(path.read_text().splitlines()) for path in MODULES}
    assert {name: size for name, size in sizes.items() if size > 300} == {}


def test_no_module_is_a_drawer_for_everything() -> None:
    names = {path.stem for path in MODULES} | {path.parent.name for path in MODULES}
    assert names & {"utils", "helpers", "services", "managers", "common", "misc", "views", "models"} == set()


def test_nothing_is_caught_blindly() -> None:
    blind = [
        path.relative_to(ROOT).as_posix()
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or ast.unparse(node.type) == "Exception")
    ]
    assert blind == []


def test_german_words_in_code_go_through_gettext() -> None:
    untranslated = []
    for path in MODULES:
        name = path.relative_to(ROOT).as_posix()
        if not any(name.startswith(part) for part in DATA):
            untranslated += [f"{name}: {text}" for text in german_texts(path)]
    assert untranslated == []


def german_texts(path: Path) -> Iterator[str]:
    """German string constants that are neither docstrings nor arguments of gettext."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    passed: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            passed.add(node.value)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in TRANSLATED:
            passed.update(each for argument in node.args for each in ast.walk(argument))
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if is_text and node not in passed and len(node.value.split()) > 1 and GERMAN.search(node.value):
            yield node.value[:60]


def test_templates_trust_no_text_but_the_written_ones() -> None:
    trusting = {
        path.relative_to(ROOT / "templates").as_posix(): len(
            re.findall(r"\|\s*safe\b|autoescape false", path.read_text())
        )
        for path in TEMPLATES
    }
    assert {name: number for name, number in trusting.items() if number} == SAFE


def test_templates_ask_the_database_nothing() -> None:
    assert [path.name for path in TEMPLATES if re.search(r"session\.|\.query\b", path.read_text())] == []


def test_no_language_but_german_and_english_pages_have_a_text_of_their_own() -> None:
    bare = []
    for path in TEMPLATES:
        if path.suffix != ".html":
            continue
        text = re.sub(
            r"{#.*?#}|{%.*?%}|{{.*?}}|<[^>]*>|&\w+;", " ", path.read_text(encoding="utf-8"), flags=re.DOTALL
        )
        bare += [f"{path.name}: {word}" for word in re.findall(r"[^\W\d_]{4,}", text) if word != "Deutsch"]
    assert bare == []
