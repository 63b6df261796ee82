"""Values that steps give each other."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from passivelab.blueprint.model import DesiredValue, Key, Plain, StepInstance, Unknown

Export = Callable[[Key, str], "Plain | Unknown"]
_READS_NEEDS = re.compile(r"\$\{?(needs|desired)\b", re.IGNORECASE)


def needs_of(instance: StepInstance, export: Export) -> dict[str, Plain | Unknown]:
    return {need.name: export(need.source, need.export) for need in instance.needs}


def known(values: Mapping[str, Plain | Unknown]) -> dict[str, Plain] | None:
    """The values, when all of them are known."""
    result = {name: value for name, value in values.items() if not isinstance(value, Unknown)}
    return result if len(result) == len(values) else None


def first_unknown(values: Mapping[str, Plain | Unknown]) -> Unknown | None:
    return next((value for value in values.values() if isinstance(value, Unknown)), None)


def reads_needs(instance: StepInstance) -> bool:
    """Whether ``current`` cannot be read before the values are there."""
    return bool(instance.needs) and bool(_READS_NEEDS.search(instance.scripts.current))


def resolve(desired: DesiredValue, export: Export) -> DesiredValue:
    """A desired value with every value of another step that is known filled in."""
    if isinstance(desired, Unknown):
        return export(desired.key, desired.export)  # type: ignore[return-value]  # a Plain is a DesiredValue
    if isinstance(desired, list):
        return [resolve(member, export) for member in desired]
    if isinstance(desired, dict):
        return {name: resolve(value, export) for name, value in desired.items()}
    return desired
