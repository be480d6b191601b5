"""The programs that make files, under the same limits as those that read them."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l

from portal.files import FileRefusedError
from portal.limited import run

ADDRESS_SPACE = 2048 * 2**20
LARGEST = 40 * 2**20


class ExportRefusedError(Exception):
    """The file cannot be made; the message tells the reader what to do."""

    def __init__(self) -> None:
        super().__init__(
            _l(
                "Diese Datei ließ sich nicht erstellen. Bitte versuchen Sie es in einer Minute noch einmal, oder "
                "laden Sie den Inhalt in einem anderen Format herunter."
            )
        )


def output_of(command: Sequence[str], files: dict[str, bytes]) -> bytes:
    """What a program prints about the files beside it.

    Raises:
        ExportRefusedError: it found no way, took too long, or others kept the machine busy.
    """
    try:
        result = run(command, memory=ADDRESS_SPACE, files=files, output_bytes=LARGEST)
    except FileRefusedError as error:
        raise ExportRefusedError from error
    if result.status:
        raise ExportRefusedError
    return result.output
