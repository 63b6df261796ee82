"""Faults on purpose, for tests and demonstrations: what goes wrong at the n-th request, and what a network costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Literal, get_args

import yaml

from winsim.endpoint.contracts import Latency

FaultKind = Literal[
    "drop-before",  # the connection breaks before the request is executed
    "drop-after",  # ... after it was executed, before the answer is sent
    "delay",  # the answer is late by ``seconds``
    "status",  # HTTP ``status`` without SOAP, not executed
    "unauthorized",  # 401 although the connection is authenticated
    "shell-gone",  # the shell that the request is for has vanished
    "reboot",  # the host restarts
    "hang",  # executed, but never answered
    "drip",  # the answer comes with ``bytes_per_second``
    "corrupt-seal",  # the sealed answer is damaged
    "clock-skew",  # from now on the host's clock is off by ``seconds``
]
ACTIONS: Final = frozenset(
    {
        "Create", "Delete", "Command", "Receive", "Send", "Signal", "Get", "Enumerate", "Disconnect", "Reconnect",
        "Connect", "Identify", "Authenticate",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Fault:
    """Happens to requests ``at`` .. ``at + count - 1`` of those that match."""

    kind: FaultKind
    host: str = "*"
    action: str = "*"  # the last part of a WS-Management action, or Authenticate
    at: int = 1
    count: int = 1
    seconds: float = 1.0
    status: int = 503
    bytes_per_second: float = 1000.0


class BadFaultFile(ValueError):
    """The fault file says something that is not understood."""


@dataclass
class _Armed:
    fault: Fault
    seen: int = 0

    def hit(self) -> bool:
        self.seen += 1
        return self.fault.at <= self.seen < self.fault.at + self.fault.count


@dataclass
class FaultControl:
    """Counts requests per fault; all methods run in the event loop."""

    latencies: dict[str, Latency] = field(default_factory=dict)
    _armed: list[_Armed] = field(default_factory=list)
    happened: list[tuple[str, str, Fault]] = field(default_factory=list)  # host, action, fault

    def arm(self, fault: Fault) -> None:
        self._armed.append(_Armed(fault))

    def clear(self) -> None:
        self._armed.clear()

    def next_fault(self, host: str, action: str) -> Fault | None:
        """Counts one request; the fault that hits it, if any."""
        found: Fault | None = None
        for armed in self._armed:
            fault = armed.fault
            matches = fault.host in ("*", host) and fault.action in ("*", action)
            if matches and armed.hit() and found is None:
                found = fault
                self.happened.append((host, action, fault))
        self._armed = [armed for armed in self._armed if armed.seen < armed.fault.at + armed.fault.count - 1]
        return found

    def latency(self, host: str) -> Latency:
        return self.latencies.get(host, self.latencies.get("*", Latency()))


def load(path: Path) -> FaultControl:
    """Reads a fault file: ``latency:`` by host, and ``faults:``, a list."""
    document = yaml.safe_load(path.read_text("utf-8")) or {}
    if not isinstance(document, Mapping) or set(document) - {"latency", "faults"}:
        raise BadFaultFile(f"{path}: expected a map with latency and faults")
    control = FaultControl()
    for host, entry in dict(document.get("latency") or {}).items():
        control.latencies[str(host)] = _latency(path, entry)
    entries = document.get("faults") or ()
    if not isinstance(entries, Sequence):
        raise BadFaultFile(f"{path}: faults is a list")
    for entry in entries:
        control.arm(_fault(path, entry))
    return control


def _latency(path: Path, entry: object) -> Latency:
    try:
        return replace(Latency(), **{str(key): float(value) for key, value in dict(entry).items()})  # type: ignore[call-overload]
    except (TypeError, ValueError) as error:
        raise BadFaultFile(f"{path}: a latency has round_trip, shell_start, module_import in seconds") from error


def _fault(path: Path, entry: object) -> Fault:
    if not isinstance(entry, Mapping) or entry.get("kind") not in get_args(FaultKind):
        raise BadFaultFile(f"{path}: the kind of a fault is one of {', '.join(get_args(FaultKind))}")
    try:
        fault = Fault(**{str(key): value for key, value in entry.items()})
    except TypeError as error:
        raise BadFaultFile(f"{path}: {error}") from error
    if fault.action != "*" and fault.action not in ACTIONS:
        raise BadFaultFile(f"{path}: unknown action {fault.action}")
    return fault
