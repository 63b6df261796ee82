"""The WebAdministration provider as a provider of drives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from winsim.interpreter.providers import Provider
from winsim.interpreter.values import PSObject

if TYPE_CHECKING:
    from winsim.interpreter.session import Session


class Asking:
    """What the IIS drive needs of a call: where it runs."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.host = session.host
        self.world = session.world


class IisProvider(Provider):
    name = "WebAdministration"
    module = "WebAdministration"

    @property
    def drive(self) -> Any:
        from importlib import import_module

        return import_module("winsim.cmdlets.iis_drive")

    def exists(self, session: Session, path: str) -> bool:
        return bool(self.drive.exists(Asking(session), path))

    def is_container(self, session: Session, path: str) -> bool:
        return bool(self.drive.is_container(path))

    def item(self, session: Session, path: str) -> object:
        found: object = self.drive.item(Asking(session), path)
        return found

    def child_names(self, session: Session, path: str) -> list[str]:
        from winsim.interpreter.members import get_property_of
        from winsim.interpreter.texts import to_text

        names = []
        for child in self.drive.children(Asking(session), path):
            shown = get_property_of(child, "PSChildName") or get_property_of(child, "name")
            names.append(to_text(shown))
        return names

    def new_item(self, session: Session, path: str, kind: str, value: object, options: dict[str, object]) -> object:
        made: object = self.drive.new_item(Asking(session), path, value, options)
        return made

    def set_item(self, session: Session, path: str, value: object) -> object:
        self.drive.set_item(Asking(session), path, value)
        return self.item(session, path)

    def remove_item(self, session: Session, path: str, options: dict[str, object]) -> None:
        self.drive.remove_item(Asking(session), path)

    def properties(self, session: Session, path: str, names: Sequence[str]) -> Any:
        """One name gives the attribute itself (its value is in ``Value``), as the real provider does."""
        values = self.drive.properties(Asking(session), path, names)
        return values[0] if len(values) == 1 else PSObject(dict(zip(names, values, strict=False)))

    def set_property(self, session: Session, path: str, name: str, value: object, kind: str = "") -> None:
        self.drive.set_property(Asking(session), path, name, value)

    def remove_property(self, session: Session, path: str, name: str) -> None:
        self.drive.clear_property(Asking(session), path, name)
