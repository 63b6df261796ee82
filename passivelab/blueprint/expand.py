"""Steps to instances: which hosts, which items, which keys. Nothing is rendered yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from passivelab.blueprint.catalogue import Role, place_of
from passivelab.blueprint.context import HostView, LabView
from passivelab.blueprint.model import Key
from passivelab.blueprint.paths import Missing, fill, follow, holds
from passivelab.blueprint.role import StepDocument
from passivelab.blueprint.variables import Value
from passivelab.errors import Problem
from passivelab.lab.model import Lab, Pool

RESERVED = ("hosts", "first", "is_first", "others")


class RoleView(SimpleNamespace):
    """``role`` in templates: variables, what checks.py derives, and the role's hosts."""


@dataclass(frozen=True)
class RoleOnHost:
    """A role on one host, with everything that its steps can see."""

    role: Role
    host: HostView
    values: Mapping[str, Value]
    scope: Mapping[str, object]


@dataclass(frozen=True)
class Draft:
    """An instance that has its name and its scope, and no scripts yet."""

    key: Key
    at: RoleOnHost
    step: StepDocument
    index: int  # of the step in role.yml
    item: str | None
    scope: Mapping[str, object]
    title: str
    pool: str | None
    waits_for: str | None = None

    def problem(self, code: str, message: str, *path: str | int, **notes: str | None) -> Problem:
        """A problem of the step in role.yml."""
        return self.at.role.problem(("steps", self.index, *path), code, message, **notes)


def put_on_host(
    role: Role, host: HostView, lab: Lab, view: LabView, values: Mapping[str, Value], problems: list[Problem]
) -> RoleOnHost | None:
    """The role on the host, with what its checks.py derives."""
    hosts = tuple(other for name in roles_hosts(lab, role.name) for other in view.hosts if other.name == name)
    variables = {name: value.value for name, value in values.items()}
    derived = derive(role, view, host, variables, problems)
    if derived is None:
        return None
    own = {"hosts": hosts, "first": hosts[0], "others": hosts[1:], "is_first": hosts[0].name == host.name}
    scope = {"lab": view, "host": host, "role": RoleView(**{**variables, **derived, **own})}
    return RoleOnHost(role, host, values, scope)


def roles_hosts(lab: Lab, role: str) -> tuple[str, ...]:
    return next(use.hosts for use in lab.roles if use.name == role)


def derive(
    role: Role, view: LabView, host: HostView, variables: Mapping[str, object], problems: list[Problem]
) -> Mapping[str, object] | None:
    function: Any = getattr(role.checks, "derive", None)
    derived: object = {}
    if function is not None:
        try:
            derived = function(view, host, dict(variables))
        except Exception as error:
            place = place_of(error, role.folder / "checks.py")
            problems.append(Problem("checks", f"derive() fails for {host.name}: {error!r}", place))
            return None
    if not isinstance(derived, Mapping):
        problems.append(role.problem((), "checks", "derive() must give a dictionary"))
        return None
    for name in derived:
        if name in variables or name in RESERVED:
            problems.append(role.problem(("variables", name), "checks", f"derive() gives {name!r}, which is taken"))
    return derived


def expand(at: RoleOnHost, problems: list[Problem]) -> Iterator[Draft]:
    """The drafts of a role on one host, in the order of role.yml."""
    for index, step in enumerate(at.role.file.steps):
        if step.on != "all" and at.scope["role"].is_first != (step.on == "first"):  # type: ignore[attr-defined]
            continue
        try:
            for name, item in items_of(step, at.scope):
                draft = draft_of(at, index, step, name, item)
                if draft is not None:
                    yield draft
        except Missing as missing:
            path = guess_path(step, missing.path)
            problems.append(
                at.role.problem(
                    ("steps", index, *path), "path", f"{missing.reason} (on {at.host.name})", hint=missing.hint
                )
            )


def guess_path(step: StepDocument, missing: str) -> tuple[str, ...]:
    """The key of the step in which the path stands."""
    texts = {"each": step.each, "key": step.key, "when": step.when, "pool": step.pool, "title": step.title}
    texts |= {"waits_for": step.waits_for}
    return next(((name,) for name, text in texts.items() if text and missing in text), ())


def items_of(step: StepDocument, scope: Mapping[str, object]) -> Iterator[tuple[str | None, object]]:
    """(key, item) of each instance; one without a key where the step has no ``each``."""
    if step.each is None:
        yield None, None
        return
    found = follow(step.each, scope)
    if isinstance(found, Mapping):
        pairs = [(str(key), value) for key, value in found.items()]
    elif isinstance(found, list | tuple):
        pairs = [(name_of(value), value) for value in found]
    else:
        raise Missing(step.each, f"{step.each} is neither a list nor a map")
    for default, item in pairs:
        name = fill(step.key, {**scope, "item": item}) if step.key else default
        if not name:
            raise Missing(step.each, "an instance has no name", "say with key: what names an instance")
        yield name, item


def name_of(item: object) -> str:
    """What names an item without ``key``: itself, or its key or name."""
    if isinstance(item, str | int):
        return str(item)
    for attribute in ("key", "name"):
        value = item.get(attribute) if isinstance(item, Mapping) else getattr(item, attribute, None)
        if isinstance(value, str):
            return value
    return ""


def draft_of(at: RoleOnHost, index: int, step: StepDocument, name: str | None, item: object) -> Draft | None:
    scope = dict(at.scope) if name is None else {**at.scope, "item": item}
    if step.when and not holds(step.when, scope):
        return None
    pool = pool_of(step, scope)
    if pool is not None and not pool.passive:
        return None
    suffix = f"[{name}]" if name is not None else ""
    key = Key(at.host.name, f"{at.role.name}/{step.step}{suffix}")
    fqdn = pool.fqdn if pool else None
    waits_for = fill(step.waits_for, scope) if step.waits_for else None
    return Draft(key, at, step, index, name, scope, fill(step.title, scope), fqdn, waits_for)


def pool_of(step: StepDocument, scope: Mapping[str, object]) -> Pool | None:
    if step.pool is None:
        return None
    found = follow(step.pool, scope)
    view = scope["lab"]
    assert isinstance(view, LabView)
    fqdn = found.fqdn if isinstance(found, Pool) else found
    pool = next((pool for pool in view.pools if pool.fqdn == fqdn), None)
    if pool is None:
        raise Missing(step.pool, f"{step.pool} is no pool of the lab", f"it is {fqdn!r}")
    return pool


def scope_names(scope: Mapping[str, object]) -> dict[str, object]:
    """The scope as templates see it."""
    return {name: scope[name] for name in ("lab", "host", "role", "item") if name in scope}


def hosts_in_order(lab: Lab, view: LabView) -> tuple[HostView, ...]:
    """Hosts in the order in which lab.yml first names them in roles, for a stable blueprint."""
    names = dict.fromkeys(host for use in lab.roles for host in use.hosts)
    by_name = {host.name: host for host in view.hosts}
    return tuple(host for name in names if isinstance(host := by_name[name], HostView))
