"""A host's registry: hives, keys and typed values, looked up without regard to case."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from winsim.world.security import AccessList

Kind = Literal["String", "ExpandString", "DWord", "QWord", "Binary", "MultiString", "None"]
Data = str | int | bytes | list[str]

HIVES = {
    "hklm": "HKEY_LOCAL_MACHINE",
    "hkcu": "HKEY_CURRENT_USER",
    "hku": "HKEY_USERS",
    "hkcr": "HKEY_CLASSES_ROOT",
    "hkcc": "HKEY_CURRENT_CONFIG",
}


@dataclass
class RegistryValue:
    name: str  # "" is the (default) value
    kind: Kind
    data: Data


@dataclass
class RegistryKey:
    name: str
    values: dict[str, RegistryValue] = field(default_factory=dict)
    keys: dict[str, RegistryKey] = field(default_factory=dict)
    access: AccessList = field(default_factory=AccessList)
    volatile: bool = False  # gone after a restart

    def get(self, name: str) -> Data | None:
        value = self.values.get(name.lower())
        return value.data if value else None

    def set(self, name: str, data: Data, kind: Kind | None = None) -> None:
        self.values[name.lower()] = RegistryValue(name, kind or kind_of(data), data)

    def drop(self, name: str) -> bool:
        return self.values.pop(name.lower(), None) is not None


def kind_of(data: Data) -> Kind:
    if isinstance(data, bytes):
        return "Binary"
    if isinstance(data, list):
        return "MultiString"
    return "DWord" if isinstance(data, int) else "String"


def split(path: str) -> tuple[str, list[str]]:
    """``HKLM:\\SOFTWARE\\x`` or ``HKEY_LOCAL_MACHINE\\SOFTWARE\\x`` -> ("hklm", ["SOFTWARE", "x"])."""
    parts = [part for part in path.replace("/", "\\").split("\\") if part]
    if not parts:
        return "", []
    head = parts[0].rstrip(":").lower()
    short = next((key for key, name in HIVES.items() if name.lower() == head), head)
    if short == "hkcr":
        return "hklm", ["SOFTWARE", "Classes", *parts[1:]]
    return short, parts[1:]


@dataclass
class Registry:
    hives: dict[str, RegistryKey] = field(
        default_factory=lambda: {key: RegistryKey(name) for key, name in HIVES.items() if key != "hkcr"}
    )

    def find(self, path: str) -> RegistryKey | None:
        hive, parts = split(path)
        key = self.hives.get(hive)
        for part in parts:
            if key is None:
                return None
            key = key.keys.get(part.lower())
        return key

    def create(self, path: str) -> RegistryKey:
        """The key, made with those above it where missing."""
        hive, parts = split(path)
        key = self.hives.get(hive)
        if key is None:
            raise KeyError(path)
        for part in parts:
            key = key.keys.setdefault(part.lower(), RegistryKey(part))
        return key

    def remove(self, path: str) -> bool:
        """Removes a key with everything below; False when it was not there."""
        hive, parts = split(path)
        if not parts:
            return False
        parent = self.find("\\".join([hive, *parts[:-1]]))
        return parent is not None and parent.keys.pop(parts[-1].lower(), None) is not None

    def get(self, path: str, name: str) -> Data | None:
        key = self.find(path)
        return key.get(name) if key else None

    def set(self, path: str, name: str, data: Data, kind: Kind | None = None) -> None:
        self.create(path).set(name, data, kind)

    def subkeys(self, path: str) -> Iterator[RegistryKey]:
        key = self.find(path)
        return iter([key.keys[name] for name in sorted(key.keys)] if key else [])
