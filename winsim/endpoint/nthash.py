"""MD4 (RFC 1320) and the NT hash of a password. Python's hashlib has no MD4 where OpenSSL has switched it off."""

from __future__ import annotations

import struct

_MASK = 0xFFFFFFFF
_ROUND_2 = (0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15)
_ROUND_3 = (0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15)


def _rotate(value: int, bits: int) -> int:
    value &= _MASK
    return ((value << bits) | (value >> (32 - bits))) & _MASK


def _compress(state: tuple[int, int, int, int], block: bytes) -> tuple[int, int, int, int]:
    words = struct.unpack("<16I", block)
    a, b, c, d = state
    for i in range(16):
        a, b, c, d = d, _rotate(a + ((b & c) | (~b & d)) + words[i], (3, 7, 11, 19)[i % 4]), b, c
    for i, k in enumerate(_ROUND_2):
        mixed = a + ((b & c) | (b & d) | (c & d)) + words[k] + 0x5A827999
        a, b, c, d = d, _rotate(mixed, (3, 5, 9, 13)[i % 4]), b, c
    for i, k in enumerate(_ROUND_3):
        a, b, c, d = d, _rotate(a + (b ^ c ^ d) + words[k] + 0x6ED9EBA1, (3, 9, 11, 15)[i % 4]), b, c
    return (state[0] + a) & _MASK, (state[1] + b) & _MASK, (state[2] + c) & _MASK, (state[3] + d) & _MASK


def md4(data: bytes) -> bytes:
    padded = data + b"\x80" + b"\x00" * ((55 - len(data)) % 64) + struct.pack("<Q", len(data) * 8)
    state = (0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476)
    for offset in range(0, len(padded), 64):
        state = _compress(state, padded[offset : offset + 64])
    return struct.pack("<4I", *state)


def nt_hash(password: str) -> bytes:
    return md4(password.encode("utf-16-le", "surrogatepass"))
