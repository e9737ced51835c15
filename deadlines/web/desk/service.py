"""The ways of service as people read them."""

from typing import get_args

from deadlines.law.counting import Method

WORDS = {"unknown": "not known", "in-person": "in person", "certified-mail": "certified mail", "oral": "stated aloud"}
METHODS: tuple[tuple[Method, str], ...] = tuple((one, WORDS.get(one, one)) for one in get_args(Method))
"""Each way of service with its words."""
SERVED = {
    "mail": "by mail",
    "certified-mail": "by certified mail",
    "in-person": "in person",
    "electronic": "electronically",
    "fax": "by fax",
    "oral": "by stating it aloud",
}
"""How a notice was served, in a sentence."""
