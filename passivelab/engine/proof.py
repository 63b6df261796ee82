"""Whether everything is as it is wanted, judged by what was read in fresh sessions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from passivelab.blueprint.model import Key, StepInstance
from passivelab.compare import Difference, differences
from passivelab.engine.readings import Readings
from passivelab.engine.subject import Removal


@dataclass(frozen=True)
class Proof:
    """``stays``: what a removal leaves behind on purpose, and why."""

    left: Mapping[Key, tuple[Difference, ...]]
    errors: Mapping[Key, Exception]
    stays: Mapping[Key, str]

    @property
    def complete(self) -> bool:
        return not self.left and not self.errors


def judged(readings: Readings, instances: Sequence[StepInstance], removals: Sequence[Removal]) -> Proof:
    left = {item.key: readings.differences(item) for item in instances}
    stays: dict[Key, str] = {}
    for item in removals:
        key = item.instance.key
        left[key] = _left_of(readings, item)
        if left[key] and item.instance.stays:
            stays[key] = item.instance.stays
            left[key] = ()
    errors = _errors(readings, left, {item.instance.key for item in removals})
    return Proof({key: found for key, found in left.items() if found and key not in errors}, errors, stays)


def _left_of(readings: Readings, item: Removal) -> tuple[Difference, ...]:
    """What was put back as it had been may have gone since, together with what it stood on."""
    reading = readings.find(item.instance.key)
    got = reading.value if reading else None
    return () if got is None else differences(item.instance.desired, got, item.instance.comparison)


def _errors(readings: Readings, keys: Mapping[Key, object], gone: set[Key]) -> dict[Key, Exception]:
    """What could not be read; what was taken back may have been the way in, too."""
    errors: dict[Key, Exception] = {}
    for key in keys:
        reading = readings.find(key)
        if reading is not None and reading.error is not None and not (reading.state == "unknown" and key in gone):
            errors[key] = reading.error
    return errors
