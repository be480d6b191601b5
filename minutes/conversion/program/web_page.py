"""Web pages and what Word saves as one: nothing active, no frames and menus; list points that are paragraphs are marked."""

import base64
import binascii
import codecs
import html
import re
from urllib.parse import unquote_to_bytes

import nh3

from minutes.conversion.outcome import Remark
from minutes.conversion.program.prepared import Prepared, label_mark

TAGS = {
    "p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "dl", "dt", "dd", "blockquote",
    "pre", "code", "em", "strong", "b", "i", "del", "s", "strike", "table", "caption", "thead", "tbody", "tfoot",
    "tr", "th", "td", "a", "img", "div", "main", "article", "section",
    "header", "footer", "aside", "figure", "figcaption", "form", "fieldset", "details", "summary", "address", "center",
}  # fmt: skip
DROPPED_WITH_CONTENT = {
    "script", "style", "title", "template", "svg", "object", "iframe", "textarea", "select", "button",
    "video", "audio", "canvas", "nav", "dialog", "noscript",
}  # fmt: skip
ATTRIBUTES = {
    "a": {"href"},
    "img": {"src", "alt"},
    "ol": {"start", "type"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
}
SCHEMES = {"http", "https", "mailto", "data", "file"}
ACTIVE = re.compile(r"<(?:script|form|iframe|object|embed|button)\b", re.IGNORECASE)
BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
META_CHARSET = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?\s*([-\w:.]+)", re.IGNORECASE)
META_BYTES = 4096
# Browsers read these as Windows-1252 (WHATWG, Encoding, section 4.2).
WINDOWS = {"iso8859-1", "ascii"}
DATA_ADDRESS = re.compile(r"data:image/[\w.+-]+(;[^,]*)?,(.*)", re.DOTALL | re.IGNORECASE)
# Word's list points and numbered headings: the label, then a span of hard spaces in small print.
POINT = re.compile(
    r"<(?P<tag>p|h[1-6])\b(?P<looks>[^>]*)>(?P<label>(?:(?!</(?:p|h[1-6])>).){0,600}?)"
    r"<span(?:\s+style=['\"]font:\s*7\.0pt[^>]*)?>(?:&nbsp;|\s)+</span>",
    re.DOTALL | re.IGNORECASE,
)
LONGEST_LABEL = 15
LEVEL = re.compile(r"mso-list:\s*\w+\s+level(\d)", re.IGNORECASE)
MARGIN = re.compile(r"margin-left:\s*([\d.]+)(pt|cm|in)", re.IGNORECASE)
POINTS = {"pt": 1.0, "cm": 28.35, "in": 72.0}
STEP = 35.4  # points; Word indents a level by half an inch or 1.25 cm
MARKUP = re.compile(r"<[^>]*>")


def prepare_web_page(content: bytes) -> Prepared:
    """The words of a page; only pictures within the file itself are kept."""
    page = _decoded(content)
    remarks = {Remark.ACTIVE_CONTENT} if ACTIVE.search(page) else set()
    pictures: dict[str, bytes] = {}

    def kept(tag: str, attribute: str, value: str) -> str | None:
        if tag == "img" and attribute == "src" and value[:5].lower() == "data:":
            address = f"in-page-{len(pictures)}"
            pictures[address] = _picture(value)
            return address
        return value

    clean = nh3.clean(
        POINT.sub(_marked, page),
        tags=TAGS,
        clean_content_tags=DROPPED_WITH_CONTENT,
        attributes=ATTRIBUTES,
        attribute_filter=kept,
        url_schemes=SCHEMES,
        link_rel=None,
    )
    return Prepared("html", clean.encode(), pictures, remarks)


def _decoded(content: bytes) -> str:
    """The page by its byte order mark, by what fits, by what it says of itself."""
    for mark, name in BYTE_ORDER_MARKS.items():
        if content.startswith(mark):
            return content.decode(name, "replace")
    said = META_CHARSET.search(content[:META_BYTES])
    # What is valid as UTF-8 is UTF-8, even where a page that was saved anew still says something else.
    for name in ("utf-8", _codec(said[1].decode("ascii", "replace")) if said else "cp1252", "cp1252"):
        try:
            return content.decode(name)
        except UnicodeDecodeError:
            continue
    return content.decode("latin-1")


def _codec(name: str) -> str:
    try:
        found = codecs.lookup(name)
    except LookupError:
        return "utf-8"
    if not found._is_text_encoding or found.name.startswith("utf-16"):  # noqa: SLF001 - no other way to ask
        return "utf-8"  # a page whose own ASCII could be read is not in UTF-16
    return "cp1252" if found.name in WINDOWS else found.name


def _marked(point: re.Match[str]) -> str:
    label = " ".join(html.unescape(MARKUP.sub("", point["label"])).split())
    if len(label) > LONGEST_LABEL:
        return point[0]
    mark = label_mark(min(max(_depth(point["looks"]) - 1, 0), 8), label) if label else ""
    return f"<{point['tag']}>{html.escape(mark)}"


def _depth(looks: str) -> int:
    """How deep a paragraph stands, from 1."""
    level, margin = LEVEL.search(looks), MARGIN.search(looks)
    if level:
        return int(level[1])
    return round(float(margin[1]) * POINTS[margin[2].lower()] / STEP) if margin else 1


def _picture(address: str) -> bytes:
    """The bytes of a `data:` address (RFC 2397); none where it is broken."""
    found = DATA_ADDRESS.match(address)
    if found is None:
        return b""
    if "base64" not in (found[1] or "").lower():
        return unquote_to_bytes(found[2])
    try:
        return base64.b64decode("".join(unquote_to_bytes(found[2]).decode("ascii", "replace").split()))
    except binascii.Error:
        return b""
