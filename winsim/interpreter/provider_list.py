"""Which providers and drives a session has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winsim.interpreter.net.paths import decode
from winsim.interpreter.provider_certificates import CertificateProvider
from winsim.interpreter.provider_files import FileSystemProvider
from winsim.interpreter.provider_registry import RegistryProvider
from winsim.interpreter.provider_session import AliasProvider, EnvironmentProvider, FunctionProvider, VariableProvider
from winsim.interpreter.provider_wsman import WSManProvider
from winsim.interpreter.providers import Drive, Provider, locations

if TYPE_CHECKING:
    from winsim.interpreter.session import Session

FILES = FileSystemProvider()
REGISTRY = RegistryProvider()
CERTIFICATES = CertificateProvider()
SESSION_PROVIDERS: tuple[Provider, ...] = (
    AliasProvider(),
    EnvironmentProvider(),
    FunctionProvider(),
    VariableProvider(),
)
WSMAN = WSManProvider()
PROVIDERS: tuple[Provider, ...] = (
    *SESSION_PROVIDERS[:2],
    FILES,
    SESSION_PROVIDERS[2],
    REGISTRY,
    SESSION_PROVIDERS[3],
    CERTIFICATES,
    WSMAN,
)


def default_drives(session: Session) -> list[Drive]:
    host = session.host
    drives = [Drive(drive.letter, FILES, f"{drive.letter}:\\", drive.label) for drive in host.files.drives.values()]
    drives += [
        Drive("HKLM", REGISTRY, "HKEY_LOCAL_MACHINE", "The configuration settings for the local computer"),
        Drive("HKCU", REGISTRY, "HKEY_CURRENT_USER", "The software settings for the current user"),
        Drive("Cert", CERTIFICATES, "", "X509 Certificate Provider"),
        Drive("WSMan", WSMAN, "", "Root of WsMan Config Storage."),
    ]
    drives += [
        Drive({"Environment": "Env"}.get(provider.name, provider.name), provider, "") for provider in SESSION_PROVIDERS
    ]
    return drives


def iis_provider(session: Session) -> Provider | None:
    """Drives and providers come with their module: one that was imported, or that a command has brought along."""
    name = "webadministration"
    there = name in session.state.get("modules", {}) or name in session.state.get("used_modules", ())
    if not there or not session.has_module(name):
        return None
    from winsim.interpreter.provider_iis import IisProvider

    return IisProvider()


def late_drive(session: Session, name: str) -> Drive | None:
    """A drive that a module has brought, or a disk."""
    if name.lower() == "iis":
        provider = iis_provider(session)
        return Drive("IIS", provider, "") if provider is not None else None
    letter = session.host.files.drives.get(name.lower())
    return Drive(letter.letter, FILES, f"{letter.letter}:\\") if letter is not None else None


def find_provider(session: Session, name: str) -> Provider | None:
    for provider in PROVIDERS:
        if provider.name.lower() == name.lower():
            return provider
    return iis_provider(session) if name.lower() == "webadministration" else None


def read_text(session: Session, path: str) -> str | None:
    """The text of a file of the host, for scripts and ``switch -File``."""
    place = locations(session).place(path)
    if place.provider.name != "FileSystem" or not session.host.files.is_file(place.path):
        return None
    return decode(session.host.files.read(place.path))


def drive_value(session: Session, drive: str, name: str) -> object:
    """``${C:\\file}`` and variables of other drives."""
    place = locations(session).place(f"{drive}:{name}")
    if place.provider.name == "FileSystem":
        text = read_text(session, place.path)
        return None if text is None else text.splitlines()
    if not place.provider.exists(session, place.path):
        return None
    return place.provider.item(session, place.path)
