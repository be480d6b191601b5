"""The English catalogue is whole, and no text of code or templates escapes it."""

import ast
import html
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
from babel.messages import Catalog, Message
from babel.messages.frontend import CommandLineInterface
from babel.messages.pofile import read_po
from jinja2 import Environment, nodes

ROOT = Path(__file__).parents[1]
CALLS = {"_", "_l", "gettext", "lazy_gettext", "ngettext", "lazy_ngettext"}
CODE = [path for room in ("portal", "meetings", "minutes") for path in sorted((ROOT / room).rglob("*.py"))]
TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*") if path.is_file())


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """All German texts of code and templates, collected as `make translations` does."""
    path, mapping = tmp_path_factory.mktemp("texts") / "messages.pot", str(ROOT / "pyproject.toml")
    CommandLineInterface().run(
        ["pybabel", "-q", "extract", "-F", mapping, "-k", "_l", "-o", str(path), str(ROOT)]
    )
    with path.open("rb") as file:
        return read_po(file)


@pytest.fixture(scope="module")
def english() -> Catalog:
    with (ROOT / "portal/translations/en/LC_MESSAGES/messages.po").open("rb") as file:
        return read_po(file, locale="en")


def test_every_text_of_the_code_is_collected(texts: Catalog) -> None:
    hidden = [(path.name, text) for path in CODE for text in texts_of_code(path) if text not in texts]
    assert hidden == []


def test_every_text_of_the_templates_is_collected(texts: Catalog) -> None:
    hidden = [
        (path.name, text) for path in TEMPLATES for text in texts_of_template(path) if text not in texts
    ]
    assert hidden == []


def test_templates_hold_no_words_outside_the_catalogue() -> None:
    assert {path.name: words for path in TEMPLATES if (words := bare_words(path))} == {}


def test_every_text_has_an_english_one(texts: Catalog, english: Catalog) -> None:
    missing = [message.id for message in texts if message.id and not is_translated(english.get(message.id))]
    assert missing == [], "run `make translations`, then translate what is new in messages.po"


def test_every_english_text_is_certain_and_in_use(texts: Catalog, english: Catalog) -> None:
    assert [message.id for message in english if message.id and message.fuzzy] == []
    assert [message.id for message in english if message.id and message.id not in texts] == []
    assert list(english.obsolete) == []


def test_every_translation_keeps_the_placeholders(english: Catalog) -> None:
    pairs = [(message.id, message.string) for message in english if message.id]
    assert [pair for pair in pairs if placeholders(pair[0]) != placeholders(pair[1])] == []


def test_the_catalogue_says_its_alphabet_and_how_english_counts(english: Catalog) -> None:
    headers = dict(english.mime_headers)
    assert headers["Content-Type"] == "text/plain; charset=utf-8"
    assert headers["Plural-Forms"] == "nplurals=2; plural=(n != 1);"


def forms(text: str | Sequence[str]) -> Sequence[str]:
    """Singular and plural of a text, or its one form."""
    return [text] if isinstance(text, str) else text


def is_translated(message: Message | None) -> bool:
    return message is not None and all(forms(message.string))


def placeholders(text: str | Sequence[str]) -> list[Counter[str]]:
    """The placeholders of each form of a text, with how often they stand there."""
    return [Counter(re.findall(r"%\(\w+\)\w|%%|%\w", form)) for form in forms(text)]


def texts_of_code(path: Path) -> list[str]:
    """First arguments of all calls for a text; also those that an f-string hides from the extraction."""
    calls = [
        node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)
    ]
    wanted = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id in CALLS]
    return [str(getattr(call.args[0], "value", ast.unparse(call))) for call in wanted]


def texts_of_template(path: Path) -> list[str]:
    tree = Environment(extensions=["jinja2.ext.i18n"]).parse(path.read_text(encoding="utf-8"))
    calls = [call for call in tree.find_all(nodes.Call) if isinstance(call.node, nodes.Name)]
    return [str(getattr(call.args[0], "value", call)) for call in calls if call.node.name in CALLS]


def bare_words(path: Path) -> list[str]:
    """Words that a template shows or speaks without asking the catalogue, and German quotation marks."""
    text = re.sub(r"\{#.*?#\}|\{\{.*?\}\}|\{%.*?%\}", " ", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    spoken = re.findall(r'(?:alt|title|placeholder|aria-label|data-label)="([^"]*)"', text)
    return re.findall(r"[^\W\d_]{3,}|[„“]", html.unescape(" ".join([*spoken, re.sub(r"<[^>]*>", " ", text)])))
