"""The menu above every page, in the order in which it is shown."""

MENU = (
    ("/", "Docket"),
    ("/verify", "To verify"),
    ("/proposals", "To decide"),
    ("/evening", "Evening"),
    ("/follow-up", "Follow-up"),
    ("/workload", "Workload"),
)
"""Path and name of each page that can be reached from everywhere."""
