"""The roles of people that the program itself looks for."""

DOCKET_ROLE = "docket"
"""Answers for the whole docket: asked first when somebody cannot be reached or an attorney does not answer."""
