"""What it takes to let minutes in: part of `make bench`."""

import re
import subprocess
import time
import urllib.request
import uuid
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path

import pypandoc
from bench_minutes import ITEM, SENTENCE
from servers import flask

FILES = 1000
ITEMS = 21  # ten pages


def rows(
    browser: urllib.request.OpenerDirector, url: str, environment: Mapping[str, str], folder: Path
) -> Iterator[tuple[str, str, str]]:
    """Lines of the bench's table: name, wall seconds, per file."""
    document = folder / "zehn-seiten.docx"
    text = "\n".join(ITEM.format(number=n, sentence=SENTENCE) for n in range(1, ITEMS + 1))
    command = [pypandoc.get_pandoc_path(), "-f", "markdown", "-o", document]
    subprocess.run(command, input=text.encode(), check=True)
    start_page = browser.open(f"{url}/").read().decode()
    (page,) = re.findall(r'href="(/meetings/\d+/minutes/new)"', start_page)[:1]
    token = re.findall(r'name="csrf_token" value="([^"]+)"', browser.open(url + page).read().decode())[0]
    start = time.perf_counter()
    answer = browser.open(_form(url + page, token, document))
    spent = time.perf_counter() - start
    assert answer.geturl().endswith("/edit"), answer.geturl()
    yield "a 10-page .docx until it can be corrected", f"{spent:.2f} s", ""

    many = folder / "alte-protokolle"
    many.mkdir()
    first = date.today() - timedelta(days=FILES + 400)  # noqa: DTZ011 - any days will do
    for number in range(FILES):
        day = first + timedelta(days=number)
        (many / f"{day}.md").write_text(f"# Protokoll vom {day:%d.%m.%Y}\n\n{text[:4000]}\n", "utf-8")
    start = time.perf_counter()
    options = ("--committee", "lenkungskreis", "--by", "secretary@example.org", "--create-meetings")
    flask(environment, "minutes", "import", str(many), *options)
    spent = time.perf_counter() - start
    yield f"import of {FILES} Markdown minutes", f"{spent:.1f} s", f"{1000 * spent / FILES:.0f} ms each"


def _form(address: str, token: str, file: Path) -> urllib.request.Request:
    """What a browser sends for a form with a file."""
    mark = uuid.uuid4().hex
    head = f'Content-Disposition: form-data; name="file"; filename="{file.name}"\r\n\r\n'
    body = (
        f'--{mark}\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token}\r\n--{mark}\r\n{head}'.encode()
        + file.read_bytes()
        + f"\r\n--{mark}--\r\n".encode()
    )
    headers = {"Content-Type": f"multipart/form-data; boundary={mark}", "Referer": address}
    return urllib.request.Request(address, body, headers)
