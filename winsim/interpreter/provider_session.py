"""The providers of a session's own things: variables, functions, aliases and the environment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winsim.interpreter.command import CommandError, NotBuilt
from winsim.interpreter.containers import DictionaryEntry
from winsim.interpreter.providers import Provider
from winsim.interpreter.registry import ALIASES
from winsim.interpreter.scopes import PSVariable, Scope
from winsim.interpreter.scriptblocks import AliasInfo
from winsim.interpreter.texts import to_text

if TYPE_CHECKING:
    from winsim.interpreter.session import Session


class FlatProvider(Provider):
    """A provider with one level."""

    def lookup(self, session: Session, name: str) -> object | None:
        raise NotImplementedError

    def names(self, session: Session) -> list[str]:
        raise NotImplementedError

    def store(self, session: Session, name: str, value: object) -> None:
        raise self.refuse("set")

    def drop(self, session: Session, name: str) -> None:
        raise self.refuse("remove")

    def exists(self, session: Session, path: str) -> bool:
        return not path or self.lookup(session, path) is not None

    def is_container(self, session: Session, path: str) -> bool:
        return not path

    def item(self, session: Session, path: str) -> object:
        return self.lookup(session, path)

    def child_names(self, session: Session, path: str) -> list[str]:
        return sorted(self.names(session), key=str.lower)

    def new_item(self, session: Session, path: str, kind: str, value: object, options: dict[str, object]) -> object:
        if self.lookup(session, path) is not None and not options.get("Force"):
            raise CommandError(
                "Argument",
                f"The item '{path}' already exists.",
                "ResourceExists",
                path,
                "System.Management.Automation.PSArgumentException",
            )
        self.store(session, path, value)
        return self.lookup(session, path)

    def set_item(self, session: Session, path: str, value: object) -> object:
        self.store(session, path, value)
        return self.lookup(session, path)

    def clear_item(self, session: Session, path: str) -> None:
        self.store(session, path, None)

    def remove_item(self, session: Session, path: str, options: dict[str, object]) -> None:
        self.drop(session, path)

    def copy_item(self, session: Session, path: str, target: str, recurse: bool, container: bool) -> object:
        self.store(session, target, self.content(self.lookup(session, path)))
        return self.lookup(session, target)

    def rename_item(self, session: Session, path: str, name: str) -> object:
        held = self.lookup(session, path)
        self.store(session, name, self.content(held))
        self.drop(session, path)
        return self.lookup(session, name)

    @staticmethod
    def content(held: object) -> object:
        return getattr(held, "value", held)


def scope_of(session: Session) -> Scope:
    return session.current_frame().scope


class VariableProvider(FlatProvider):
    name = "Variable"

    def lookup(self, session: Session, name: str) -> object | None:
        scope = scope_of(session).find(name.lower())
        return None if scope is None else PSVariable(scope.names.get(name.lower(), name), scope)

    def names(self, session: Session) -> list[str]:
        found: dict[str, str] = {}
        for scope in scope_of(session).chain():
            for key in scope.vars:
                found.setdefault(key, scope.names.get(key, key))
        return list(found.values())

    def store(self, session: Session, name: str, value: object) -> None:
        scope_of(session).set_local(name.lower(), value, name)

    def drop(self, session: Session, name: str) -> None:
        scope = scope_of(session).find(name.lower())
        if scope is not None:
            scope.remove(name.lower())


class EnvironmentProvider(FlatProvider):
    name = "Environment"

    def lookup(self, session: Session, name: str) -> object | None:
        value = session.environment().get(name.lower())
        if value is None:
            return None
        return DictionaryEntry(session.state["environment_names"].get(name.lower(), name), value)

    def names(self, session: Session) -> list[str]:
        session.environment()
        return list(session.state["environment_names"].values())

    def store(self, session: Session, name: str, value: object) -> None:
        session.set_environment(name, None if value is None else to_text(value))

    def drop(self, session: Session, name: str) -> None:
        session.set_environment(name, None)


class FunctionProvider(FlatProvider):
    name = "Function"

    def lookup(self, session: Session, name: str) -> object | None:
        return scope_of(session).find_function(name.lower())

    def names(self, session: Session) -> list[str]:
        found: dict[str, str] = {}
        for scope in scope_of(session).chain():
            for key, held in scope.functions.items():
                found.setdefault(key, str(getattr(held, "name", key)))
        return list(found.values())

    def store(self, session: Session, name: str, value: object) -> None:
        session.set_function(session.current_frame(), name, value)

    def drop(self, session: Session, name: str) -> None:
        for scope in scope_of(session).chain():
            if scope.functions.pop(name.lower(), None) is not None:
                return

    @staticmethod
    def content(held: object) -> object:
        return getattr(held, "block", held)


class AliasProvider(FlatProvider):
    name = "Alias"

    def lookup(self, session: Session, name: str) -> object | None:
        target = self.target(session, name)
        if target is None:
            return None
        try:
            found = session.find_command(name, scope_of(session))
        except NotBuilt:  # it stands for a cmdlet that the lab has not built
            return AliasInfo(name, target, None)
        return found if isinstance(found, AliasInfo) else None

    @staticmethod
    def target(session: Session, name: str) -> str | None:
        own = scope_of(session).find_alias(name.lower())
        if own is not None:
            return own
        return None if session.removed_alias(name.lower()) else ALIASES.get(name.lower())

    def names(self, session: Session) -> list[str]:
        found = {name for name in ALIASES if not session.removed_alias(name)}
        for scope in scope_of(session).chain():
            found.update(scope.alias_names.get(key, key) for key in scope.aliases)
        return list(found)

    def store(self, session: Session, name: str, value: object) -> None:
        scope_of(session).set_alias(name, to_text(value))

    @staticmethod
    def content(held: object) -> object:
        return getattr(held, "definition", held)

    def drop(self, session: Session, name: str) -> None:
        for scope in scope_of(session).chain():
            if scope.aliases.pop(name.lower(), None) is not None:
                return
        session.state.setdefault("removed_aliases", set()).add(name.lower())
