"""The text of a PDF, line by line, read in a process of its own: a hostile file can neither hang nor crash this one."""

from deadlines.pdf.reading import Text, read_pdf

__all__ = ["Text", "read_pdf"]
