"""Windows Installer packages: what the lab knows of them, and installing and removing them.

The lab's media hold small stand-ins: a text that names the product code. What a product does on a machine is decided
here, never by the stand-in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from winsim.world.iis.installation import install_extension, uninstall_extension
from winsim.world.parts import resolve
from winsim.world.text_tables import rows

if TYPE_CHECKING:
    from winsim.world.host import Host
    from winsim.world.lab import World

DATA = Path(__file__).parent / "data"
UNINSTALL = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall"
MAGIC = "Stand-in for a Windows Installer package"

SUCCESS, FATAL, UNKNOWN_PRODUCT, NOT_OPENED, NOT_A_PACKAGE = 0, 1603, 1605, 1619, 1620


@dataclass(frozen=True)
class Package:
    code: str
    name: str
    version: str
    publisher: str
    files: tuple[str, ...]
    needs: tuple[str, ...]
    effect: str

    def stand_in(self) -> bytes:
        """The contents of its file on the lab's media."""
        return f"{MAGIC}\r\nProductCode={self.code}\r\nProductVersion={self.version}\r\n".encode()


@cache
def packages() -> dict[str, Package]:
    """By upper-case product code."""
    found = {}
    for code, name, version, publisher, files, needs, effect in rows(DATA / "packages.txt", 7):
        split = [tuple(part for part in text.split(",") if part) for text in (files, needs)]
        found[code.upper()] = Package(code, name, version, publisher, split[0], split[1], effect)
    return found


def by_file(name: str) -> Package | None:
    """The package that a medium carries under a file name."""
    key = name.lower()
    return next((one for one in packages().values() if key in (file.lower() for file in one.files)), None)


def read_package(content: bytes) -> Package | None:
    """The package behind a stand-in; None for anything else."""
    text = content.decode("utf-8", "replace")
    found = re.search(r"^ProductCode=(\{[0-9A-Fa-f-]{36}\})", text, re.M)
    return packages().get(found[1].upper()) if text.startswith(MAGIC) and found else None


def is_installed(host: Host, code: str) -> bool:
    return host.registry.find(rf"{UNINSTALL}\{code}") is not None


def install(world: World, host: Host, package: Package) -> int:
    """The exit code of the installer. A missing prerequisite is a fatal error that changes nothing."""
    if is_installed(host, package.code):
        return SUCCESS
    for need in package.needs:
        there = is_installed(host, need) if need.startswith("{") else host.features.has(need)
        if not there:
            host.events.write("Application", "MsiInstaller", 11708, "Error",
                              f"Product: {package.name} -- Installation failed.")  # fmt: skip
            return FATAL
    if package.effect:
        resolve(package.effect)(world, host, True)
    key = rf"{UNINSTALL}\{package.code}"
    host.registry.set(key, "DisplayName", package.name)
    host.registry.set(key, "DisplayVersion", package.version)
    host.registry.set(key, "Publisher", package.publisher)
    host.registry.set(key, "UninstallString", f"MsiExec.exe /X{package.code}")
    host.registry.set(key, "WindowsInstaller", 1)
    host.events.write("Application", "MsiInstaller", 11707, "Information",
                      f"Product: {package.name} -- Installation completed successfully.")  # fmt: skip
    return SUCCESS


def uninstall(world: World, host: Host, code: str) -> int:
    if not is_installed(host, code):
        return UNKNOWN_PRODUCT
    package = packages().get(code.upper())
    if package is not None and package.effect:
        resolve(package.effect)(world, host, False)
    host.registry.remove(rf"{UNINSTALL}\{code}")
    return SUCCESS


def url_rewrite(world: World, host: Host, installing: bool) -> None:
    _extension(host, "rewrite", installing)


def web_farm(world: World, host: Host, installing: bool) -> None:
    _extension(host, "webfarm", installing)


def request_routing(world: World, host: Host, installing: bool) -> None:
    _extension(host, "arr", installing)


def _extension(host: Host, name: str, installing: bool) -> None:
    if installing:
        install_extension(host, name)
    else:
        uninstall_extension(host, name)
