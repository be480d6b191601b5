"""Markdown to HTML: nothing harmful gets through, and no text keeps the portal busy."""

import threading
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest

from portal.rendering import to_html, to_words

HARMFUL = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<style>body{display:none}</style>",
    "<iframe src=https://evil.example></iframe>",
    "<form action=https://evil.example><input></form>",
    "<a href='javascript:alert(1)'>x</a>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](data:text/html,<script>alert(1)</script>)",
    "[x](vbscript:x)",
    "[x](//evil.example)",
    "![x](https://evil.example/pixel.png)",
    '<https://evil.example/" onmouseover="alert(1)>',
    '[x](https://a.example "title" onclick=alert(1))',
    "<p style='position:fixed' class=x id=content>x</p>",
    "<base href=https://evil.example>",
    "<meta http-equiv=refresh content=0>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "</div></main><script>alert(1)</script>",
    '<!--<img src="--><img src=x onerror=alert(1)//">',
    "`<script>alert(1)</script>`",
    "    <script>alert(1)</script>",
]  # fmt: skip

N = 100_000
HEAVY = {
    "brackets": "[" * 4_000,
    "images": "![a" * 200 + "x" * N,
    "nested lists": "1. " * 3_000,
    "nested quotes": "> " * 3_000,
    "deep lists": "".join("    " * depth + "- a\n" for depth in range(300)),
    "tags": "<a " * (N // 3),
    "headings": "# a\n" * 20_000,
    "underlined headings": "a\n=\n" * 20_000,
    "rules": "---\n" * 20_000,
    "addresses": "<a@b" * (N // 4),
    "backslashes": "\\" * 4 * N,
    "stars": "**a*b" * N,
    "entities": "&amp;" * N,
    "huge table": "a|b\n-|-\n" + "c|d\n" * 100_000,
    "endless": "a" * 2_000_001,
}


class Parts(HTMLParser):
    """Every tag, attribute and address of a text as a browser reads them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.schemes: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.schemes |= {urlsplit(value or "").scheme for name, value in attrs if name == "href"}


@pytest.mark.parametrize("text", HARMFUL)
def test_nothing_harmful_gets_through(text: str) -> None:
    parts = Parts(to_html(text))
    assert parts.tags <= {"p", "a", "code", "pre", "table"}
    assert parts.attributes <= {"href", "rel"}
    assert parts.schemes <= {"", "http", "https", "mailto"}


@pytest.mark.parametrize("name", HEAVY)
def test_a_text_on_which_the_parser_would_choke_is_shown_as_it_was_written(name: str) -> None:
    html = to_html(HEAVY[name] + "\n\n<b>&")
    assert html.startswith("<pre>")
    assert html.endswith("&lt;b&gt;&amp;</pre>")


def test_long_ordinary_minutes_are_rendered() -> None:
    paragraph = "Die Leitung *begrüßt* die Anwesenden; siehe [Anlage](https://example.org/a) & § 25b. " * 10
    table = "| a | b |\n|---|---|\n" + "| eins | zwei |\n" * 200
    items = "\n".join(f"{n}. Punkt {n}\n    - darunter" for n in range(300))
    text = f"## TOP\n\n{paragraph}\n\n{table}\n\n{items}\n\n" * 10
    html = to_html(text)
    assert not html.startswith("<pre>")
    assert html.count("<h3>") == 10
    assert html.count("<table>") == 10


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("# Titel", "<h3>Titel</h3>"),
        ("###### Titel", "<h3>Titel</h3>"),
        ("# a\n#### b\n## c", "<h3>a</h3>\n<h4>b</h4>\n<h4>c</h4>"),
        ("~~weg~~ und *da*", "<p><del>weg</del> und <em>da</em></p>"),
        ("3. drei\n4. vier", '<ol start="3">\n<li>drei</li>\n<li>vier</li>\n</ol>'),
        ("[x](https://a.example)", '<p><a href="https://a.example" rel="noopener noreferrer">x</a></p>'),
        ("11. August 2026, Saal", "<p>11. August 2026, Saal</p>"),
        ("- 3. Sept. 2026", "<ul>\n<li>3. Sept. 2026</li>\n</ul>"),
        ("1. Maibaum", "<ol>\n<li>Maibaum</li>\n</ol>"),
        ("1 < 2 & 3", "<p>1 &lt; 2 &amp; 3</p>"),
        ("", ""),
    ],
)
def test_what_people_write_looks_as_they_mean_it(text: str, html: str) -> None:
    assert to_html(text) == html


def test_running_text_has_neither_signs_nor_tags() -> None:
    assert to_words("# Titel\n\n- **fett** & [Link](https://a.example)\n") == "Titel fett & Link"


def test_a_text_that_was_too_much_spoils_no_other() -> None:
    before = to_html("*da*")
    assert to_html(HEAVY["deep lists"]).startswith("<pre>")
    assert to_html("*da*") == before


def test_texts_rendered_at_once_do_not_mix() -> None:
    texts = [
        f"`geheim {n}` *a{n}* <b>{n}</b> " * 60 + f"\n\n[x{n}][r]\n\n[r]: https://example.org/{n}"
        for n in range(8)
    ]
    alone, mixed = [to_html(text) for text in texts], []
    start = threading.Barrier(8)

    def render(text: str, wanted: str) -> None:
        start.wait()
        mixed.extend(html for html in (to_html(text) for _ in range(5)) if html != wanted)

    threads = [threading.Thread(target=render, args=each) for each in zip(texts, alone, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(mixed) == 0
