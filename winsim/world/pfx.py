"""PFX files as Windows Server 2012 R2 reads and writes them: PBE-SHA1-3DES or RC2-40, SHA-1 MAC; nothing newer."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

PBES2 = bytes.fromhex("06092a864886f70d01050d")  # 1.2.840.113549.1.5.13
SHA1 = bytes.fromhex("06052b0e03021a")  # 1.3.14.3.2.26
CSP_NAME = bytes.fromhex("06092b0601040182371101")  # 1.3.6.1.4.1.311.17.1
BMP_STRING = 0x1E


class PfxError(Exception):
    """``code`` is the HRESULT, ``message`` Windows' text."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True)
class PfxContents:
    certificate: bytes | None  # DER; None when there is no certificate that belongs to the key
    key: bytes | None  # PKCS #8 DER
    others: tuple[bytes, ...]
    friendly_name: str
    provider: str | None  # the CSP or KSP that the file names


WRONG_PASSWORD = (0x80070056, "The specified network password is not correct.\r\n")
BAD_FILE = (0x80092002, "An error occurred during encode or decode operation.\r\n")


def _element(data: bytes, at: int) -> tuple[int, int, int]:
    """Tag, start and end of the contents of the DER (or BER, definite length) element at a position."""
    tag, length = data[at], data[at + 1]
    start = at + 2
    if length & 0x80:
        count = length & 0x7F
        length = int.from_bytes(data[start : start + count], "big")
        start += count
    return tag, start, start + length


def _mac_algorithm(data: bytes) -> bytes | None:
    """The OID of the digest in MacData, with its tag; None without a MAC."""
    _, start, end = _element(data, 0)
    for _ in range(2):  # version, authSafe
        start = _element(data, start)[2]
    if start >= end:
        return None
    _, start, _ = _element(data, start)  # MacData
    for _ in range(2):  # DigestInfo, AlgorithmIdentifier
        _, start, _ = _element(data, start)
    return data[start : _element(data, start)[2]]


def _named_provider(data: bytes) -> str | None:
    at = data.find(CSP_NAME)
    if at < 0:
        return None
    _, start, _ = _element(data, at + len(CSP_NAME))  # SET
    tag, start, end = _element(data, start)
    return data[start:end].decode("utf-16-be") if tag == BMP_STRING else None


def read_pfx(data: bytes, password: str | None) -> PfxContents:
    """Opens a PFX the way CryptoAPI of 2012 R2 does: AES (PBES2) and SHA-2 MACs look like a wrong password to it."""
    try:
        mac = _mac_algorithm(data)
    except IndexError:
        raise PfxError(*BAD_FILE) from None
    if PBES2 in data or (mac is not None and mac != SHA1):
        raise PfxError(*WRONG_PASSWORD)
    try:
        opened = pkcs12.load_pkcs12(data, password.encode() if password else None)
    except ValueError as error:
        known = "password" in str(error).lower() or "mac" in str(error).lower()
        raise PfxError(*(WRONG_PASSWORD if known else BAD_FILE)) from None
    key = opened.key
    pkcs8 = None
    if key is not None:
        pkcs8 = key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    main = opened.cert
    name = main.friendly_name.decode(errors="replace") if main and main.friendly_name else ""
    return PfxContents(
        main.certificate.public_bytes(serialization.Encoding.DER) if main else None,
        pkcs8,
        tuple(other.certificate.public_bytes(serialization.Encoding.DER) for other in opened.additional_certs),
        name,
        _named_provider(data),
    )


def write_pfx(certificate: bytes, key: bytes, password: str, others: tuple[bytes, ...] = (), name: str = "") -> bytes:
    """PBE-SHA1-3DES with a SHA-1 MAC, as Export-PfxCertificate of 2012 R2 writes it."""
    private = serialization.load_der_private_key(key, None)
    if not isinstance(private, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise PfxError(*BAD_FILE)
    protection = (
        serialization.PrivateFormat.PKCS12.encryption_builder()
        .kdf_rounds(2000)
        .key_cert_algorithm(pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC)
        .hmac_hash(hashes.SHA1())
        .build(password.encode())
    )
    return pkcs12.serialize_key_and_certificates(
        name.encode() or None,
        private,
        x509.load_der_x509_certificate(certificate),
        [x509.load_der_x509_certificate(other) for other in others] or None,
        protection,
    )
