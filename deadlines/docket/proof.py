"""What proves a filing, and what proves only that it was sent.

A receipt number, the file-stamped copy, or words for anything else prove receipt. A tracking number proves that
something left the house: where the law counts receipt it closes nothing, and the reminders go on.
"""

import hashlib
import re
from io import BufferedIOBase

from deadlines.compute.milestones import must_be_received
from deadlines.compute.result import Window
from deadlines.docket.reasons import plain_reason
from deadlines.docket.records import Copy, Proof
from deadlines.errors import InputError

LONGEST_PROOF, LONGEST_NUMBER, LONGEST_NAME = 300, 60, 120
RECEIPT = re.compile(r"[A-Z]{3}[0-9]{10}")
"""Three letters for the office and ten digits: https://egov.uscis.gov, "Check Case Status"."""


def proof_of(
    *, receipt: str | None = None, tracking: str | None = None, copy: Copy | None = None, text: str | None = None
) -> Proof:
    """A proof with its parts checked. Raises InputError for none at all, and for a receipt number that is none."""
    if receipt is None and tracking is None and copy is None and text is None:
        raise InputError(
            "A filing needs a proof: the USCIS receipt number, the file-stamped copy, a tracking number, or another.",
            advice="Give it with --receipt, --copy, --tracking or --proof.",
            code="no-proof",
        )
    return Proof(
        receipt=receipt_number(receipt) if receipt is not None else None,
        tracking=tracking_number(tracking) if tracking is not None else None,
        copy=copy,
        text=plain_reason(text, "proof", LONGEST_PROOF) if text is not None else None,
    )


def receipt_number(text: str) -> str:
    """A USCIS receipt number without spaces and hyphens; raises InputError for anything else."""
    found = re.sub(r"[\s-]", "", text).upper()
    if not RECEIPT.fullmatch(found):
        raise InputError(
            f"'{text}' is no USCIS receipt number: it has three letters and ten digits, such as IOE0912345678. "
            "The number of another office is another proof.",
            advice="Give that with --proof.",
            code="bad-receipt",
        )
    return found


def tracking_number(text: str) -> str:
    """A tracking number on one line; raises InputError for none, or a very long one."""
    return plain_reason(text, "tracking number", LONGEST_NUMBER)


def copy_of(name: str, file: BufferedIOBase) -> Copy:
    """What is kept of a copy: not the file. Raises InputError for an empty one."""
    digest = hashlib.file_digest(file, "sha256").hexdigest()
    size = file.seek(0, 2)
    if not size:
        raise InputError(f"{name} is empty: it proves nothing.")
    return Copy(plain_reason(name, "file name", LONGEST_NAME), size, digest)


def is_dispatch_only(window: Window, proof: Proof) -> bool:
    """Whether the proof shows no more than dispatch where the law counts receipt."""
    return must_be_received(window) and not (proof.receipt or proof.copy or proof.text)
