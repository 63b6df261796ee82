"""A host's certificate stores and key containers. Certificates are real X.509."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

SCHANNEL = "Microsoft RSA SChannel Cryptographic Provider"
ENHANCED = "Microsoft Enhanced Cryptographic Provider v1.0"
SOFTWARE_KSP = "Microsoft Software Key Storage Provider"
STORE_NAMES = {
    "my": "My",
    "root": "Root",
    "ca": "CA",
    "authroot": "AuthRoot",
    "trustedpublisher": "TrustedPublisher",
    "trustedpeople": "TrustedPeople",
    "disallowed": "Disallowed",
    "trust": "Trust",
    "webhosting": "WebHosting",
    "remote desktop": "Remote Desktop",
    "adfstrusteddevices": "AdfsTrustedDevices",
    "request": "REQUEST",
    "addressbook": "AddressBook",
    "clientauthissuer": "ClientAuthIssuer",
    "smartcardroot": "SmartCardRoot",
}
Location = Literal["LocalMachine", "CurrentUser"]


@lru_cache(maxsize=512)
def parse(der: bytes) -> x509.Certificate:
    return x509.load_der_x509_certificate(der)


@lru_cache(maxsize=512)
def thumbprint(der: bytes) -> str:
    """SHA-1 of the certificate in upper-case hex: how Windows names it."""
    return parse(der).fingerprint(hashes.SHA1()).hex().upper()


@dataclass
class KeyContainer:
    """A private key as Windows keeps it.

    ``key_spec`` is 1 (exchange) or 2 (signature) for a CryptoAPI provider, 0 for a CNG one. ``persisted`` is False for
    a key that goes away with the object that imported it.
    """

    name: str
    pkcs8: bytes
    provider: str = ENHANCED
    provider_type: int = 1  # 1 RSA full, 12 SChannel, 0 CNG
    key_spec: int = 1
    machine: bool = True
    persisted: bool = True
    exportable: bool = False
    owner: str = ""  # the user of a key that is not a machine key

    @property
    def is_cng(self) -> bool:
        return self.provider_type == 0

    @property
    def path(self) -> str:
        """The file that holds the key; its access list is the key's access list."""
        if self.is_cng:
            return rf"C:\ProgramData\Microsoft\Crypto\Keys\{self.name}"
        return rf"C:\ProgramData\Microsoft\Crypto\RSA\MachineKeys\{self.name}"

    def load(self) -> PrivateKeyTypes:
        return serialization.load_der_private_key(self.pkcs8, None)


@dataclass
class CertificateEntry:
    der: bytes
    container: str = ""  # name of the key container, "" without a private key
    friendly_name: str = ""
    archived: bool = False

    @property
    def thumbprint(self) -> str:
        return thumbprint(self.der)

    @property
    def certificate(self) -> x509.Certificate:
        return parse(self.der)


@dataclass
class CertificateStore:
    name: str
    entries: dict[str, CertificateEntry] = field(default_factory=dict)  # by thumbprint

    def find(self, thumbprint: str) -> CertificateEntry | None:
        return self.entries.get(thumbprint.replace(" ", "").upper())

    def add(self, entry: CertificateEntry) -> CertificateEntry:
        """Adds or replaces; a copy without key does not take away the key that is there."""
        present = self.entries.get(entry.thumbprint)
        if present is not None and not entry.container:
            return present
        self.entries[entry.thumbprint] = entry
        return entry

    def remove(self, thumbprint: str) -> bool:
        return self.entries.pop(thumbprint.replace(" ", "").upper(), None) is not None


@dataclass
class CertificateStores:
    """``stores`` by "localmachine" or "currentuser:<account>", then by lower-case store name."""

    stores: dict[str, dict[str, CertificateStore]] = field(default_factory=dict)
    containers: dict[str, KeyContainer] = field(default_factory=dict)

    def store(self, location: Location, name: str, user: str = "") -> CertificateStore:
        """A store by its name in any case; unknown names make a new store, as CertOpenStore does."""
        group = self.stores.setdefault(_place(location, user), {})
        key = name.lower()
        return group.setdefault(key, CertificateStore(STORE_NAMES.get(key, name)))

    def names(self, location: Location, user: str = "") -> list[str]:
        present = self.stores.get(_place(location, user), {})
        known = dict.fromkeys(
            STORE_NAMES[key]
            for key in (
                "my",
                "root",
                "ca",
                "trust",
                "disallowed",
                "authroot",
                "trustedpublisher",
                "trustedpeople",
                "clientauthissuer",
                "smartcardroot",
                "webhosting",
                "request",
            )
        )
        return list(known | dict.fromkeys(store.name for store in present.values()))

    @property
    def machine_my(self) -> CertificateStore:
        return self.store("LocalMachine", "My")

    def find(self, thumbprint: str, store: str = "My") -> CertificateEntry | None:
        """In a store of the machine."""
        present = self.stores.get(_place("LocalMachine", ""), {}).get(store.lower())
        return present.find(thumbprint) if present is not None else None

    def key_of(self, entry: CertificateEntry) -> KeyContainer | None:
        return self.containers.get(entry.container) if entry.container else None

    def add_container(self, container: KeyContainer) -> KeyContainer:
        self.containers[container.name] = container
        return container

    def trusted_roots(self) -> Iterator[CertificateEntry]:
        for name in ("Root", "AuthRoot"):
            yield from self.store("LocalMachine", name).entries.values()

    def drop_unpersisted(self, owner: str) -> None:
        """The end of a session of ``owner``: keys that were imported without PersistKeySet vanish."""
        for container in list(self.containers.values()):
            if not container.persisted and container.owner.lower() == owner.lower():
                del self.containers[container.name]


def _place(location: Location, user: str) -> str:
    return "localmachine" if location.lower() == "localmachine" else f"currentuser:{user.lower()}"


def new_container_name(machine_guid: str) -> str:
    """The unique name of a key container: 32 hex digits, underscore, the machine's GUID."""
    return f"{uuid.uuid4().hex}_{machine_guid}"
