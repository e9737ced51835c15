"""The ways of service as people read them."""

from typing import get_args

from deadlines.law.counting import Method

WORDS = {"unknown": "not known", "in-person": "in person", "certified-mail": "certified mail", "oral": "stated aloud"}
METHODS: tuple[tuple[Method, str], ...] = tuple((one, WORDS.get(one, one)) for one in get_args(Method))
"""Each way of service with its words."""
