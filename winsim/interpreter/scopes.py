"""Scopes: variables, functions and aliases, found dynamically from the innermost scope outwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from winsim.interpreter.errors import TerminatingError, error
from winsim.interpreter.values import NetObject

MISSING: Final = object()

CONSTANTS: Final = frozenset(
    {"true", "false", "null", "host", "pid", "executioncontext", "shellid", "pshome", "?", "psversiontable"}
)


class VariableInfo:
    """What a variable demands beyond its value: conversion, validation, options."""

    __slots__ = ("attributes", "constant", "convert", "description", "private", "readonly", "types")

    def __init__(self) -> None:
        self.convert: Callable[[object], object] | None = None
        self.types: tuple[object, ...] = ()
        self.attributes: tuple[object, ...] = ()
        self.readonly = False
        self.constant = False
        self.private = False
        self.description = ""


class PSVariable(NetObject):
    """What ``Get-Variable`` gives: a view of a variable of a scope."""

    type_names = ("System.Management.Automation.PSVariable", "System.Object")

    def __init__(self, name: str, scope: Scope) -> None:
        self.name = name
        self.scope = scope

    @property
    def value(self) -> object:
        return self.scope.vars.get(self.name.lower())

    @value.setter
    def value(self, new: object) -> None:
        self.scope.set_local(self.name.lower(), new, self.name)

    @property
    def info(self) -> VariableInfo:
        return self.scope.infos.get(self.name.lower()) or VariableInfo()


class Scope:
    """One level. ``vars`` is read directly by compiled code: lower-case name to value."""

    __slots__ = (
        "alias_facts",
        "alias_names",
        "aliases",
        "functions",
        "infos",
        "is_script",
        "module",
        "names",
        "parent",
        "strict",
        "vars",
    )

    def __init__(self, parent: Scope | None, *, is_script: bool = False, module: object = None) -> None:
        self.vars: dict[str, object] = {}
        self.parent = parent
        self.infos: dict[str, VariableInfo] = {}
        self.functions: dict[str, object] = {}
        self.aliases: dict[str, str] = {}
        self.alias_facts: dict[str, tuple[str, str]] | None = None  # descriptions and options
        self.alias_names: dict[str, str] = {}  # as they were written
        self.names: dict[str, str] = {}
        self.is_script = is_script
        self.strict: int = parent.strict if parent is not None else 0
        self.module: Any = module if module is not None else (parent.module if parent is not None else None)

    def chain(self) -> Iterator[Scope]:
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.parent

    def find(self, name: str) -> Scope | None:
        """The scope that holds a variable (lower case), private ones of outer scopes aside."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.vars:
                info = scope.infos.get(name)
                if info is None or not info.private or scope is self:
                    return scope
            scope = scope.parent
        return None

    def lookup(self, name: str, default: object = MISSING) -> object:
        scope = self.find(name)
        return default if scope is None else scope.vars[name]

    def set_local(self, name: str, value: object, written: str | None = None) -> None:
        """Assigns in this scope, obeying what the variable demands."""
        info = self.infos.get(name)
        if info is not None:
            if info.readonly or info.constant:
                raise not_writable(written or name)
            if info.convert is not None:
                value = info.convert(value)
        elif name in CONSTANTS and self.parent is None:
            raise not_writable(written or name)
        if written is not None:
            self.names.setdefault(name, written)
        self.vars[name] = value

    def set_alias(self, name: str, target: str) -> None:
        self.aliases[name.lower()] = target
        self.alias_names[name.lower()] = name

    def remove(self, name: str) -> None:
        self.vars.pop(name, None)
        self.infos.pop(name, None)

    @property
    def top(self) -> Scope:
        """The global scope."""
        scope = self
        while scope.parent is not None:
            scope = scope.parent
        return scope

    @property
    def script(self) -> Scope:
        """The scope of the running script or module, the global one outside of them."""
        scope = self
        while scope.parent is not None and not scope.is_script:
            scope = scope.parent
        return scope

    def find_function(self, name: str) -> object | None:
        scope: Scope | None = self
        while scope is not None:
            found = scope.functions.get(name)
            if found is not None:
                return found
            scope = scope.parent
        return None

    def find_alias(self, name: str) -> str | None:
        scope: Scope | None = self
        while scope is not None:
            found = scope.aliases.get(name)
            if found is not None:
                return found
            scope = scope.parent
        return None

    def alias_name(self, key: str) -> str:
        """An alias (lower case) as it was written."""
        return next((scope.alias_names[key] for scope in self.chain() if key in scope.alias_names), key)

    def numbered(self, text: str) -> Scope | None:
        """The scope that ``-Scope`` names: Global, Script, Local or how many levels up."""
        word = text.lower()
        if word == "global":
            return self.top
        if word == "script":
            return self.script
        if word in ("local", "private"):
            return self
        if word.isdigit():
            scope: Scope | None = self
            for _ in range(int(word)):
                scope = scope.parent if scope is not None else None
            return scope
        return None


def not_writable(name: str) -> TerminatingError:
    message = f"Cannot overwrite variable {name} because it is read-only or constant."
    return error(
        "VariableNotWritable",
        message,
        "WriteError",
        name,
        "System.Management.Automation.SessionStateUnauthorizedAccessException",
    )
