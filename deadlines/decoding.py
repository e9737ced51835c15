"""Plain data as typed values: the one place that asks msgspec for a type.

msgspec works out a type when it is first asked for it, and two threads that ask for the same one at the same
moment end the process (a segmentation fault in version 0.22). So one thread works it out here before it is used.
"""

from threading import Lock
from typing import Any, TypeVar, overload

import msgspec

T = TypeVar("T")

_one_thread = Lock()
_decoders: dict[Any, msgspec.json.Decoder[Any]] = {}


@overload
def decode(text: bytes | str, kind: type[T]) -> T: ...
@overload
def decode(text: bytes | str, kind: Any) -> Any: ...
def decode(text: bytes | str, kind: Any) -> Any:
    """JSON (RFC 8259) as `kind`. Raises msgspec.DecodeError; msgspec.ValidationError where it is not of that kind."""
    return _decoder(kind).decode(text)


@overload
def convert(data: Any, kind: type[T], *, strict: bool = True) -> T: ...
@overload
def convert(data: Any, kind: Any, *, strict: bool = True) -> Any: ...
def convert(data: Any, kind: Any, *, strict: bool = True) -> Any:
    """Plain data as `kind`; text stands for a number only where not `strict`. Raises msgspec.ValidationError."""
    _decoder(kind)
    return msgspec.convert(data, kind, strict=strict)


def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    known = _decoders.get(kind)
    if known is not None:
        return known
    with _one_thread:
        return _decoders.setdefault(kind, msgspec.json.Decoder(kind))
