"""The menu above every page, in the order in which it is shown."""

MENU = (("/", "Docket"), ("/account", "Your sign-in"))
"""Path and name of each page that can be reached from everywhere."""
