"""The Certificate provider: ``Cert:\\LocalMachine\\My\\<thumbprint>``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from winsim.interpreter.command import CommandError
from winsim.interpreter.net.certificates import certificate_object
from winsim.interpreter.providers import Provider
from winsim.interpreter.values import PSObject
from winsim.world.certificates import CertificateEntry, CertificateStore

if TYPE_CHECKING:
    from winsim.interpreter.session import Session

PLACES: dict[str, Literal["LocalMachine", "CurrentUser"]] = {
    "localmachine": "LocalMachine",
    "currentuser": "CurrentUser",
}


def parts_of(path: str) -> list[str]:
    return [part for part in path.split("\\") if part]


def store_of(session: Session, parts: list[str]) -> CertificateStore | None:
    place = PLACES.get(parts[0].lower()) if parts else None
    if place is None or len(parts) < 2:
        return None
    user = session.identity.user
    if parts[1].lower() not in (name.lower() for name in session.host.certificates.names(place, user)):
        return None
    store: CertificateStore = session.host.certificates.store(place, parts[1], user)
    return store


def entry_of(session: Session, parts: list[str]) -> CertificateEntry | None:
    store = store_of(session, parts)
    return store.find(parts[2]) if store is not None and len(parts) > 2 else None


class CertificateProvider(Provider):
    name = "Certificate"
    module = "Microsoft.PowerShell.Security"

    def exists(self, session: Session, path: str) -> bool:
        parts = parts_of(path)
        if not parts:
            return True
        if len(parts) == 1:
            return parts[0].lower() in PLACES
        if len(parts) == 2:
            return store_of(session, parts) is not None
        return entry_of(session, parts) is not None

    def is_container(self, session: Session, path: str) -> bool:
        return len(parts_of(path)) < 3

    def item(self, session: Session, path: str) -> object:
        parts = parts_of(path)
        if len(parts) > 2:
            entry = entry_of(session, parts)
            assert entry is not None
            return certificate_object(session.host, entry)
        if len(parts) == 2:
            store = store_of(session, parts)
            assert store is not None
            return PSObject(
                {"Name": store.name}, ("System.Security.Cryptography.X509Certificates.X509Store", "System.Object")
            )
        name = PLACES.get(parts[0].lower(), "") if parts else ""
        return PSObject(
            {"Location": name, "StoreNames": None},
            ("Microsoft.PowerShell.Commands.X509StoreLocation", "System.Object"),
        )

    def child_names(self, session: Session, path: str) -> list[str]:
        parts = parts_of(path)
        if not parts:
            return ["CurrentUser", "LocalMachine"]
        if len(parts) == 1:
            place = PLACES.get(parts[0].lower())
            return session.host.certificates.names(place, session.identity.user) if place else []
        store = store_of(session, parts)
        return list(store.entries) if store is not None else []

    def remove_item(self, session: Session, path: str, options: dict[str, object]) -> None:
        parts = parts_of(path)
        store, entry = store_of(session, parts), entry_of(session, parts)
        if store is None or entry is None:
            raise CommandError(
                "NotSupported",
                "The store cannot be removed.",
                "NotImplemented",
                path,
                "System.Management.Automation.PSNotSupportedException",
            )
        store.remove(entry.thumbprint)
        if options.get("DeleteKey") and entry.container:
            session.host.drop_key(entry.container)

    def move_item(self, session: Session, path: str, target: str) -> object:
        parts, aim = parts_of(path), parts_of(target)
        store, entry, other = store_of(session, parts), entry_of(session, parts), store_of(session, aim)
        if store is None or entry is None or other is None:
            raise self.refuse("move")
        store.remove(entry.thumbprint)
        other.add(entry)
        return certificate_object(session.host, entry)
