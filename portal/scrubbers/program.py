"""Clean one file of its traces: `python -I program.py KIND FILE` prints it, or ends with a `Fault`.

Run as a limited program of its own: strangers' files are parsed here, by native code, too.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def scrub(kind: str, content: bytes) -> bytes:
    """An office file or PDF without its traces, loading only what its kind needs."""
    if kind == "pdf":
        from portal.scrubbers.pdf import scrub_pdf

        return scrub_pdf(content)
    if kind in {"docx", "xlsx", "pptx"}:
        from portal.scrubbers.open_xml import scrub_open_xml

        return scrub_open_xml(content)
    from portal.scrubbers.open_document import scrub_open_document

    return scrub_open_document(content)


def main(kind: str, path: str) -> int:
    sys.path.insert(0, str(ROOT))  # an isolated Python looks nowhere but in its own packages
    from portal.scrubbers.faults import ScrubError

    try:
        sys.stdout.buffer.write(scrub(kind, Path(path).read_bytes()))
    except ScrubError as error:
        return error.fault
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
