"""System.Security.Cryptography: hash algorithms and random numbers."""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Sequence

from winsim.interpreter.net.encodings import byte_array
from winsim.interpreter.nettypes import NetError, TypeDef
from winsim.interpreter.values import AUTOMATION_NULL, Array, Byte, NetObject

SPACE = "System.Security.Cryptography."
ALGORITHMS = {"MD5": "md5", "SHA1": "sha1", "SHA256": "sha256", "SHA384": "sha384", "SHA512": "sha512"}
CLASSES = {
    "MD5": ("MD5CryptoServiceProvider",),
    "SHA1": ("SHA1CryptoServiceProvider", "SHA1Managed"),
    "SHA256": ("SHA256Managed", "SHA256CryptoServiceProvider"),
    "SHA384": ("SHA384Managed", "SHA384CryptoServiceProvider"),
    "SHA512": ("SHA512Managed", "SHA512CryptoServiceProvider"),
}


class HashAlgorithm(NetObject):
    """``key`` is that of an HMAC."""

    def __init__(self, kind: str, algorithm: str, key: bytes | None = None) -> None:
        base = f"{SPACE}{'KeyedHashAlgorithm' if key is not None else 'HashAlgorithm'}"
        self.type_names = (f"{SPACE}{kind}", base, f"{SPACE}HashAlgorithm", "System.Object")
        self.algorithm = algorithm
        self.key = key
        self.last: bytes | None = None
        self.pending = b""  # what TransformBlock has gathered

    def compute(self, data: bytes) -> bytes:
        if self.key is not None:
            self.last = hmac.new(self.key, data, self.algorithm).digest()
        else:
            self.last = hashlib.new(self.algorithm, data).digest()
        return self.last


BASE = TypeDef(f"{SPACE}HashAlgorithm", python=(HashAlgorithm,))


def raw(data: Sequence[int]) -> bytes:
    return bytes(int(b) for b in data)


@BASE.method("ComputeHash", "System.Byte[]")
def compute_hash(this: HashAlgorithm, data: Sequence[int]) -> Array:
    return byte_array(this.compute(raw(data)))


@BASE.method("ComputeHash", "System.Byte[]", "System.Int32", "System.Int32")
def compute_part(this: HashAlgorithm, data: Sequence[int], start: int, count: int) -> Array:
    return byte_array(this.compute(raw(data)[start : start + count]))


@BASE.method("ComputeHash", "System.IO.Stream")
def compute_stream(this: HashAlgorithm, stream: object) -> Array:
    rest = getattr(stream, "read_rest", None)
    return byte_array(this.compute(rest() if rest is not None else b""))


@BASE.method("TransformBlock", "System.Byte[]", "System.Int32", "System.Int32", "System.Byte[]", "System.Int32")
def transform_block(
    this: HashAlgorithm, data: Sequence[int], start: int, count: int, target: object, offset: int
) -> int:
    this.pending += raw(data[start : start + count])
    return count


@BASE.method("TransformFinalBlock", "System.Byte[]", "System.Int32", "System.Int32")
def transform_final_block(this: HashAlgorithm, data: Sequence[int] | None, start: int, count: int) -> Array:
    if data is None:
        raise NetError("System.ArgumentNullException", "Value cannot be null.\r\nParameter name: inputBuffer")
    last = raw(data[start : start + count])
    this.compute(this.pending + last)
    this.pending = b""
    return byte_array(last)


@BASE.property("Hash")
def last_hash(this: HashAlgorithm) -> object:
    return byte_array(this.last) if this.last is not None else None


@BASE.property("HashSize")
def hash_size(this: HashAlgorithm) -> int:
    return hashlib.new(this.algorithm).digest_size * 8


@BASE.method("Dispose")
@BASE.method("Clear")
@BASE.method("Initialize")
def nothing(this: HashAlgorithm) -> object:
    return AUTOMATION_NULL


@BASE.static_method("Create", "System.String")
def create_named(name: str) -> object:
    key = name.upper().replace("-", "").rpartition(".")[2]
    return HashAlgorithm(CLASSES[key][0], ALGORITHMS[key]) if key in ALGORITHMS else None


def _algorithms() -> list[TypeDef]:
    made = []
    for name, algorithm in ALGORITHMS.items():
        abstract = TypeDef(f"{SPACE}{name}", base=BASE.name)

        @abstract.static_method("Create")
        def create(name: str = name, algorithm: str = algorithm) -> HashAlgorithm:
            return HashAlgorithm(CLASSES[name][0], algorithm)

        made.append(abstract)
        for kind in CLASSES[name]:
            concrete = TypeDef(f"{SPACE}{kind}", base=abstract.name)

            @concrete.constructor()
            def construct(kind: str = kind, algorithm: str = algorithm) -> HashAlgorithm:
                return HashAlgorithm(kind, algorithm)

            made.append(concrete)
        made.append(keyed(name, algorithm))
    return made


def keyed(name: str, algorithm: str) -> TypeDef:
    target = TypeDef(f"{SPACE}HMAC{name}", base=f"{SPACE}HMAC")

    @target.constructor()
    def with_random_key() -> HashAlgorithm:
        return HashAlgorithm(f"HMAC{name}", algorithm, os.urandom(64))

    @target.constructor("System.Byte[]")
    def with_key(key: Sequence[int]) -> HashAlgorithm:
        return HashAlgorithm(f"HMAC{name}", algorithm, raw(key))

    return target


HMAC = TypeDef(f"{SPACE}HMAC", base=f"{SPACE}KeyedHashAlgorithm")
KEYED = TypeDef(f"{SPACE}KeyedHashAlgorithm", base=BASE.name)


@KEYED.property("Key", "System.Byte[]")
def key_of(this: HashAlgorithm) -> Array:
    return byte_array(this.key or b"")


@KEYED.setter("Key")
def set_key(this: HashAlgorithm, value: Sequence[int]) -> None:
    this.key = raw(value)


class RandomNumbers(NetObject):
    type_names = (f"{SPACE}RNGCryptoServiceProvider", f"{SPACE}RandomNumberGenerator", "System.Object")


GENERATOR = TypeDef(f"{SPACE}RandomNumberGenerator", python=(RandomNumbers,))
PROVIDER = TypeDef(f"{SPACE}RNGCryptoServiceProvider", base=GENERATOR.name)
PROVIDER.constructor()(RandomNumbers)
GENERATOR.static_method("Create")(RandomNumbers)


@GENERATOR.method("GetBytes", "System.Object")
def get_bytes(this: RandomNumbers, buffer: list[object]) -> object:
    buffer[:] = [Byte(b) for b in os.urandom(len(buffer))]
    return AUTOMATION_NULL


@GENERATOR.method("GetNonZeroBytes", "System.Object")
def get_non_zero_bytes(this: RandomNumbers, buffer: list[object]) -> object:
    buffer[:] = [Byte(b % 255 + 1) for b in os.urandom(len(buffer))]
    return AUTOMATION_NULL


@GENERATOR.method("Dispose")
def dispose(this: RandomNumbers) -> object:
    return AUTOMATION_NULL


TYPES = (BASE, KEYED, HMAC, *_algorithms(), GENERATOR, PROVIDER)
