"""PSRP fragments (MS-PSRP 2.2.4): messages cut into pieces, and pieces joined to messages."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

_HEADER: Final = struct.Struct(">QQBI")
_START, _END = 1, 2
LARGEST_FRAGMENT: Final = 32768


class BrokenFragment(Exception):
    """The peer's data is no sequence of fragments."""


class Fragmenter:
    """Object ids count from 1 over the pool and its pipelines together."""

    def __init__(self) -> None:
        self._next_object = 0

    def split(self, message: bytes) -> list[bytes]:
        self._next_object += 1
        size = LARGEST_FRAGMENT - _HEADER.size
        view = memoryview(message)
        count = max(1, -(-len(message) // size))
        pieces: list[bytes] = []
        for number in range(count):
            piece = view[number * size : (number + 1) * size]
            flags = (_START if number == 0 else 0) | (_END if number == count - 1 else 0)
            pieces.append(_HEADER.pack(self._next_object, number, flags, len(piece)) + piece)
        return pieces


@dataclass
class _Partial:
    next_fragment: int
    data: bytearray


class Defragmenter:
    """Joins the fragments of one stream; ``limit`` bounds what unfinished messages may hold."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._held = 0
        self._partial: dict[int, _Partial] = {}

    def feed(self, data: bytes) -> list[bytes]:
        """Complete messages in ``data``, in order."""
        messages: list[bytes] = []
        offset = 0
        while offset < len(data):
            if offset + _HEADER.size > len(data):
                raise BrokenFragment("a fragment header is cut off")
            object_id, fragment_id, flags, length = _HEADER.unpack_from(data, offset)
            offset += _HEADER.size
            if offset + length > len(data):
                raise BrokenFragment("a fragment is cut off")
            piece = data[offset : offset + length]
            offset += length
            message = self._add(object_id, fragment_id, flags, piece)
            if message is not None:
                messages.append(message)
        return messages

    def _add(self, object_id: int, fragment_id: int, flags: int, piece: bytes) -> bytes | None:
        if flags & _START:
            if object_id in self._partial or fragment_id != 0:
                raise BrokenFragment("a message starts twice")
            if flags & _END:
                return piece
            self._partial[object_id] = _Partial(1, bytearray(piece))
        else:
            partial = self._partial.get(object_id)
            if partial is None or partial.next_fragment != fragment_id:
                raise BrokenFragment("a fragment is out of order")
            partial.data += piece
            partial.next_fragment += 1
            if flags & _END:
                del self._partial[object_id]
                self._held -= len(partial.data) - len(piece)
                return bytes(partial.data)
        self._held += len(piece)
        if self._held > self._limit:
            raise BrokenFragment("a message is too large")
        return None
