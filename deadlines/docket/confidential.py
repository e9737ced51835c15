"""What people are told before restricted matters leave the firm in a calendar."""

RESTRICTED_WARNING = (
    "Restricted matters will leave the firm with this calendar: the company behind the calendar program (Google, "
    "Microsoft, Apple) keeps a copy on its servers, and whoever has the address reads it. Cases of VAWA, T and U are "
    "confidential by statute (8 USC 1367). Client names of restricted matters are left out all the same."
)
