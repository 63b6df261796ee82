"""X509Store and the collections of certificates that it gives."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

from winsim.interpreter.net.certificates import (
    CRYPTOGRAPHIC,
    SPACE,
    X509Certificate2,
    certificate_object,
    name_text,
    serial_number,
    to_entry,
)
from winsim.interpreter.nettypes import Indexer, NetError, TypeDef
from winsim.interpreter.values import AUTOMATION_NULL, EnumValue, NetObject
from winsim.world.certificates import CertificateStore

if TYPE_CHECKING:
    from winsim.interpreter.session import Session
    from winsim.world.host import Host

Place = Literal["LocalMachine", "CurrentUser"]
STORE_ALIASES = {"certificateauthority": "CA"}  # members of the enumeration StoreName that are called otherwise

OUT_OF_RANGE = (
    "Index was out of range. Must be non-negative and less than the size of the collection.\r\nParameter name: index"
)


class CertificateCollection(NetObject):
    type_names = (
        f"{SPACE}.X509Certificate2Collection", f"{SPACE}.X509CertificateCollection",
        "System.Collections.CollectionBase", "System.Object",
    )  # fmt: skip

    def __init__(self, items: Iterable[X509Certificate2] = ()) -> None:
        self.items = list(items)


class Store(NetObject):
    """``rights`` is empty until Open, then "read" or "write"."""

    type_names = (f"{SPACE}.X509Store", "System.Object")

    def __init__(self, host: Host, name: str, place: Place, user: str) -> None:
        self.host = host
        self.name = name
        self.place = place
        self.user = user
        self.rights = ""

    @property
    def contents(self) -> CertificateStore:
        return self.host.certificates.store(self.place, self.name, self.user)

    def writable(self) -> CertificateStore:
        if not self.rights:
            raise NetError(CRYPTOGRAPHIC, "The X509 certificate store has not been opened.")
        if self.rights == "read":
            raise NetError(CRYPTOGRAPHIC, "Access is denied.\r\n")
        return self.contents


STORE = TypeDef(Store.type_names[0], python=(Store,))
COLLECTION = TypeDef(
    CertificateCollection.type_names[0],
    python=(CertificateCollection,),
    base=f"{SPACE}.X509CertificateCollection",
    enumerate=lambda this: list(this.items),
)


def make_store(session: Session, name: str, location: EnumValue | None) -> Store:
    place: Place = "LocalMachine" if location is not None and location.name == "LocalMachine" else "CurrentUser"
    return Store(session.host, STORE_ALIASES.get(name.lower(), name), place, session.identity.user)


@STORE.constructor(needs_session=True)
def store_default(session: Session) -> Store:
    return make_store(session, "My", None)


@STORE.constructor("System.String", f"{SPACE}.StoreLocation", optional=1, needs_session=True)
def store_of_text(session: Session, name: str, location: EnumValue | None = None) -> Store:
    return make_store(session, name, location)


@STORE.constructor(f"{SPACE}.StoreName", f"{SPACE}.StoreLocation", optional=1, needs_session=True)
def store_of_name(session: Session, name: EnumValue, location: EnumValue | None = None) -> Store:
    return make_store(session, name.name, location)


@STORE.constructor(f"{SPACE}.StoreLocation", needs_session=True)
def store_of_location(session: Session, location: EnumValue) -> Store:
    return make_store(session, "My", location)


@STORE.property("Name")
def store_name(this: Store) -> str:
    return this.name


@STORE.property("Location")
def store_location(this: Store) -> EnumValue:
    value = 2 if this.place == "LocalMachine" else 1
    return EnumValue(f"{SPACE}.StoreLocation", this.place, value)


@STORE.method("Open", f"{SPACE}.OpenFlags", needs_session=True)
def open_store(this: Store, session: Session, flags: int) -> object:
    wants_change = bool(int(flags) & 3)  # ReadWrite 1, MaxAllowed 2
    if wants_change and this.place == "LocalMachine" and not session.identity.is_admin:
        if not int(flags) & 2:
            raise NetError(CRYPTOGRAPHIC, "Access is denied.\r\n")
        wants_change = False
    this.rights = "write" if wants_change else "read"
    return AUTOMATION_NULL


@STORE.method("Close")
def close_store(this: Store) -> object:
    this.rights = ""
    return AUTOMATION_NULL


@STORE.property("Certificates")
def certificates(this: Store) -> CertificateCollection:
    if not this.rights:
        return CertificateCollection()
    return CertificateCollection(certificate_object(this.host, entry) for entry in this.contents.entries.values())


@STORE.method("Add", f"{SPACE}.X509Certificate2", needs_session=True)
def add(this: Store, session: Session, certificate: X509Certificate2) -> object:
    with session.world.lock:
        entry = this.writable().add(to_entry(certificate))
        certificate.entry = entry
        session.world.touch()
    return AUTOMATION_NULL


@STORE.method("AddRange", f"{SPACE}.X509Certificate2Collection", needs_session=True)
def add_range(this: Store, session: Session, many: CertificateCollection) -> object:
    for certificate in many.items:
        add(this, session, certificate)
    return AUTOMATION_NULL


@STORE.method("Remove", f"{SPACE}.X509Certificate2", needs_session=True)
def remove(this: Store, session: Session, certificate: X509Certificate2) -> object:
    with session.world.lock:
        this.writable().remove(certificate.thumbprint)
        session.world.touch()
    return AUTOMATION_NULL


@STORE.method("RemoveRange", f"{SPACE}.X509Certificate2Collection", needs_session=True)
def remove_range(this: Store, session: Session, many: CertificateCollection) -> object:
    for certificate in many.items:
        remove(this, session, certificate)
    return AUTOMATION_NULL


@COLLECTION.constructor()
def new_collection() -> CertificateCollection:
    return CertificateCollection()


@COLLECTION.property("Count")
def count(this: CertificateCollection) -> int:
    return len(this.items)


@COLLECTION.method("Add", f"{SPACE}.X509Certificate2")
def add_item(this: CertificateCollection, certificate: X509Certificate2) -> int:
    this.items.append(certificate)
    return len(this.items) - 1


@COLLECTION.method("Contains", f"{SPACE}.X509Certificate2")
def contains(this: CertificateCollection, certificate: X509Certificate2) -> bool:
    return certificate in this.items


@COLLECTION.method("Find", f"{SPACE}.X509FindType", "System.Object", "System.Boolean", needs_session=True)
def find(
    this: CertificateCollection, session: Session, kind: EnumValue, value: object, valid_only: bool
) -> CertificateCollection:
    found = [item for item in this.items if fits(item, kind.name, str(value), session)]
    if valid_only:
        from winsim.interpreter.net.certificates import verify

        found = [item for item in found if verify(item, session)]
    return CertificateCollection(found)


def fits(certificate: X509Certificate2, kind: str, value: str, session: Session) -> bool:
    loaded = certificate.loaded
    wanted = value.lower()
    now = session.world.clock.now()
    subject, issuer = name_text(loaded.subject).lower(), name_text(loaded.issuer).lower()
    tests = {
        "FindByThumbprint": lambda: certificate.thumbprint == value.replace(" ", "").upper(),
        "FindBySubjectName": lambda: wanted in subject,
        "FindBySubjectDistinguishedName": lambda: subject == wanted,
        "FindByIssuerName": lambda: wanted in issuer,
        "FindByIssuerDistinguishedName": lambda: issuer == wanted,
        "FindBySerialNumber": lambda: serial_number(certificate).lower() == wanted.replace(" ", ""),
        "FindByTimeValid": lambda: loaded.not_valid_before_utc <= now <= loaded.not_valid_after_utc,
        "FindByTimeExpired": lambda: now > loaded.not_valid_after_utc,
        "FindByTimeNotYetValid": lambda: now < loaded.not_valid_before_utc,
    }
    if kind not in tests:
        from winsim.interpreter.command import NotBuilt

        raise NotBuilt(f"X509Certificate2Collection.Find by {kind}")
    return tests[kind]()


def item_at(this: CertificateCollection, index: object) -> X509Certificate2:
    place = int(str(index))
    if not 0 <= place < len(this.items):
        raise NetError("System.ArgumentOutOfRangeException", OUT_OF_RANGE)
    return this.items[place]


COLLECTION.indexer = Indexer(item_at, None, ("System.Int32",))

TYPES = (STORE, COLLECTION)
