"""PSDriveInfo, ProviderInfo and PathInfo as declared types."""

from __future__ import annotations

from winsim.interpreter.containers import ObjectCollection
from winsim.interpreter.nettypes import TypeDef, enumeration
from winsim.interpreter.providers import SMA, Drive, PathInfo, ProviderInfo, locations
from winsim.interpreter.texts import to_text
from winsim.interpreter.values import EnumValue, Int64

DRIVE = TypeDef(SMA + "PSDriveInfo", to_text=str)
PROVIDER = TypeDef(SMA + "ProviderInfo", to_text=str)
PATH = TypeDef(SMA + "PathInfo", to_text=str)


@DRIVE.property("CurrentLocation")
def current_location(this: Drive) -> str:
    return this.current


@DRIVE.property("Name")
def name(this: Drive) -> str:
    return this.name


@DRIVE.property("Provider")
def provider(this: Drive) -> ProviderInfo:
    return this.provider.info()


@DRIVE.property("Root")
def root(this: Drive) -> str:
    return this.root or ("\\" if this.provider.name == "Certificate" else "")


DRIVE.attribute("Description", "Credential", "DisplayRoot")


def _space() -> None:
    from winsim.interpreter.ambient import running_session

    for key, amount in (("Free", "free"), ("Used", "used")):

        @DRIVE.property(key)
        def size(this: Drive, amount: str = amount) -> object:
            drive = running_session().host.files.drives.get(this.root[:1].lower())
            if this.provider.name != "FileSystem" or drive is None:
                return None
            return Int64(drive.free if amount == "free" else drive.capacity - drive.free)


_space()


@PROVIDER.property("Name")
def provider_name(this: ProviderInfo) -> str:
    return this.name


@PROVIDER.property("ModuleName")
def module_name(this: ProviderInfo) -> str:
    return this.module_name


CAPABILITIES = {
    "None": 0, "Include": 1, "Exclude": 2, "Filter": 4, "ExpandWildcards": 8, "ShouldProcess": 16, "Credentials": 32,
    "Transactions": 64,
}  # fmt: skip
OWN = {
    "FileSystem": ("Filter", "ShouldProcess", "Credentials"),
    "Registry": ("ShouldProcess", "Transactions"),
    "WSMan": ("Credentials",),
}


@PROVIDER.property("Capabilities")
def capabilities(this: ProviderInfo) -> EnumValue:
    names = OWN.get(this.name, ("ShouldProcess",))
    return EnumValue(SMA + "Provider.ProviderCapabilities", ", ".join(names), sum(CAPABILITIES[n] for n in names))


@PROVIDER.property("Drives")
def provider_drives(this: ProviderInfo) -> ObjectCollection:
    from winsim.interpreter.ambient import running_session

    drives = locations(running_session()).drives.values()
    return ObjectCollection([drive for drive in drives if drive.provider.name == this.name], SMA + "PSDriveInfo")


@PROVIDER.method("ToString")
@PATH.method("ToString")
@DRIVE.method("ToString")
def to_string(this: object) -> str:
    return to_text(this)


@PATH.property("Drive")
def path_drive(this: PathInfo) -> Drive | None:
    return this.drive


@PATH.property("Provider")
def path_provider(this: PathInfo) -> ProviderInfo:
    return this.place.provider.info()


@PATH.property("ProviderPath")
def provider_path(this: PathInfo) -> str:
    return this.place.path


@PATH.property("Path")
def path(this: PathInfo) -> str:
    return this.place.drive_path


KINDS = enumeration(SMA + "Provider.ProviderCapabilities", CAPABILITIES, flags=True)
TYPES = (DRIVE, PROVIDER, PATH, KINDS)
