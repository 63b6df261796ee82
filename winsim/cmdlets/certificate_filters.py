"""The dynamic parameters of Get-ChildItem on the Cert: drive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography import x509

from winsim.interpreter.net.certificates import X509Certificate2
from winsim.interpreter.wildcards import wildcard_match

if TYPE_CHECKING:
    from winsim.interpreter.cmdlets import CommandCall

USES = {"SSLServerAuthentication": "1.3.6.1.5.5.7.3.1", "CodeSigningCert": "1.3.6.1.5.5.7.3.3"}
NAMES = {
    "server authentication": "1.3.6.1.5.5.7.3.1",
    "client authentication": "1.3.6.1.5.5.7.3.2",
    "code signing": "1.3.6.1.5.5.7.3.3",
}


def usages(certificate: X509Certificate2) -> set[str]:
    try:
        found = certificate.loaded.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return set()
    return {oid.dotted_string for oid in found}


def matches(call: CommandCall, certificate: X509Certificate2) -> bool:
    if call.has("DnsName"):
        pattern = call.text("DnsName")
        if not any(wildcard_match(pattern, name) for name in certificate.dns_names):
            return False
    have = usages(certificate)
    if any(call.switch(name) and oid not in have for name, oid in USES.items()):
        return False
    if call.has("Eku") and not all(NAMES.get(w.lower(), w) in have for w in call.texts("Eku")):
        return False
    if call.has("ExpiringInDays"):
        left = certificate.loaded.not_valid_after_utc - call.world.clock.now()
        return left.days < int(call.text("ExpiringInDays"))
    return True
