"""The key that protects SecureStrings in a runspace pool (MS-PSRP 2.2.5.1.24, 3.2.4)."""

from __future__ import annotations

import base64
import binascii
import os
import struct
from typing import Final

from cryptography.hazmat.primitives import padding as block_padding
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

_PUBLIC_BLOB: Final = bytes.fromhex("0602000000a4000052534131")
_SESSION_BLOB: Final = bytes.fromhex("010200001066000000a40000")


class BrokenKey(Exception):
    """The client's public key or ciphertext is not usable."""


class SessionKey:
    """AES-256 in CBC mode with a zero vector: equal texts give equal ciphertexts, as on the real server."""

    def __init__(self) -> None:
        self._key = os.urandom(32)
        self.known_to_client = False

    def _cipher(self) -> Cipher[modes.CBC]:
        return Cipher(algorithms.AES(self._key), modes.CBC(bytes(16)))

    def encrypt(self, text: str) -> str:
        padder = block_padding.PKCS7(128).padder()
        padded = padder.update(text.encode("utf-16-le", "surrogatepass")) + padder.finalize()
        encryptor = self._cipher().encryptor()
        return base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode()

    def decrypt(self, blob: str) -> str:
        try:
            data = base64.b64decode(blob, validate=True)
            decryptor = self._cipher().decryptor()
            unpadder = block_padding.PKCS7(128).unpadder()
            plain = unpadder.update(decryptor.update(data) + decryptor.finalize()) + unpadder.finalize()
            return plain.decode("utf-16-le", "surrogatepass")
        except (ValueError, binascii.Error) as error:
            raise BrokenKey("a SecureString does not decrypt") from error

    def for_client(self, public_key: str) -> str:
        """This key, encrypted for the client's RSA key; both in the blob formats of CryptoAPI."""
        try:
            blob = base64.b64decode(public_key, validate=True)
        except (ValueError, binascii.Error) as error:
            raise BrokenKey("the public key is not base64") from error
        if not blob.startswith(_PUBLIC_BLOB) or len(blob) < 20:
            raise BrokenKey("the public key is no RSA key blob")
        bits, exponent = struct.unpack_from("<II", blob, 12)
        modulus = int.from_bytes(blob[20:], "little")
        if not 1024 <= bits <= 16384 or len(blob) != 20 + bits // 8:
            raise BrokenKey("the public key has the wrong length")
        try:
            key = rsa.RSAPublicNumbers(exponent, modulus).public_key()
            encrypted = key.encrypt(self._key, padding.PKCS1v15())
        except ValueError as error:
            raise BrokenKey("the public key is no RSA key") from error
        self.known_to_client = True
        return base64.b64encode(_SESSION_BLOB + encrypted[::-1]).decode()
