"""What the text of a notice says, as candidates for a person to confirm. Pure: lines in, candidates out.

Nothing is decided here: where a notice says two things both are offered, and what is not printed is not offered.
"""

from deadlines.papers.finding import find
from deadlines.papers.model import Candidate, Found

__all__ = ["Candidate", "Found", "find"]
