"""What a firm shows its insurer: how its docket was kept over a time, from the docket's own records.

Staff is named, and no client unless it is asked for. Of restricted matters (8 USC 1367) there are counts only.
"""

from deadlines.evidence.gathering import gather
from deadlines.evidence.model import Evidence, Part, Wanted
from deadlines.evidence.packing import files_of, record_export, zipped

__all__ = ["Evidence", "Part", "Wanted", "files_of", "gather", "record_export", "zipped"]
