"""The menu above every page, in the order in which it is shown."""

MENU = (("/", "Docket"),)
"""Path and name of each page that can be reached from everywhere."""
