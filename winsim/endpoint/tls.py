"""Certificates of HTTPS listeners, as the ssl module takes them."""

from __future__ import annotations

import ssl
import tempfile
from collections.abc import Sequence
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from winsim.endpoint.host_endpoint import Certificate

_PARTIAL_CHAIN = 0x80000  # X509_V_FLAG_PARTIAL_CHAIN: a client certificate that is trusted itself needs no issuer


def pem_of(certificate: bytes, pkcs8: bytes) -> bytes:
    """A certificate and its key, both DER, in the form that ``load`` takes."""
    key = serialization.load_der_private_key(pkcs8, None)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + x509.load_der_x509_certificate(certificate).public_bytes(serialization.Encoding.PEM)


def load(pem: bytes, trusted_clients: Sequence[bytes] = ()) -> Certificate:
    """The server side of TLS; clients may show a certificate when some are trusted."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "endpoint.pem"
        path.touch(mode=0o600)
        path.write_bytes(pem)
        context.load_cert_chain(path)
    if trusted_clients:
        context.verify_mode = ssl.CERT_OPTIONAL
        context.verify_flags |= ssl.VerifyFlags(_PARTIAL_CHAIN)
        for der in trusted_clients:
            context.load_verify_locations(cadata=der)
    certificate = x509.load_pem_x509_certificate(pem[pem.index(b"-----BEGIN CERTIFICATE") :])
    return Certificate(certificate.public_bytes(serialization.Encoding.DER), context)
