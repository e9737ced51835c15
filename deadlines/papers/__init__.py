"""What the text of a notice says, as proposals for a person to confirm. Pure: lines in, proposals out.

Nothing is decided here: where a notice says two things both are proposed, and what is not printed is not proposed.
"""

from deadlines.papers.finding import find
from deadlines.papers.model import Found, Proposal

__all__ = ["Found", "Proposal", "find"]
