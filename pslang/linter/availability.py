"""What came after Windows Server 2012 R2, and what it no longer had."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from pslang.linter.formals import ALL_SETS, Formal, InSet
from pslang.signatures.tables import later, provider_parameters

_PROVIDER_SWITCHES = frozenset(
    ("raw", "wait", "file", "directory", "hidden", "readonly", "system")
    + ("codesigningcert", "sslserverauthentication", "deletekey")
)


@cache
def _later_commands() -> Mapping[str, tuple[str, str]]:
    """Lower-case command -> (version, module)."""
    found = {}
    for module, facts in later()["modules"].items():
        for name, version in facts["cmdlets"].items():
            found[name.lower()] = (version, module)
    return found


@cache
def _later_parameters() -> Mapping[str, Mapping[str, str]]:
    """Lower-case command -> lower-case parameter -> version."""
    found: dict[str, dict[str, str]] = {}
    for facts in later()["modules"].values():
        for command, parameters in facts["parameters"].items():
            known = found.setdefault(command.lower(), {})
            known.update({name.lower(): version for name, version in parameters.items()})
    for command, parameters in provider_parameters()["notIn4.0"].items():
        known = found.setdefault(command.lower(), {})
        for name, version in parameters.items():
            known.setdefault(name.lower(), f"PS {version}")
    return found


@cache
def _earlier_commands() -> Mapping[str, str]:
    return {name.lower(): version for name, version in later()["earlierOnly"].items()}


def _product(version: str) -> str:
    if version.startswith("PS "):
        return "PowerShell " + version[3:].partition(" ")[0]
    return f"Windows Server {version}" if version[:4].isdigit() else version


def why_no_command(name: str) -> str | None:
    """Why a command is not on 2012 R2, as far as the tables know it from another version."""
    key = name.lower()
    if key in _later_commands():
        version, module = _later_commands()[key]
        return f"{name} ({module}) came with {_product(version)}"
    if key in _earlier_commands():
        return f"{name} was in Windows Server {_earlier_commands()[key]} and is gone in 2012 R2"
    return None


def why_no_parameter(command: str, parameter: str) -> str | None:
    """Which version brought a parameter that 2012 R2 does not have."""
    wanted = parameter.lower()
    known = dict(_later_parameters().get(command.lower(), {}))
    facts = later()
    known.update({name.lower(): version for name, version in facts["commonParameters"].items()})
    known.update({name.lower(): version for name, version in facts["commonParameterAliases"].items()})
    versions = {version for name, version in known.items() if name == wanted} or {
        version for name, version in known.items() if name.startswith(wanted)
    }
    return f"it came with {_product(min(versions))}" if versions else None


@cache
def dynamic_parameters(command: str) -> tuple[Formal, ...]:
    """The parameters that a provider may add to a command; which provider it is, only a run shows."""
    found: dict[str, Formal] = {}
    for commands in provider_parameters()["providers"].values():
        for name, parameters in commands.items():
            if name.lower() == command.lower():
                for parameter in parameters:
                    kind = "SwitchParameter" if parameter.lower() in _PROVIDER_SWITCHES else "Object"
                    found.setdefault(parameter.lower(), Formal(parameter, kind, (), {ALL_SETS: InSet()}, dynamic=True))
    return tuple(found.values())
