"""Providers, drives and the resolution of PowerShell paths.

A path names a provider and a place in it: ``C:\\x``, ``HKLM:\\SOFTWARE``, ``Cert:\\LocalMachine\\My``, ``env:Path``,
``Registry::HKEY_LOCAL_MACHINE\\x``, or something relative to the current location. Inside a provider paths have one
form each: ``C:\\x``, ``HKEY_LOCAL_MACHINE\\x``, ``LocalMachine\\My``, ``Path``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from winsim.interpreter.command import CommandError
from winsim.interpreter.special import extend
from winsim.interpreter.values import NetObject, PSObject
from winsim.interpreter.wildcards import has_wildcard, unescape, wildcard_match

if TYPE_CHECKING:
    from winsim.interpreter.session import Session

SMA = "System.Management.Automation."


class ProviderInfo(NetObject):
    type_names = (SMA + "ProviderInfo", "System.Object")

    def __init__(self, name: str, module: str) -> None:
        self.name = name
        self.module_name = module

    def __str__(self) -> str:
        return f"{self.module_name}\\{self.name}"


class Provider:
    """What a provider can do; what it does not override it does not support."""

    name = ""
    module = "Microsoft.PowerShell.Core"
    separator_root = False  # whether drive paths start with a backslash of their own: C:\, Cert:\

    @cached_property
    def _info(self) -> ProviderInfo:
        return ProviderInfo(self.name, self.module)

    def info(self) -> ProviderInfo:
        """What Get-PSProvider gives: always the same object."""
        return self._info

    def refuse(self, what: str) -> CommandError:
        return CommandError(
            "NotSupported",
            f"Cannot call method. The provider does not support the use of this method ({what}).",
            "NotImplemented",
            None,
            SMA + "PSNotSupportedException",
        )

    def exists(self, session: Session, path: str) -> bool:
        raise self.refuse("exists")

    def is_container(self, session: Session, path: str) -> bool:
        return False

    def item(self, session: Session, path: str) -> object:
        raise self.refuse("item")

    def child_names(self, session: Session, path: str) -> list[str]:
        return []

    def new_item(self, session: Session, path: str, kind: str, value: object, options: dict[str, object]) -> object:
        raise self.refuse("new")

    def set_item(self, session: Session, path: str, value: object) -> object:
        raise self.refuse("set")

    def clear_item(self, session: Session, path: str) -> None:
        raise self.refuse("clear")

    def remove_item(self, session: Session, path: str, options: dict[str, object]) -> None:
        raise self.refuse("remove")

    def rename_item(self, session: Session, path: str, name: str) -> object:
        raise self.refuse("rename")

    def copy_item(self, session: Session, path: str, target: str, recurse: bool, container: bool) -> object:
        raise self.refuse("copy")

    def move_item(self, session: Session, path: str, target: str) -> object:
        raise self.refuse("move")

    def properties(self, session: Session, path: str, names: Sequence[str]) -> PSObject:
        raise self.refuse("properties")

    def set_property(self, session: Session, path: str, name: str, value: object, kind: str = "") -> None:
        raise self.refuse("set property")

    def remove_property(self, session: Session, path: str, name: str) -> None:
        raise self.refuse("remove property")

    def full(self, session: Session, path: str) -> str:
        """The path as the provider writes it."""
        return path


@dataclass(frozen=True)
class Place:
    """A path that was taken apart; ``drive`` is the name without colon, "" for ``Provider::`` and UNC paths."""

    provider: Provider
    path: str  # in the provider's own form
    drive: str = ""
    drive_root: str = ""

    @property
    def shown(self) -> str:
        """With the drive where there is one: what $PWD shows."""
        if self.provider.name == "FileSystem":
            return self.path
        if not self.drive:
            return f"{self.provider.info()}::{self.path}"
        inside = self.path[len(self.drive_root) :].lstrip("\\")
        return f"{self.drive}:\\{inside}"

    @property
    def drive_path(self) -> str:
        """As the session names it: with the drive, whatever its root is, or with the provider."""
        if not self.drive:
            return self.ps_path
        if self.provider.name == "FileSystem" and len(self.drive_root.rstrip("\\")) == 2:
            return self.path
        return f"{self.drive}:\\{self.path[len(self.drive_root) :].lstrip(chr(92))}"

    @property
    def ps_path(self) -> str:
        return f"{self.provider.info()}::{self.path}"

    @property
    def name(self) -> str:
        return self.path.rstrip("\\").rpartition("\\")[2]

    def with_path(self, path: str) -> Place:
        return Place(self.provider, path, self.drive, self.drive_root)

    @property
    def parent(self) -> str:
        """The path above, "" at a root."""
        head, slash, _ = self.path.rstrip("\\").rpartition("\\")
        return head + "\\" if slash and head.endswith(":") else head

    def child(self, name: str) -> Place:
        base = self.path.rstrip("\\")
        return self.with_path(f"{base}\\{name}" if base else name)


@dataclass
class Drive(NetObject):
    """System.Management.Automation.PSDriveInfo."""

    name: str
    provider: Provider
    root: str
    description: str = ""
    display_root: str = ""
    credential: object = None
    current: str = field(default="")  # relative to the root

    type_names = (SMA + "PSDriveInfo", "System.Object")

    def __str__(self) -> str:
        return self.name

    def __hash__(self) -> int:
        return id(self)


FLAT = frozenset({"env", "variable", "function", "alias"})  # drives of one level: names with any character


class Locations:
    """The drives of a session and where it stands; kept in ``session.state["locations"]``."""

    def __init__(self, session: Session) -> None:
        from winsim.interpreter.provider_list import default_drives

        self.session = session
        self.drives: dict[str, Drive] = {drive.name.lower(): drive for drive in default_drives(session)}
        self.stacks: dict[str, list[Place]] = {}
        self.default_stack = ""
        start = session.home() + "\\Documents" if session.host is not None else "C:\\"
        self.here = self.place(start if "c" in self.drives else "Variable:\\")
        if not self.here.provider.exists(session, self.here.path) and "c" in self.drives:
            self.here = self.place("C:\\")

    def drive(self, name: str) -> Drive:
        found = self.drives.get(name.lower())
        if found is None:
            from winsim.interpreter.provider_list import late_drive

            late = late_drive(self.session, name)
            if late is None:
                raise CommandError(
                    "DriveNotFound",
                    f"Cannot find drive. A drive with the name '{name}' does not exist.",
                    "ObjectNotFound",
                    name,
                    SMA + "DriveNotFoundException",
                )
            self.drives[name.lower()] = found = late
        return found

    def go(self, place: Place) -> None:
        self.here = place
        if place.drive:
            self.drive(place.drive).current = place.path[len(place.drive_root) :].lstrip("\\")

    def place(self, text: str) -> Place:
        """The place that a path means; it need not exist and is not globbed."""
        text = text.strip().strip('"') if text.strip() else text
        drive_name, colon, inside = text.partition(":")
        if colon and drive_name.lower() in FLAT:
            drive = self.drive(drive_name)
            return Place(drive.provider, inside.removeprefix("\\").removeprefix("/"), drive.name, drive.root)
        text = text.replace("/", "\\")
        head, qualified, rest = text.partition("::")
        if qualified:
            return self.by_provider(head, rest)
        if text.startswith("\\\\"):
            return Place(self.provider("FileSystem"), text)
        if text == "~" or text.startswith("~\\"):
            return self.place(self.session.home() + text[1:])
        drive_name, colon, inside = text.partition(":")
        if colon and "\\" not in drive_name and drive_name:
            return self.on_drive(self.drive(drive_name), inside)
        if not self.here.drive:
            return self.here.with_path(normal(text if text.startswith("\\\\") else f"{self.here.path}\\{text}"))
        drive = self.drive(self.here.drive)
        if text.startswith("\\"):
            return self.on_drive(drive, text)
        inside = self.here.path[len(drive.root) :].lstrip("\\")
        return self.on_drive(drive, f"\\{inside}\\{text}")

    def on_drive(self, drive: Drive, inside: str) -> Place:
        if inside and not inside.startswith("\\"):
            inside = f"\\{drive.current}\\{inside}" if drive.current else f"\\{inside}"
        elif not inside:
            inside = f"\\{drive.current}"
        path = normal(inside).lstrip("\\")
        root = drive.root.rstrip("\\")
        if drive.provider.name == "FileSystem" and not path:
            return Place(drive.provider, root + "\\", drive.name, drive.root)
        return Place(drive.provider, f"{root}\\{path}" if root and path else root or path, drive.name, drive.root)

    def by_provider(self, name: str, path: str) -> Place:
        provider = self.provider(name.rpartition("\\")[2])
        if provider.name == "FileSystem" and len(path) > 1 and path[1] == ":":
            return self.on_drive(self.drive(path[0]), path[2:] or "\\")
        path = normal(path).lstrip("\\")
        for drive in self.drives.values():
            if drive.provider is provider and drive.root and path.lower().startswith(drive.root.lower()):
                return Place(provider, path, drive.name, drive.root)
            if drive.provider is provider and not drive.root:
                return Place(provider, path, drive.name, "")
        return Place(provider, path)

    def provider(self, name: str) -> Provider:
        from winsim.interpreter.provider_list import find_provider

        found = find_provider(self.session, name)
        if found is None:
            raise CommandError(
                "ProviderNotFound",
                f"Cannot find a provider with the name '{name}'.",
                "ObjectNotFound",
                name,
                SMA + "ProviderNotFoundException",
            )
        return found


def normal(path: str) -> str:
    """Resolves ``.``, ``..`` and doubled separators."""
    out: list[str] = []
    lead = "\\\\" if path.startswith("\\\\") else "\\" if path.startswith("\\") else ""
    for part in path.split("\\"):
        if part == "..":
            if out:
                out.pop()
        elif part not in ("", "."):
            out.append(part)
    return lead + "\\".join(out)


def locations(session: Session) -> Locations:
    """The locations of a session, made on first use."""
    found = session.state.get("locations")
    if found is None:
        session.state["locations"] = found = Locations(session)
    result: Locations = found
    return result


def attach(session: Session) -> None:
    """Gives a session the readers that the interpreter asks for: $pwd, script files, variables of drives."""
    from winsim.interpreter.provider_list import drive_value, read_text

    session.state["location"] = lambda: path_info(locations(session).here, locations(session))
    session.state["resolve_path"] = lambda path: locations(session).place(path).path
    session.state["read_text"] = lambda path: read_text(session, path)
    session.state["drive_reader"] = lambda frame, drive, name: drive_value(session, drive, name)


class PathInfo(NetObject):
    """System.Management.Automation.PathInfo."""

    type_names = (SMA + "PathInfo", "System.Object")

    def __init__(self, place: Place, drive: Drive | None) -> None:
        self.place = place
        self.drive = drive

    def __str__(self) -> str:
        return self.place.drive_path


def path_info(place: Place, known: Locations) -> PathInfo:
    return PathInfo(place, known.drives.get(place.drive.lower()) if place.drive else None)


def not_found(text: str) -> CommandError:
    return CommandError(
        "PathNotFound",
        f"Cannot find path '{text}' because it does not exist.",
        "ObjectNotFound",
        text,
        SMA + "ItemNotFoundException",
    )


def glob(session: Session, text: str, literal: bool = False) -> list[Place]:
    """The existing places that a path stands for; a plain path that is not there is PathNotFound."""
    known = locations(session)
    place = known.place(text)
    if literal or not has_wildcard(text):
        if not literal:
            place = place.with_path(unescape(place.path))
        if not place.provider.exists(session, place.path):
            raise not_found(place.drive_path if place.drive else place.shown)
        return [place]
    return expand(session, place)


def expand(session: Session, place: Place) -> list[Place]:
    """Matches wildcards part by part."""
    parts = place.path.split("\\")
    first = next((i for i, part in enumerate(parts) if has_wildcard(part)), None)
    if first is None:  # it stood before a ..
        return [place] if place.provider.exists(session, place.path) else []
    found = [place.with_path("\\".join(parts[:first]))]
    for part in parts[first:]:
        step: list[Place] = []
        for base in found:
            root = base.path + "\\" if base.path.endswith(":") else base.path
            if has_wildcard(part):
                names = base.provider.child_names(session, root)
                step += [base.child(name) for name in names if wildcard_match(part, name)]
            elif base.provider.exists(session, base.child(part).path):
                step.append(base.child(part))
        found = step
    return found


def decorated(session: Session, value: object, place: Place, container: bool | None = None) -> object:
    """The object with the notes that providers add: PSPath, PSParentPath, PSChildName, PSDrive, PSProvider, and
    PSIsContainer for an item."""
    bag = value if isinstance(value, PSObject) else extend(value)
    if bag is None:
        bag = value = PSObject({}, (), value)
    drive = locations(session).drives.get(place.drive.lower()) if place.drive else None
    bag["PSPath"] = place.ps_path
    bag["PSParentPath"] = f"{place.provider.info()}::{place.parent}" if place.parent else ""
    bag["PSChildName"] = place.name or place.path
    if drive is not None:
        bag["PSDrive"] = drive
    bag["PSProvider"] = place.provider.info()
    if container is not None:
        bag["PSIsContainer"] = container
    return value
