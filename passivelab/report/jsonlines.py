"""Events for programs: one JSON object a line, nothing else on the stream."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import IO, Any

from passivelab.blueprint.model import Key, Unknown
from passivelab.engine.events import (
    Event,
    HostAwaited,
    HostRead,
    HostRebooted,
    Planned,
    ProofFinished,
    ProofStarted,
    RunStarted,
    Said,
    StepFinished,
    StepMoved,
    Summary,
)
from passivelab.errors import PassivelabError
from passivelab.report.masking import Mask
from passivelab.report.pipes import nobody_reads

NAMES: dict[type, str] = {
    RunStarted: "run_started",
    HostRead: "host_read",
    HostAwaited: "host_awaited",
    Planned: "plan",
    StepMoved: "step_moved",
    StepFinished: "step_finished",
    HostRebooted: "host_rebooted",
    Said: "said",
    ProofStarted: "proof_started",
    ProofFinished: "proof_finished",
    Summary: "summary",
}
_SUMMARY = ("lab", "steps", "changed", "failed", "unreachable", "proved", "pipelines", "requests", "seconds")


class JsonLines:
    def __init__(self, stream: IO[str], mask: Mask) -> None:
        self._stream = stream
        self._mask = mask

    def __call__(self, event: Event) -> None:
        if isinstance(event, Summary):
            self.write({"event": "summary", **{name: getattr(event, name) for name in _SUMMARY}})
        else:
            data = {item.name: getattr(event, item.name) for item in fields(event)}
            self.write({"event": NAMES[type(event)], **data})

    def write(self, data: Mapping[str, object]) -> None:
        self._put(json.dumps(self._mask.value(to_json(data)), ensure_ascii=False))

    def write_open(self, data: Mapping[str, object]) -> None:
        """Write what is meant to be told in full."""
        self._put(json.dumps(to_json(data), ensure_ascii=False))

    def error(self, error: PassivelabError) -> None:
        self.write({"event": "error", "error": error})

    def _put(self, line: str) -> None:
        try:
            self._stream.write(line + "\n")
            self._stream.flush()
        except BrokenPipeError:
            nobody_reads(self._stream)
            raise


def to_json(value: object) -> Any:
    """Any value of an event as JSON has it."""
    if isinstance(value, PassivelabError):
        problems = [to_json(problem) for problem in error_problems(value)]
        return {"code": value.code, "message": value.message(), "problems": problems}
    if isinstance(value, Key | Unknown | Path | Exception):
        return str(value)
    if isinstance(value, Enum):
        return None
    if is_dataclass(value) and not isinstance(value, type):
        if hasattr(value, "line") and hasattr(value, "column") and hasattr(value, "file"):
            return str(value)
        return {item.name: to_json(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, Mapping):
        return {str(name): to_json(member) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [to_json(member) for member in value]
    return value


def error_problems(error: PassivelabError) -> list[object]:
    return list(error.problems())
