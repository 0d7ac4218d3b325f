"""AMF 0, the notation of RTMP commands: what an encoder says and what we answer."""

import struct
from collections.abc import Mapping
from typing import TypeAlias

Value: TypeAlias = "float | bool | str | dict[str, Value] | list[Value] | None"

MOST_VALUES = 200
MOST_DEPTH = 8
_OBJECT_END = b"\x00\x00\x09"


class BrokenAmfError(ValueError):
    """The bytes are not AMF 0, or more of it than any encoder sends."""


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0
        self.count = 0

    def number(self, form: str) -> float:
        value: float = struct.unpack_from(form, self.data, self.at)[0]
        self.at += struct.calcsize(form)
        return value

    def text(self) -> str:
        size = int(self.number(">H"))
        raw = self.data[self.at : self.at + size]
        if len(raw) < size:
            raise BrokenAmfError("a text is cut off")
        self.at += size
        return raw.decode("utf-8", "replace")

    def pairs(self, depth: int) -> dict[str, Value]:
        found: dict[str, Value] = {}
        while self.data[self.at : self.at + 3] != _OBJECT_END:
            name = self.text()
            found[name] = self.value(depth + 1)
        self.at += 3
        return found

    def value(self, depth: int = 0) -> Value:
        self.count += 1
        if self.count > MOST_VALUES or depth > MOST_DEPTH:
            raise BrokenAmfError("too many values")
        kind = self.data[self.at]
        self.at += 1
        if kind == 0:
            return self.number(">d")
        if kind == 1:
            return bool(self.number(">B"))
        if kind == 2:
            return self.text()
        return self._compound(kind, depth)

    def _compound(self, kind: int, depth: int) -> Value:
        if kind == 3:
            return self.pairs(depth)
        if kind == 8:
            self.at += 4
            return self.pairs(depth)
        if kind == 10:
            count = int(self.number(">I"))
            if count > MOST_VALUES:
                raise BrokenAmfError("too many values")
            return [self.value(depth + 1) for _ in range(count)]
        if kind in {5, 6}:
            return None
        message = f"a value of type {kind}"
        raise BrokenAmfError(message)


def decode(data: bytes) -> list[Value]:
    """Read the values of a command.

    Raises:
        BrokenAmfError: the bytes are not AMF 0.
    """
    reader = _Reader(data)
    values: list[Value] = []
    try:
        while reader.at < len(data):
            values.append(reader.value())
    except (struct.error, IndexError) as error:
        raise BrokenAmfError("a value is cut off") from error
    return values


def encode(*values: float | bool | str | Mapping[str, object] | None) -> bytes:
    """Write values one after the other."""
    return b"".join(_encode(value) for value in values)


def _encode(value: object) -> bytes:
    if value is None:
        return b"\x05"
    if isinstance(value, bool):
        return b"\x01" + bytes([value])
    if isinstance(value, int | float):
        return b"\x00" + struct.pack(">d", value)
    if isinstance(value, str):
        raw = value.encode()[:65535]
        return b"\x02" + struct.pack(">H", len(raw)) + raw
    if isinstance(value, Mapping):
        body = b"".join(
            _encode(str(name))[1:] + _encode(inner) for name, inner in value.items()
        )
        return b"\x03" + body + _OBJECT_END
    message = f"cannot write {type(value).__name__}"
    raise TypeError(message)
