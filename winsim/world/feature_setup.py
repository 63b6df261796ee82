"""Installing and removing Windows features on a host, with what they bring and take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from winsim.world.features import Feature, catalogue
from winsim.world.host import BootAction
from winsim.world.parts import resolve
from winsim.world.services import Service, ServiceError, StartType, stop
from winsim.world.shares import find_file
from winsim.world.text_tables import rows

if TYPE_CHECKING:
    from winsim.world.host import Host
    from winsim.world.lab import World

DATA = Path(__file__).parent / "data"
SOURCE_NOT_FOUND = 0x800F081F
DOWNLOAD_FAILED = 0x800F0906

# What else a feature does: functions f(world, host) of winsim, named so that products are loaded when they are used.
WHEN_INSTALLED = {"web-server": "winsim.world.iis.features:role_installed"}
WHEN_REMOVED = {
    "ad-domain-services": "winsim.world.directory.pending:role_removed",
    "web-server": "winsim.world.iis.features:role_removed",
    "adfs-federation": "winsim.world.adfs.deployment:role_removed",
    "dns": "winsim.world.dns:role_removed",
}
# Features whose removal is finished by a restart.
REMOVAL_RESTARTS = frozenset(
    {"web-server", "was", "ad-domain-services", "windows-internal-database", "hyper-v", "server-gui-shell"}
)


class FeatureError(Exception):
    """Nothing was installed; ``code`` is the HRESULT."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True)
class SetupResult:
    changed: tuple[Feature, ...]
    restart_needed: bool

    @property
    def exit_code(self) -> str:
        if not self.changed:
            return "NoChangeNeeded"
        return "SuccessRestartRequired" if self.restart_needed else "Success"


@cache
def services_of() -> dict[str, list[list[str]]]:
    table: dict[str, list[list[str]]] = {}
    for row in rows(DATA / "feature_services.txt", 8):
        table.setdefault(row[0].lower(), []).append(row[1:])
    return table


def install(
    world: World,
    host: Host,
    names: Sequence[str],
    *,
    tools: bool = False,
    sub_features: bool = False,
    sources: Sequence[str] = (),
) -> SetupResult:
    """Installs features by name; all or nothing."""
    features = host.features.to_install(names, tools, sub_features)
    for feature in features:
        if feature.name.lower() in host.features.removed:
            _check_source(world, host, feature, sources)
    for feature in features:
        key = feature.name.lower()
        host.features.removed.discard(key)
        if feature.restart:
            host.features.install_pending.add(key)
        else:
            _bring(world, host, feature)
    restart = any(feature.restart for feature in features)
    if restart:
        host.require_reboot()
        names_waiting = [feature.name for feature in features if feature.restart]
        host.at_boot.append(BootAction("winsim.world.feature_setup:finish", {"names": names_waiting}))
    return SetupResult(tuple(features), restart)


def finish(world: World, host: Host, names: list[str]) -> None:
    """After the restart: what waited for it is installed."""
    for name in names:
        host.features.install_pending.discard(name.lower())
        feature = catalogue().find(name)
        if feature is not None:
            _bring(world, host, feature)


def _check_source(world: World, host: Host, feature: Feature, sources: Sequence[str]) -> None:
    if not sources:
        raise FeatureError(
            DOWNLOAD_FAILED,
            "The request to add or remove features on the specified server failed.\r\nInstallation of one or more "
            "roles, role services, or features failed.\r\nThe source files could not be downloaded.\r\nUse the "
            "\"source\" option to specify the location of the files that are required to restore the feature. "
            f"Error: 0x{DOWNLOAD_FAILED:x}",
        )  # fmt: skip
    found = [find_file(world, host, source) for source in sources]
    if not any(entry is not None and entry.is_directory for entry in found):
        raise FeatureError(
            SOURCE_NOT_FOUND,
            "The request to add or remove features on the specified server failed.\r\nInstallation of one or more "
            "roles, role services, or features failed.\r\nThe source files could not be found.\r\nUse the \"Source\" "
            "option to specify the location of the files that are required to restore the feature. "
            f"Error: 0x{SOURCE_NOT_FOUND:x}",
        )  # fmt: skip


def _bring(world: World, host: Host, feature: Feature) -> None:
    key = feature.name.lower()
    host.features.installed.add(key)
    for name, display, start, state, account, path, depends in services_of().get(key, []):
        mode: StartType = "Disabled" if start == "Disabled" else "Manual" if start == "Manual" else "Automatic"
        host.services.add(
            Service(name, display, "Running" if state == "R" else "Stopped", mode, False,
                    depends.split(",") if depends else [], account or "LocalSystem", path)
        )  # fmt: skip
    if key in WHEN_INSTALLED:
        resolve(WHEN_INSTALLED[key])(world, host)
    if key.startswith("web-"):
        resolve("winsim.world.iis.installation:feature_added")(host, feature.name)


def remove(world: World, host: Host, names: Sequence[str], *, tools: bool = False) -> SetupResult:
    """Removes features with what depends on them."""
    book = catalogue()
    wanted = list(names)
    if tools:
        wanted += [tool for name in names for tool in book.tools.get(name.lower(), ())]
    gone = host.features.to_remove(wanted)
    for feature in gone:
        key = feature.name.lower()
        if key in WHEN_REMOVED:
            resolve(WHEN_REMOVED[key])(world, host)
        for row in services_of().get(key, []):
            _drop_service(world, host, row[0])
        if key.startswith("web-"):
            resolve("winsim.world.iis.installation:feature_removed")(host, feature.name)
        host.features.installed.discard(key)
    restart = any(feature.name.lower() in REMOVAL_RESTARTS for feature in gone)
    if restart:
        host.require_reboot()
    return SetupResult(tuple(gone), restart)


def _drop_service(world: World, host: Host, name: str) -> None:
    service = host.services.find(name)
    if service is None:
        return
    service.can_stop = True
    try:
        stop(world, host, name, force=True)
    except ServiceError:
        service.state = "Stopped"
    if name != "BITS":  # part of every installation
        host.services.remove(name)
