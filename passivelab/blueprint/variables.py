"""A role's variables on one host: typed, and with where each value came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import GenericAlias
from typing import Any, Literal

from passivelab.blueprint.catalogue import Role
from passivelab.blueprint.context import LabView
from passivelab.blueprint.role import VariableDocument
from passivelab.errors import Place, Problem
from passivelab.lab.binding import Binder, did_you_mean
from passivelab.lab.kinds import Address, Cidr, Fqdn, Url
from passivelab.lab.model import Lab, Level, Sourced
from passivelab.lab.nodes import Node, ScalarNode

SIMPLE: Mapping[str, Any] = {
    "string": str,
    "boolean": bool,
    "integer": int,
    "fqdn": Fqdn,
    "address": Address,
    "cidr": Cidr,
    "url": Url,
    "host": str,
    "pool": str,
}


@dataclass(frozen=True)
class Value:
    """A variable's value and its origin: for ``invoke plan`` and ``invoke check``."""

    value: object
    level: Level
    place: Place
    scope: str = ""

    @property
    def origin(self) -> str:
        return f"{self.level} {self.scope}".rstrip() + f", {self.place}"


def resolve_variables(
    lab: Lab, view: LabView, role: Role, host: str, problems: list[Problem]
) -> dict[str, Value] | None:
    """Every variable of the role on the host, or None with what is wrong added to ``problems``."""
    given = lab.variables.get((host, role.name), {})
    before = len(problems)
    problems += unknown_variables(given, role)
    values: dict[str, Value] = {}
    for name, document in role.file.variables.items():
        sources = given.get(name, ())
        # Each value is checked, also one that a later one covers: it would fail once that is taken away.
        bound = [bind_value(source.node, document, view, problems) for source in sources]
        if sources:
            last = sources[-1]
            values[name] = Value(bound[-1], last.level, last.place, last.scope)
            continue
        default = default_value(name, document, role, view, lab, problems)
        if default is not None:
            values[name] = default
    return values if len(problems) == before else None


def unknown_variables(given: Mapping[str, tuple[Sourced, ...]], role: Role) -> list[Problem]:
    known = tuple(role.file.variables)
    problems = []
    for name, sources in given.items():
        if name not in known:
            message = f"the role {role.name} has no variable {name!r}"
            expected = "one of " + ", ".join(known) if known else "no variable"
            hint = did_you_mean(name, known)
            problems += [Problem("unknown-variable", message, source.place, expected, hint=hint) for source in sources]
    return problems


def default_value(
    name: str, document: VariableDocument, role: Role, view: LabView, lab: Lab, problems: list[Problem]
) -> Value | None:
    place = role.marks.at("variables", name).place
    if document.default is None:
        use = next((use.place for use in lab.roles if use.name == role.name), place)
        message = f"the role {role.name} needs the variable {name!r}, and nothing sets it"
        hint = f"roles: {role.name}: variables: {name}: .. in lab.yml, or --set {role.name}.{name}=.."
        problems.append(Problem("missing-variable", message, use, document.help, hint=hint))
        return None
    node = document.default
    # An empty text is how a role says "unless the inventory says otherwise" for a text with a rule.
    if isinstance(node, ScalarNode) and node.value == "":
        return Value("", "role default", place)
    return Value(bind_value(node, document, view, problems), "role default", place)


def bind_value(node: Node, document: VariableDocument, view: LabView, problems: list[Problem]) -> object:
    before = len(problems)
    bound = Binder(problems).bind(declared_type(document.type, document), node, ())
    if len(problems) > before:
        return None
    if isinstance(bound, int) and not isinstance(bound, bool):
        problems += range_problems(bound, node, document)
    return as_object(as_plain(bound), document.type, node, view, problems)


def declared_type(text: str, document: VariableDocument) -> Any:
    if text.startswith("list of "):
        return GenericAlias(tuple, (declared_type(text.removeprefix("list of "), document), ...))
    if text.startswith("map of "):
        return GenericAlias(Mapping, (str, declared_type(text.removeprefix("map of "), document)))
    if text == "choice":
        return Literal[document.choices]
    return SIMPLE[text]


def range_problems(value: int, node: Node, document: VariableDocument) -> list[Problem]:
    low, high, unit = document.minimum, document.maximum, f" {document.unit}" if document.unit else ""
    if (low is None or value >= low) and (high is None or value <= high):
        return []
    bounds = ((f"at least {low}", low), (f"at most {high}", high))
    expected = " and ".join(text for text, bound in bounds if bound is not None) + unit
    message = f"{value} is out of range"
    return [Problem("range", message, node.place, expected, str(value), length=node.length)]


def as_plain(value: object) -> object:
    if isinstance(value, tuple):
        return [as_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {key: as_plain(item) for key, item in value.items()}
    return value


def as_object(value: object, type_: str, node: Node, view: LabView, problems: list[Problem]) -> object:
    """Names of hosts and pools become the hosts and pools themselves."""
    inner = type_.rpartition(" ")[2]
    if inner not in ("host", "pool"):
        return value
    known: dict[str, Any] = {host.name: host for host in view.hosts}
    if inner == "pool":
        known = {pool.fqdn: pool for pool in view.pools}

    def find(name: object) -> object:
        if isinstance(name, list):
            return [find(item) for item in name]
        if isinstance(name, dict):
            return {key: find(item) for key, item in name.items()}
        if name not in known:
            expected = "one of " + ", ".join(known)
            hint = did_you_mean(name, known)
            problems.append(Problem(f"unknown-{inner}", f"unknown {inner} {name!r}", node.place, expected, hint=hint))
        return known.get(str(name))

    return find(value)
