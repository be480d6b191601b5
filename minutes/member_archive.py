"""A member's complete archive as a folder: it opens from a USB stick without a server, with its chain to verify."""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask_babel import force_locale
from flask_babel import gettext as _

from minutes.decision import Audience, Decision, is_released
from minutes.decision_access import decisions_visible_to
from minutes.decision_record import Record, records
from minutes.export.decision_document import document_of_one
from minutes.export.decision_rows import FORMAT, fields_of
from minutes.export.pdf import to_pdf, to_pdfs
from minutes.export.program import ExportRefusedError
from minutes.plain_archive import Layout, Lists, decision_page, entry_of, list_pages, render
from portal import chain
from portal.chain import ChainLink
from portal.clock import today
from portal.database import session
from portal.language import short_date
from portal.outbox import settings
from portal.people import Person

VERIFIER = Path(__file__).with_name("export") / "verify_archive.py"
CHAIN_FORMAT = "chain/1"
PDFS_AT_ONCE = 25
LINKS_AT_ONCE = 1000


class FolderExistsError(Exception):
    """Something lies where the archive should be written."""


def readable_by(reader: Person | None) -> sa.Select[Decision]:
    """The decisions of the archive: what the person may read today; without one, what every member may read."""
    if reader is not None:
        return decisions_visible_to(reader)
    return sa.select(Decision).where(is_released(), Decision.audience != Audience.COMMITTEE)


class MemberArchive:
    """The archive of a reader, while it is being written into a folder that nobody sees yet."""

    def __init__(self, reader: Person | None) -> None:
        self.reader = reader
        self.visible = readable_by(reader)
        newest = self.visible.order_by(Decision.archive_key.desc())
        self.ids = session.scalars(newest.with_only_columns(Decision.id, maintain_column_froms=True)).all()
        self.numbers = set(
            session.scalars(self.visible.with_only_columns(Decision.number, maintain_column_froms=True))
        )
        self.lists = Lists()
        self.fields: list[dict[str, Any]] = []
        self.without_pdf: list[str] = []
        """Numbers of decisions for which the typesetter found no form; their pages say the same."""

    def write(self, folder: Path) -> Iterator[int]:
        """Write everything, whole or not at all; gives after each step how many decisions are done.

        Raises:
            FolderExistsError: `folder` is there and not empty.
        """
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise FolderExistsError
        folder.parent.mkdir(parents=True, exist_ok=True)
        # Beside it, on the same disk, so that the last step is a renaming; closed to others, as it stays.
        part = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}.", suffix=".part"))
        try:
            yield from self._fill(part)
            os.sync()
            part.replace(folder)
        finally:
            shutil.rmtree(part, ignore_errors=True)

    def _fill(self, folder: Path) -> Iterator[int]:
        layout = self._layout()
        for first in range(0, len(self.ids), PDFS_AT_ONCE):
            wanted = self.visible.where(Decision.id.in_(self.ids[first : first + PDFS_AT_ONCE]))
            batch = records(wanted.order_by(Decision.archive_key.desc()), self.visible, self.reader)
            self._write_batch(folder, layout, batch)
            session.expire_all()
            yield first + len(batch)
        for name, content in list_pages(layout, self.lists):
            _write(folder, name, content)
        head = chain.head()
        _write(folder, "decisions.json", _as_json(self._all_fields(head)))
        _write(folder, "chain.json", _as_json({"format": CHAIN_FORMAT, "links": list(self._links())}))
        _write(folder, "verify.py", VERIFIER.read_bytes())
        _write(folder, "verify.html", render(layout, "verify.html", "plain/verify.html", head=head))
        _write(folder, "files.json", _as_json(_digests(folder)))

    def _layout(self) -> Layout:
        with force_locale("de"):
            name, day = str(_("Entscheidungen")), short_date(today())
            if self.reader is None:
                about = _("Alles, was am %(date)s die Mitglieder aller Gremien lesen durften.", date=day)
            else:
                about = _("Alles, was %(name)s am %(date)s lesen durfte.", name=self.reader.name, date=day)
        address = f"{settings().url}/decisions/"
        return Layout(index="index.html", name=name, address=address, has_proof=True, about=str(about))

    def _write_batch(self, folder: Path, layout: Layout, batch: Sequence[Record]) -> None:
        made = list(_pdfs(batch))
        for record, pdf in zip(batch, made, strict=True):
            number = str(record.decision.number)
            if pdf is None:
                self.without_pdf.append(number)
            else:
                _write(folder, f"decisions/{number}.pdf", pdf)
            name, page = decision_page(layout, record, self.numbers, has_pdf=pdf is not None)
            _write(folder, name, page)
            self.lists.entries.append(entry_of(record))
            self.fields.append(fields_of(record))

    def _all_fields(self, head: ChainLink | None) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "portal": settings().name,
            "address": settings().url,
            "chain_head": {"sequence": head.sequence, "digest": head.digest} if head else None,
            "decisions": self.fields,
        }

    def _links(self) -> Iterator[dict[str, Any]]:
        """All links, since only the whole chain proves anything; salt and content of what the reader may read.

        Of the others a link tells no more than when something was released: its digest is salted.
        """
        mine = {f"decision:{number}" for number in self.ids}
        rows = sa.select(ChainLink).order_by(ChainLink.sequence).execution_options(yield_per=LINKS_AT_ONCE)
        for batch in session.scalars(rows).partitions(LINKS_AT_ONCE):
            found = _contents([row for row in batch if row.subject in mine])
            for row in batch:
                told = chain.said(row) | {"digest": row.digest}
                if row.sequence in found:
                    salt, content = found[row.sequence]
                    told |= {"salt": salt, "told": content}
                yield told


def _contents(rows: Sequence[ChainLink]) -> dict[int, chain.Content]:
    """By sequence: salt and content of what these links vouch for, where it is there."""
    found: dict[int, chain.Content] = {}
    for kind in {row.kind for row in rows} & chain.contents.keys():
        of_kind = [row for row in rows if row.kind is kind]
        contents = chain.contents[kind]([row.subject for row in of_kind])
        found |= {row.sequence: contents[row.subject] for row in of_kind if row.subject in contents}
    return found


def _pdfs(batch: Sequence[Record]) -> Iterator[bytes | None]:
    """A PDF of each; None where it is refused also on its own."""
    documents = [document_of_one(record) for record in batch]
    try:
        yield from to_pdfs(documents)
    except ExportRefusedError:
        for document in documents:
            try:
                yield to_pdf(document)
            except ExportRefusedError:
                yield None


def _digests(folder: Path) -> dict[str, str]:
    """By name: SHA-256 of each file, by which a copy that was damaged on its way is known."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files
    }


def _as_json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def _write(folder: Path, name: str, content: bytes) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
