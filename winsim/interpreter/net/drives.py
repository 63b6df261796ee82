"""PSDriveInfo, ProviderInfo and PathInfo as declared types."""

from __future__ import annotations

from winsim.interpreter.nettypes import TypeDef
from winsim.interpreter.providers import SMA, Drive, PathInfo, ProviderInfo
from winsim.interpreter.texts import to_text
from winsim.interpreter.values import Int64

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
            drive = running_session().host.files.drives.get(this.name.lower())
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
    return this.place.shown


TYPES = (DRIVE, PROVIDER, PATH)
