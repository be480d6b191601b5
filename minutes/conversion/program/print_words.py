"""Print the words in an office file: `python -I print_words.py`.

Run as a limited program in a folder with the one file `document`. Refuses by an exit status.
"""

import sys
from pathlib import Path

# Isolated programs find only the standard library and packages.
sys.path.insert(0, str(Path(__file__).parents[3]))

from minutes.conversion.outcome import Reason, RefusedError
from minutes.conversion.program.left_out import words_of


def main() -> int:
    try:
        words = words_of(Path("document").read_bytes())
    except RefusedError as error:
        return error.reason
    except (MemoryError, RecursionError):
        return Reason.TOO_COMPLEX
    sys.stdout.buffer.write(words.encode("utf-8", "replace"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
