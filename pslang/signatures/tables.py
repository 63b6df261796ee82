"""Which commands and parameters exist on Windows Server 2012 R2, PowerShell 4.0, AD FS 3.0, IIS 8.5 and Lync 2013.

Facts as package data (``data/*.json.gz``), loaded a module at a time; see ``refresh`` for where they come from.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class ParameterSignature:
    name: str
    type: str  # as the reference writes it: String[], SwitchParameter, XdsIdentity ...
    required: bool | Mapping[str, bool]  # for all sets, or by set
    position: int | None  # rank among the positional parameters, None where it must be named
    pipeline: bool
    aliases: tuple[str, ...]
    accepted: tuple[str, ...]  # the values that a validated set or an enumeration takes, where documented

    def required_in(self, parameter_set: str) -> bool:
        if isinstance(self.required, bool):
            return self.required
        return self.required.get(parameter_set, False)


@dataclass(frozen=True, slots=True)
class Signature:
    name: str
    module: str
    sets: Mapping[str, tuple[str, ...]]
    default_set: str | None  # None where the reference names none: the first set counts
    parameters: Mapping[str, ParameterSignature]
    should_process: bool
    is_function: bool


def read(name: str) -> Any:
    return json.loads(gzip.decompress((DATA / f"{name}.json.gz").read_bytes()))


@cache
def index() -> Mapping[str, str]:
    """Lower-case command name -> module."""
    table: dict[str, str] = read("index")
    return table


@cache
def module(name: str) -> Mapping[str, Signature]:
    """Lower-case command name -> signature, for the commands of one module."""
    return {key.lower(): build(name, key, facts) for key, facts in read(name)["cmdlets"].items()}


def build(module_name: str, name: str, facts: dict[str, Any]) -> Signature:
    parameters = {}
    for parameter, row in facts["parameters"].items():
        full = row + ["Object", False, "Named", False, [], []][len(row) :]
        kind, required, position, pipeline, aliases, accepted = full
        rank = None if position == "Named" else int(position)
        if any(" " in value for value in accepted):  # a description ("Numbered scopes"), not the values themselves
            accepted = []
        parameters[parameter] = ParameterSignature(
            parameter, kind, required, rank, bool(pipeline), tuple(aliases), tuple(accepted)
        )
    return Signature(
        name,
        module_name,
        {key: tuple(names) for key, names in facts["sets"].items()},
        facts.get("default"),
        parameters,
        facts.get("shouldProcess", False),
        facts.get("kind") == "Function",
    )


def find(command: str) -> Signature | None:
    """The signature of a command by its exact name (any case), None where 2012 R2 does not have it."""
    key = command.lower()
    home = index().get(key)
    return module(home).get(key) if home else None


@cache
def later() -> Any:
    """What came after 2012 R2: see later_only.json of the reference."""
    return read("later_only")


@cache
def provider_parameters() -> Any:
    """Dynamic parameters by provider and cmdlet, with the first PowerShell version."""
    return read("provider_parameters")
