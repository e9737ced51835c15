"""PDFs as they come: their lines where they have any, a sentence for every other file, and soon."""

import io
import time
import zlib

import pytest
from fpdf import FPDF
from pypdf import PdfReader, PdfWriter

from deadlines.errors import InputError
from deadlines.pdf import read_pdf
from deadlines.pdf.reading import MOST_BYTES, MOST_PAGES
from tests.papers import samples


def refused(data: bytes) -> str:
    with pytest.raises(InputError) as caught:
        read_pdf(data)
    return caught.value.sentence


def raw(*objects: bytes) -> bytes:
    """A PDF by hand, without a table of its objects: readers look for them."""
    numbered = b"".join(b"%d 0 obj\n%s\nendobj\n" % (at, body) for at, body in enumerate(objects, start=1))
    return b"%PDF-1.7\n" + numbered + b"trailer\n<< /Root 1 0 R /Size 20 >>\n%%EOF\n"


def stream(body: bytes, more: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(body), more, body)


def page_with(contents: bytes, font: bytes = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>") -> bytes:
    return raw(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        contents,
        font,
    )


@pytest.mark.parametrize("name", ["DENIAL", "RFE", "JUDGE", "BOARD"])
def test_the_lines_of_a_notice_come_as_they_are_printed(name: str) -> None:
    pages = getattr(samples, name)
    text = read_pdf(samples.pdf(pages))
    assert text.pages == pages
    assert text.count == len(pages)


def test_a_long_file_is_read_at_its_beginning() -> None:
    text = read_pdf(samples.pdf([[f"page {number}"] for number in range(MOST_PAGES + 5)]))
    assert (len(text.pages), text.count) == (MOST_PAGES, MOST_PAGES + 5)


def test_a_scan_has_no_text_and_that_is_said() -> None:
    scan = FPDF()
    scan.add_page()
    scan.rect(10, 10, 100, 100)
    assert "scan" in refused(bytes(scan.output()))


def test_a_locked_file_is_said_to_be_locked() -> None:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(samples.pdf(samples.DENIAL))))
    writer.encrypt("secret", algorithm="RC4-128")
    target = io.BytesIO()
    writer.write(target)
    assert "password" in refused(target.getvalue())


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "no PDF"),
        (b"hello", "no PDF"),
        (b"%PDF-1.7\n", "damaged"),
        (b"%PDF-1.7\n" + b"\x00\xff" * 5_000, "damaged"),
        (b"%PDF-" + b"x" * MOST_BYTES, "bytes"),
        (samples.pdf(samples.DENIAL)[:600], "damaged"),
        (raw(b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [2 0 R] /Count 1 >>"), ""),
        (raw(b"<< /Type /Catalog /Pages 1 0 R >>"), ""),
        (page_with(stream(b"BT /F1 9 Tf (never closed Tj")), ""),
        (page_with(stream(zlib.compress(b"\0" * 100_000_000, 1), b"/Filter /FlateDecode")), ""),
        (page_with(stream(b"[" * 200_000)), ""),
        (page_with(b"4 0 R"), ""),
    ],
    ids=["empty", "text", "stub", "noise", "huge", "cut", "circle", "own-parent", "open", "bomb", "deep", "itself"],
)
def test_hostile_files_end_soon_with_a_sentence(data: bytes, word: str) -> None:
    began = time.monotonic()
    assert word in refused(data)
    assert time.monotonic() - began < 30


def test_a_file_that_keeps_its_reader_busy_is_given_up() -> None:
    with pytest.raises(InputError) as caught:
        read_pdf(samples.pdf(samples.DENIAL), seconds=0)
    assert "too long" in caught.value.sentence
