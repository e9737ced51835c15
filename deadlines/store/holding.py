"""How rows are held until a transaction ends, wherever the desk holds any.

No row that others refer to ever changes its key or is deleted while it is held. Saying so (PostgreSQL's FOR NO KEY
UPDATE) lets others write rows that refer to it, so that a mail that is written down waits for no change of dates, nor a
change for the mail. SQLite has one writer at a time and no such locks.
"""

from typing import Any

HELD: dict[str, Any] = {"key_share": True}
"""For `with_for_update`."""
