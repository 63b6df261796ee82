"""One log file a host and run: everything that was done there, in order, without secrets."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import IO

from passivelab.engine.events import (
    Event,
    HostAwaited,
    HostRead,
    HostRebooted,
    ProofFinished,
    Said,
    StepFinished,
    StepMoved,
)
from passivelab.errors import PassivelabError
from passivelab.report.masking import Mask
from passivelab.report.words import show


class LogFiles:
    def __init__(self, folder: Path, mask: Mask) -> None:
        self.folder = folder
        self._mask = mask
        self._files: dict[str, IO[str]] = {}

    def path(self, host: str) -> Path:
        return self.folder / f"{host}.log"

    def __call__(self, event: Event) -> None:
        match event:
            case HostRead(host, steps, seconds, error):
                self._write(host, f"read {steps} steps in {seconds:.2f} s" + (f": {error}" if error else ""))
            case HostAwaited(host, reason, limit):
                self._write(host, f"waits up to {limit:.0f} s: {reason}")
            case StepMoved(key, title, phase, elapsed, limit):
                waits = f" ({elapsed:.0f} of {limit:.0f} s)" if limit else ""
                self._write(key.host, f"{key.step}: {phase}{waits}  {title}")
            case Said(key, stream, text):
                self._write(key.host, f"{key.step}: {stream}: {text}")
            case StepFinished():
                self._finished(event)
            case HostRebooted(host, seconds):
                self._write(host, f"restarted in {seconds:.1f} s")
            case ProofFinished(differences=differences, errors=errors, stays=stays):
                for key, reason in stays.items():
                    self._write(key.host, f"{key.step}: stays: {reason}")
                for key, found in differences.items():
                    for item in found:
                        text = f"{item.path} wanted {show(item.wanted)} got {show(item.got)}"
                        self._write(key.host, f"{key.step}: proof: {text}")
                for key, problem in errors.items():
                    self._write(key.host, f"{key.step}: proof: {problem}")

    def _finished(self, event: StepFinished) -> None:
        because = f" because of {event.blocked_by}" if event.blocked_by else ""
        self._write(event.key.host, f"{event.key.step}: {event.outcome} in {event.seconds:.2f} s{because}")
        for item in event.differences:
            self._write(event.key.host, f"    {item.path}: {show(item.got, 400)} -> {show(item.wanted, 400)}")
        if isinstance(event.error, PassivelabError):
            self._write(event.key.host, event.error.render_plain())

    def _write(self, host: str, text: str) -> None:
        if host not in self._files:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._files[host] = self.path(host).open("a", encoding="utf-8")
        file = self._files[host]
        stamp = datetime.now().astimezone().isoformat(timespec="milliseconds")
        file.write(f"{stamp}  {self._mask.text(text)}\n")
        file.flush()

    def close(self) -> None:
        for file in self._files.values():
            file.close()
