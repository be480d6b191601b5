"""Plain text files: find their encoding, refuse what is not text."""

import codecs
import re

from flask_babel import lazy_gettext as _l

from minutes.conversion.errors import ConversionError

UTF_16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
UNDEFINED_IN_WINDOWS = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")


def decode(content: bytes) -> str:
    """The text of a file in UTF-8, UTF-16 with byte order mark, or Windows-1252, with bare line feeds.

    Raises:
        ConversionError: the bytes are no text.
    """
    if content.startswith(UTF_16_MARKS):
        try:
            text = content.decode("utf-16")
        except UnicodeDecodeError:
            raise ConversionError(NO_TEXT) from None
    else:
        text = eight_bit(content)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if CONTROL.search(text):
        raise ConversionError(NO_TEXT)
    return text


def eight_bit(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1" if UNDEFINED_IN_WINDOWS.search(content) else "cp1252")


NO_TEXT = _l(
    "Die Datei enthält keinen lesbaren Text, sondern Programm- oder Bilddaten. Bitte laden Sie das Protokoll "
    "als .docx, .odt, .pdf, .md oder .txt hoch."
)
