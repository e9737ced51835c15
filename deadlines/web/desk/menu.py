"""The menu above every page, in the order in which it is shown."""

MENU = (
    ("/", "Docket"),
    ("/month", "Month"),
    ("/incoming", "Incoming"),
    ("/add", "Add a notice"),
    ("/print", "Print"),
)
"""Path and name of each page that can be reached from everywhere."""
