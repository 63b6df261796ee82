"""What happens in a run, as values: for the screen, the log files and --json."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from passivelab.blueprint.model import Key
from passivelab.compare import Difference
from passivelab.engine.plan import Plan

Outcome = Literal["unchanged", "changed", "removed", "waiting", "failed", "unreachable", "skipped"]
Phase = Literal["reading", "applying", "removing", "waiting", "rebooting"]


@dataclass(frozen=True)
class RunStarted:
    command: str
    lab: str
    run: int
    hosts: tuple[str, ...]
    steps: int


@dataclass(frozen=True)
class HostRead:
    host: str
    steps: int
    seconds: float
    error: str | None = None


@dataclass(frozen=True)
class HostAwaited:
    """A host does not answer yet: the last run was interrupted while it restarted. ``limit`` is in seconds."""

    host: str
    reason: str
    limit: float


@dataclass(frozen=True)
class Planned:
    plan: Plan


@dataclass(frozen=True)
class StepMoved:
    """A step enters a phase; ``elapsed`` and ``limit`` are seconds where it waits."""

    key: Key
    title: str
    phase: Phase
    elapsed: float = 0.0
    limit: float = 0.0


@dataclass(frozen=True)
class StepFinished:
    key: Key
    title: str
    outcome: Outcome
    seconds: float
    differences: tuple[Difference, ...] = ()  # what was changed, or is still different
    error: Exception | None = None
    blocked_by: Key | None = None


@dataclass(frozen=True)
class HostRebooted:
    host: str
    seconds: float


@dataclass(frozen=True)
class Said:
    """What a script wrote beside its answer: for the log."""

    key: Key
    stream: Literal["output", "warning"]
    text: str


@dataclass(frozen=True)
class ProofStarted:
    steps: int


@dataclass(frozen=True)
class ProofFinished:
    proved: bool
    steps: int
    seconds: float
    differences: Mapping[Key, tuple[Difference, ...]] = field(default_factory=dict)
    errors: Mapping[Key, Exception] = field(default_factory=dict)
    stays: Mapping[Key, str] = field(default_factory=dict)  # left behind by a teardown, and why
    reached: Mapping[str, str] = field(default_factory=dict)  # by which endpoint each host was read


@dataclass(frozen=True)
class Summary:
    lab: str
    steps: int
    changed: int
    failed: int
    unreachable: int
    skipped: int
    proved: bool
    pipelines: Mapping[str, int]
    requests: Mapping[str, int]
    seconds: float
    waiting: int = 0  # of the failed ones: nothing is wrong, somebody outside has to do something


Event = (
    RunStarted
    | HostRead
    | HostAwaited
    | Planned
    | StepMoved
    | StepFinished
    | HostRebooted
    | Said
    | ProofStarted
    | ProofFinished
    | Summary
)
