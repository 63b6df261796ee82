"""Windows features of 2012 R2: the catalogue, and which of them a host has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from winsim.world.text_tables import rows

DATA = Path(__file__).parent / "data"
CATALOGUE = DATA / "features.txt"

# Modules that come with the payload of a role rather than with its tools.
MODULES_OF = {"addsdeployment": "AD-Domain-Services", "adcsdeployment": "AD-Certificate"}


@dataclass(frozen=True)
class Feature:
    name: str
    display_name: str
    kind: str  # Role, Role Service, Feature
    parent: str
    depth: int
    depends: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    default: bool = False
    removed: bool = False
    restart: bool = False


@dataclass(frozen=True)
class Catalogue:
    features: Mapping[str, Feature]  # by lower-case name, in the order of Get-WindowsFeature
    defaults: Mapping[str, tuple[str, ...]]
    tools: Mapping[str, tuple[str, ...]]

    def find(self, name: str) -> Feature | None:
        return self.features.get(name.lower())

    def children(self, name: str) -> list[Feature]:
        return [feature for feature in self.features.values() if feature.parent.lower() == name.lower()]

    def descendants(self, name: str) -> list[Feature]:
        found = []
        for child in self.children(name):
            found += [child, *self.descendants(child.name)]
        return found


@cache
def catalogue() -> Catalogue:
    features: dict[str, Feature] = {}
    tables: dict[str, dict[str, tuple[str, ...]]] = {"defaults": {}, "tools": {}}
    section, above = "", list[str]()
    for line in CATALOGUE.read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith("["):
            section = line.strip("[]")
            continue
        columns = [column.strip() for column in line.split("|")]
        if section in tables:
            tables[section][columns[0].lower()] = tuple(columns[1].split())
            continue
        depth = (len(line) - len(line.lstrip())) // 2
        above[depth:] = [columns[0]]
        kind = "Feature" if section == "features" else "Role Service" if depth else "Role"
        features[columns[0].lower()] = _feature(columns, kind, above[depth - 1] if depth else "", depth)
    return Catalogue(features, tables["defaults"], tables["tools"])


def _feature(columns: list[str], kind: str, parent: str, depth: int) -> Feature:
    words = columns[2].split() if len(columns) > 2 else []
    lists = {key: tuple(value.split(",")) for key, _, value in (word.partition("=") for word in words) if value}
    return Feature(
        columns[0], columns[1], kind, parent, depth,
        lists.get("depends", ()), lists.get("modules", ()), lists.get("services", ()),
        "default" in words, "removed" in words, "restart" in words,
    )  # fmt: skip


@cache
def built_in_modules() -> frozenset[str]:
    """PowerShell modules of every 2012 R2 server with a desktop; features and products bring the others."""
    return frozenset(name.lower() for (name,) in rows(DATA / "modules.txt", 1))


@dataclass
class Features:
    """Names of the installed features, of those that wait for a restart, and of those whose payload is missing."""

    installed: set[str] = field(default_factory=set)
    install_pending: set[str] = field(default_factory=set)
    removed: set[str] = field(default_factory=set)

    def has(self, name: str) -> bool:
        return name.lower() in self.installed

    def state(self, name: str) -> str:
        key = name.lower()
        if key in self.install_pending:
            return "InstallPending"
        if key in self.installed:
            return "Installed"
        return "Removed" if key in self.removed else "Available"

    def brings_module(self, module: str) -> bool:
        if module in built_in_modules():
            return True
        home = MODULES_OF.get(module)
        if home is not None:
            return self.has(home)
        every = catalogue().features
        return any(module in (m.lower() for m in every[name].modules) for name in self.installed)

    def to_install(self, names: Iterable[str], tools: bool = False, sub_features: bool = False) -> list[Feature]:
        """What installing these adds, in order: parents, dependencies and default role services included."""
        book = catalogue()
        order: dict[str, Feature] = {}

        def add(name: str, asked: bool) -> None:
            feature = book.features[name.lower()]
            if name.lower() in order or (self.has(name) and not asked):
                return
            for need in (*([feature.parent] if feature.parent else []), *feature.depends):
                add(need, False)
            if not self.has(name):
                order.setdefault(name.lower(), feature)
            extra = book.defaults.get(name.lower(), ()) if asked and not self.has(name) else ()
            for child in extra:
                add(child, False)
            if tools and asked:
                for tool in book.tools.get(name.lower(), ()):
                    add(tool, False)

        for name in names:
            add(name, True)
            if sub_features:
                for child in book.descendants(name):
                    add(child.name, True)
        return list(order.values())

    def to_remove(self, names: Iterable[str]) -> list[Feature]:
        """What removing these takes away: what is below them and what needs them."""
        book = catalogue()
        gone: dict[str, Feature] = {}

        def drop(name: str) -> None:
            if name.lower() in gone or not self.has(name):
                return
            gone[name.lower()] = book.features[name.lower()]
            for other in book.features.values():
                if other.parent.lower() == name.lower() or name.lower() in (need.lower() for need in other.depends):
                    drop(other.name)

        for name in names:
            drop(name)
        return list(gone.values())
