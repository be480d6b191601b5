"""The face: what the policy forbids stands nowhere, colours can be read, fields speak to screen readers."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask, render_template_string
from flask_babel import Babel
from flask_wtf import CSRFProtect, FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import RadioField, SelectChoice, StringField
from wtforms.validators import InputRequired, Optional

ROOT = Path(__file__).parent.parent
STYLE = (ROOT / "portal" / "static" / "portal.css").read_text(encoding="utf-8")
PAGES = sorted(path for path in (ROOT / "templates").rglob("*.html") if "mail" not in path.parts)
PAIRS = [
    *((ink, "paper") for ink in ("ink", "muted", "accent", "danger")),
    *((ink, "surface") for ink in ("ink", "muted", "accent", "danger")),
    *((ink, "sunken") for ink in ("ink", "muted", "accent", "danger")),
    *((tone, f"{tone}-soft") for tone in ("info", "success", "warning", "danger")),
    ("ink", "accent-soft"), ("accent", "accent-soft"), ("accent-strong", "accent-soft"), ("ink", "mark"),
    ("on-accent", "accent"), ("on-accent", "accent-strong"), ("on-danger", "danger"),
    ("masthead-ink", "masthead"),
]  # fmt: skip
Render = Callable[[str], str]


class InvitationForm(FlaskForm):  # type: ignore[misc]
    title = StringField(
        "Titel", [InputRequired("Bitte nennen Sie einen Titel.")], description="Für den Kalender."
    )
    place = StringField("Ort", [Optional()])
    way = RadioField(
        "Teilnahme",
        [InputRequired("Bitte wählen Sie.")],
        choices=[SelectChoice("a", "vor Ort"), SelectChoice("b", "Video")],
    )


@pytest.fixture
def refused_form() -> Iterator[Render]:
    """Renders a template with a form that came back with errors."""
    app = Flask("face", template_folder=str(ROOT / "templates"))
    app.secret_key = "only for this test"
    Babel(app, default_locale="de")
    CSRFProtect(app)
    with app.test_request_context():
        form = InvitationForm(formdata=MultiDict({"place": "Rathaus"}), meta={"csrf": False})
        form.validate()
        imports = '{% import "macros/forms.html" as forms %}'
        yield lambda template: render_template_string(imports + template, form=form)


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_page_carries_style_or_script_of_its_own(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*\ssrc=)", text)


@pytest.mark.parametrize("name", ["portal.css", "portal.js", "favicon.svg"])
def test_style_and_script_fetch_nothing_from_elsewhere(name: str) -> None:
    text = (ROOT / "portal" / "static" / name).read_text(encoding="utf-8")
    text = text.replace('xmlns="http://www.w3.org/2000/svg"', "").replace('[href^="http"]', "")
    assert not re.search(r"https?:|//[a-z]+\.|data:|@import|@font-face", text)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_colour_reaches_the_contrast_of_aa(scheme: str) -> None:
    colours = dict(re.findall(r"--([a-z-]+): #([0-9a-f]{3,6});", STYLE.split("@media screen", 1)[0]))
    if scheme == "dark":
        dark = STYLE.split("prefers-color-scheme: dark) {", 1)[1].split("\n}", 1)[0]
        colours |= dict(re.findall(r"--([a-z-]+): #([0-9a-f]{3,6});", dark))
    weak = [(ink, ground) for ink, ground in PAIRS if contrast(colours[ink], colours[ground]) < 4.5]
    assert weak == []


def test_a_refused_field_is_tied_to_its_hint_and_its_error(refused_form: Render) -> None:
    html = refused_form("{{ forms.field(form.title) }}")
    assert 'aria-describedby="title-hint title-error"' in html
    assert 'aria-invalid="true"' in html
    assert 'id="title-hint">Für den Kalender.' in html
    assert "Bitte nennen Sie einen Titel." in html


def test_an_accepted_field_claims_no_error_and_says_that_it_is_voluntary(refused_form: Render) -> None:
    html = refused_form("{{ forms.field(form.place) }}")
    assert "aria-invalid" not in html
    assert "aria-describedby" not in html
    assert "(freiwillig)" in html


def test_radio_buttons_are_a_group_with_a_name(refused_form: Render) -> None:
    html = refused_form("{{ forms.field(form.way) }}")
    assert re.search(r'<fieldset[^>]*aria-describedby="way-error"[^>]*>\s*<legend>Teilnahme</legend>', html)
    assert '<label for="way-1">Video</label>' in html


def test_the_summary_leads_to_each_refused_field(refused_form: Render) -> None:
    html = refused_form("{{ forms.error_summary(form) }}")
    assert re.findall(r'href="#([^"]+)"', html) == ["title", "way-0"]


def contrast(first: str, second: str) -> float:
    """WCAG 2.2, contrast ratio of two colours."""
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    full = colour if len(colour) == 6 else "".join(2 * digit for digit in colour)
    red, green, blue = (linear(int(full[start : start + 2], 16) / 255) for start in (0, 2, 4))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
