from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

from tests.world.lab import authority, fresh, give, run, server
from winsim.world.pfx import write_pfx

FOLDER = r"C:\Windows\Temp"
INF = r"""
[Version]
Signature = "$Windows NT$"
[NewRequest]
Subject = "CN=se-ext.contoso.com, O=Contoso"
KeySpec = 1
KeyLength = 2048
Exportable = TRUE
MachineKeySet = TRUE
ProviderName = "Microsoft RSA SChannel Cryptographic Provider"
HashAlgorithm = sha256
[EnhancedKeyUsageExtension]
OID = 1.3.6.1.5.5.7.3.1
[Extensions]
2.5.29.17 = "{text}"
_continue_ = "dns=se-ext.contoso.com&"
_continue_ = "dns=sts.contoso.com&"
"""


def issued(request: bytes) -> bytes:
    """What a public authority answers."""
    asked = x509.load_pem_x509_csr(request.replace(b"NEW CERTIFICATE", b"CERTIFICATE"))
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(asked.subject)
        .issuer_name(authority().certificate.subject)
        .public_key(asked.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=30))
    )
    for extension in asked.extensions:
        builder = builder.add_extension(extension.value, extension.critical)
    return builder.sign(authority().key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def test_a_request_by_certreq_ends_as_a_certificate_with_an_exchange_key() -> None:
    world = fresh()
    host = world.host("se01")
    host.files.write(rf"{FOLDER}\r.inf", INF.encode())
    made = run(world, host, rf"$null = certreq -new {FOLDER}\r.inf {FOLDER}\r.csr; $LASTEXITCODE")
    assert made.output == ["0"]
    answer = issued(host.files.read(rf"{FOLDER}\r.csr"))
    host.files.write(rf"{FOLDER}\r.cer", answer)
    assert run(world, host, rf"$null = certreq -accept -machine {FOLDER}\r.cer; $LASTEXITCODE").output == ["0"]
    [entry] = host.certificates.machine_my.entries.values()
    container = host.certificates.key_of(entry)
    assert container is not None
    assert (container.key_spec, container.provider_type, container.exportable) == (1, 12, True)
    names = entry.certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["se-ext.contoso.com", "sts.contoso.com"]
    again = run(world, host, rf"$null = certreq -accept -machine {FOLDER}\r.cer; $LASTEXITCODE -eq 0")
    assert again.output == ["False"]


def test_a_modern_pfx_is_refused_and_an_old_one_gets_a_csp_key() -> None:
    world = fresh()
    host = world.host("se01")
    one = server("web.contoso.com")
    modern = pkcs12.serialize_key_and_certificates(
        None, one.key, one.certificate, None, BestAvailableEncryption(b"secret")
    )
    host.files.write(rf"{FOLDER}\new.pfx", modern)
    host.files.write(rf"{FOLDER}\old.pfx", write_pfx(one.der, one.pkcs8, "secret"))
    seen = run(world, host, rf"""
        $secret = ConvertTo-SecureString -String 'secret' -AsPlainText -Force
        $to = @{{ CertStoreLocation = 'Cert:\LocalMachine\My'; Password = $secret }}
        try {{ Import-PfxCertificate @to -FilePath {FOLDER}\new.pfx }} catch {{ $_.Exception.Message }}
        $made = Import-PfxCertificate @to -FilePath {FOLDER}\old.pfx
        $made.PrivateKey.CspKeyContainerInfo.KeyNumber
        try {{ Export-PfxCertificate -Cert $made -FilePath {FOLDER}\out.pfx -Password $secret }} catch {{ 'kept' }}
        $null = certutil -f -p secret -csp 'Microsoft Software Key Storage Provider' -importpfx {FOLDER}\old.pfx
        $LASTEXITCODE
    """)  # fmt: skip
    assert seen.output == ["The specified network password is not correct.", "Exchange", "kept", "0"]
    [entry] = host.certificates.machine_my.entries.values()
    container = host.certificates.key_of(entry)
    assert container is not None
    assert container.is_cng


def test_a_private_key_is_readable_for_whom_icacls_says() -> None:
    world = fresh()
    host = world.host("se01")
    entry = host.certificates.find(give(host, server("web.contoso.com")))
    assert entry is not None
    container = host.certificates.key_of(entry)
    assert container is not None
    account = r"NT SERVICE\adfssrv"
    assert not host.can_read_key(container.name, account)
    assert run(world, host, f"$null = icacls '{container.path}' /grant '{account}:R'; $LASTEXITCODE").output == ["0"]
    assert host.can_read_key(container.name, account)
    assert run(world, host, f"$null = icacls '{container.path}' /grant 'nobody:R'; $LASTEXITCODE").output == ["1332"]
    run(world, host, f"$null = icacls '{container.path}' /remove '{account}'")
    assert not host.can_read_key(container.name, account)
