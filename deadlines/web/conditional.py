"""What a request's headers ask for: the parts of RFC 9110 that a feed needs."""

import re

_TAGS = re.compile(r'(?:W/)?("[\x21\x23-\x7e\x80-\xff]*")')
_SHY_OF_GZIP = re.compile("outlook|exchange|microsoft", re.IGNORECASE)


def matches(if_none_match: str, etag: str) -> bool:
    """Whether If-None-Match names the tag, compared weakly (RFC 9110 13.1.2); `*` names every one."""
    return if_none_match.strip() == "*" or etag in _TAGS.findall(if_none_match)


def takes_gzip(accept_encoding: str, agent: str) -> bool:
    """Whether gzip was asked for by name with a weight above zero, by a program that copes with it.

    Microsoft's calendar fetchers were seen to fail on compressed feeds, although they ask for them.
    """
    if _SHY_OF_GZIP.search(agent):
        return False
    for item in accept_encoding.lower().split(","):
        name, *parameters = (part.strip() for part in item.split(";"))
        if name in ("gzip", "x-gzip"):
            return not any(_is_zero(parameter) for parameter in parameters)
    return False


def _is_zero(parameter: str) -> bool:
    name, _, value = parameter.partition("=")
    return name.strip() == "q" and re.fullmatch(r"0(?:\.0{0,3})?", value.strip()) is not None
