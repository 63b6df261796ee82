"""Variables of roles as the inventory sets them: lab < group < host < overrides < --set; types are in role.yml."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from passivelab.errors import Place, Problem
from passivelab.lab.binding import Marks, did_you_mean
from passivelab.lab.documents import LabDocument, Variables
from passivelab.lab.model import Level, Sourced
from passivelab.lab.nodes import Node, parse_yaml
from passivelab.lab.overrides import Overrides

SETTING = re.compile(
    r"((?P<host>[A-Za-z0-9-]+)/)?(?P<role>[a-z][a-z0-9_-]*)\.(?P<name>[A-Za-z_]\w*)=(?P<value>.*)", re.S
)


@dataclass(frozen=True)
class Setting:
    """``--set role.variable=value``, or ``--set host/role.variable=value`` for one host."""

    host: str | None
    role: str
    name: str
    node: Node
    place: Place


def parse_settings(texts: Sequence[str], problems: list[Problem]) -> tuple[Setting, ...]:
    found = []
    for text in texts:
        place = Place(Path(f"--set {text}"))
        match = SETTING.fullmatch(text)
        if not match:
            expected = "role.variable=value or host/role.variable=value"
            problems.append(Problem("setting", "this is not a setting", place, expected, text))
            continue
        value = match["value"]
        # An empty value is an empty text: nobody types quotes for a shell and for YAML.
        node = parse_yaml(value if value.strip() else "''", place.file, problems)
        if node:
            found.append(Setting(match["host"], match["role"], match["name"], node, place))
    return tuple(found)


@dataclass
class VariableTable:
    """Collects what is set for each host and role, in the order in which later values win."""

    document: LabDocument
    problems: list[Problem]
    values: dict[tuple[str, str], dict[str, list[Sourced]]] = field(default_factory=dict)

    def collect(
        self, marks: Marks, overrides: Overrides, settings: Sequence[Setting]
    ) -> Mapping[tuple[str, str], Mapping[str, tuple[Sourced, ...]]]:
        document = self.document
        for role, use in document.roles.items():
            for host in use.hosts:
                self._add(host, {role: use.variables}, "lab")
        for name, group in document.groups.items():
            self._check_roles(group.variables, marks, ("groups", name, "variables"))
            for host in group.hosts:
                self._add(host, group.variables, "group", name)
        for host, particular in document.hosts.items():
            self._check_roles(particular.variables, marks, ("hosts", host, "variables"), host)
            self._add(host, particular.variables, "host", host)
        self._check_roles(overrides.document.variables, overrides.marks, ("variables",))
        for host in self._all_hosts():
            self._add(host, overrides.document.variables, "overrides")
        for setting in settings:
            self._set(setting)
        return {key: {name: tuple(found) for name, found in names.items()} for key, names in self.values.items()}

    def _all_hosts(self) -> Iterator[str]:
        return iter(dict.fromkeys(host for use in self.document.roles.values() for host in use.hosts))

    def _has(self, host: str, role: str) -> bool:
        return role in self.document.roles and host in self.document.roles[role].hosts

    def _add(self, host: str, variables: Variables, level: Level, scope: str = "") -> None:
        for role, names in variables.items():
            if not self._has(host, role):
                continue
            for name, node in names.items():
                self._put(host, role, name, Sourced(node, level, node.place, scope))

    def _put(self, host: str, role: str, name: str, value: Sourced) -> None:
        self.values.setdefault((host, role), {}).setdefault(name, []).append(value)

    def _check_roles(self, variables: Variables, marks: Marks, path: tuple[str, ...], host: str | None = None) -> None:
        """Variables of a role that nobody (or not this host) has would be silently without effect."""
        for role in variables:
            if role not in self.document.roles:
                message, known = f"unknown role {role!r}", tuple(self.document.roles)
            elif host and not self._has(host, role):
                known = tuple(name for name, use in self.document.roles.items() if host in use.hosts)
                message = f"{host} does not have the role {role!r}"
            else:
                continue
            expected = "one of " + ", ".join(known) if known else None
            self.problems.append(
                marks.problem((*path, role), "unknown-role", message, expected=expected, hint=did_you_mean(role, known))
            )

    def _set(self, setting: Setting) -> None:
        use = self.document.roles.get(setting.role)
        if use is None:
            known = tuple(self.document.roles)
            message, hint = f"unknown role {setting.role!r}", did_you_mean(setting.role, known)
            expected = "one of " + ", ".join(known)
            self.problems.append(Problem("unknown-role", message, setting.place, expected, hint=hint))
            return
        if setting.host and setting.host not in use.hosts:
            message = f"{setting.host} does not have the role {setting.role!r}"
            expected = "one of " + ", ".join(use.hosts)
            self.problems.append(Problem("unknown-host", message, setting.place, expected))
            return
        for host in (setting.host,) if setting.host else use.hosts:
            self._put(host, setting.role, setting.name, Sourced(setting.node, "command line", setting.place))
