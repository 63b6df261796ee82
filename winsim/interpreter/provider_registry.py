"""The Registry provider."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from winsim.interpreter.command import CommandError
from winsim.interpreter.net.registrykeys import RegistryKeyObject, from_data, to_data
from winsim.interpreter.providers import Provider
from winsim.interpreter.values import PSObject
from winsim.interpreter.wildcards import wildcard_match
from winsim.world.registry import HIVES, RegistryKey

if TYPE_CHECKING:
    from winsim.interpreter.session import Session

DEFAULT = "(default)"


def missing_property(name: str, path: str) -> CommandError:
    return CommandError(
        "System.Management.Automation.PSArgumentException",
        f"Property {name} does not exist at path {path}.",
        "InvalidArgument",
        name,
        "System.Management.Automation.PSArgumentException",
    )


class RegistryProvider(Provider):
    name = "Registry"

    def key(self, session: Session, path: str) -> RegistryKey | None:
        found: RegistryKey | None = session.host.registry.find(path)
        if found is None and path.upper() in ("HKEY_CLASSES_ROOT", "HKCR"):
            found = session.host.registry.create(path)  # the root is there whatever is below it
        return found

    def need(self, session: Session, path: str) -> RegistryKey:
        key = self.key(session, path)
        if key is None:
            raise CommandError(
                "PathNotFound",
                f"Cannot find path '{path}' because it does not exist.",
                "ObjectNotFound",
                path,
                "System.Management.Automation.ItemNotFoundException",
            )
        return key

    def exists(self, session: Session, path: str) -> bool:
        return not path or self.key(session, path) is not None

    def is_container(self, session: Session, path: str) -> bool:
        return self.exists(session, path)

    def item(self, session: Session, path: str) -> RegistryKeyObject:
        return RegistryKeyObject(session.host.registry, path)

    def child_names(self, session: Session, path: str) -> list[str]:
        if not path:
            return list(HIVES.values())
        key = self.key(session, path)
        return [key.keys[name].name for name in sorted(key.keys)] if key else []

    def new_item(self, session: Session, path: str, kind: str, value: object, options: dict[str, object]) -> object:
        registry = session.host.registry
        if registry.find(path) is not None:
            if not options.get("Force"):
                raise CommandError(
                    "System.IO.IOException",
                    "A key in this path already exists.",
                    "ResourceExists",
                    path,
                    "System.IO.IOException",
                )
            registry.remove(path)  # -Force makes the key anew
        parent = path.rpartition("\\")[0]
        if registry.find(parent) is None and not options.get("Force"):
            raise CommandError(
                "System.ArgumentException",
                "The registry key at the specified path does not exist.",
                "InvalidArgument",
                path,
                "System.ArgumentException",
            )
        key = registry.create(path)
        if value is not None:
            data, chosen = to_data(value, "" if kind == "Key" else kind)
            key.set("", data, chosen)
        return self.item(session, path)

    def set_item(self, session: Session, path: str, value: object) -> object:
        self.set_property(session, path, DEFAULT, value)
        return self.item(session, path)

    def clear_item(self, session: Session, path: str) -> None:
        self.need(session, path).values.clear()

    def remove_item(self, session: Session, path: str, options: dict[str, object]) -> None:
        session.host.registry.remove(path)

    def rename_item(self, session: Session, path: str, name: str) -> object:
        return self.move_item(session, path, f"{path.rpartition(chr(92))[0]}\\{name}")

    def move_item(self, session: Session, path: str, target: str) -> object:
        made = self.copy_item(session, path, target, True, True)
        session.host.registry.remove(path)
        return made

    def copy_item(self, session: Session, path: str, target: str, recurse: bool, container: bool) -> object:
        import copy

        source, made = self.need(session, path), session.host.registry.create(target)
        made.values.update(copy.deepcopy(source.values))
        if recurse:
            made.keys.update(copy.deepcopy(source.keys))
        return self.item(session, target)

    def properties(self, session: Session, path: str, names: Sequence[str]) -> PSObject:
        key = self.need(session, path)
        bag = PSObject()
        for value in key.values.values():
            shown = value.name or DEFAULT
            if not names or any(wildcard_match(name, shown) for name in names):
                bag[shown] = from_data(value, session)
        for name in names:
            if name not in bag and not any(c in name for c in "*?["):
                raise missing_property(name, path)
        return bag

    def set_property(self, session: Session, path: str, name: str, value: object, kind: str = "") -> None:
        key = self.need(session, path)
        stored = "" if name.lower() == DEFAULT else name
        present = key.values.get(stored.lower())
        data, chosen = to_data(value, kind or (present.kind if present else ""))
        key.set(present.name if present else stored, data, chosen)

    def remove_property(self, session: Session, path: str, name: str) -> None:
        key = self.need(session, path)
        stored = "" if name.lower() == DEFAULT else name
        hits = [n for n in [v.name for v in key.values.values()] if wildcard_match(stored, n)]
        if not hits:
            raise missing_property(name, path)
        for hit in hits:
            key.drop(hit)
