"""A run in lines: one for each finished step, and the summary."""

from __future__ import annotations

import os
import sys
import time
from typing import IO, Protocol
from urllib.parse import urlsplit

from rich.console import Console
from rich.text import Text

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
from passivelab.report.errors import show_error
from passivelab.report.masking import Mask
from passivelab.report.pipes import nobody_reads
from passivelab.report.plan import count_line, plan_lines
from passivelab.report.words import OUTCOMES, difference_lines, plural, seconds, show, signs


class PipedConsole(Console):
    """Lets its caller decide what happens when nobody reads any more; rich would end the thread."""

    def on_broken_pipe(self) -> None:
        nobody_reads(self.file)
        raise BrokenPipeError


def make_console(stream: IO[str] | None = None) -> Console:
    """A console that honours NO_COLOR, FORCE_COLOR, TERM and COLUMNS; a file is 100 columns wide."""
    target = stream or sys.stdout
    width = None if target.isatty() or os.environ.get("COLUMNS") else 100
    return PipedConsole(file=target, highlight=False, soft_wrap=False, width=width, emoji=False, markup=False)


HEARTBEAT = 30.0  # seconds between two signs of life of steps that wait


# Commands that show what steps say while they take something away; other words, and warnings, are for the log.
TELLING = ("teardown-lab", "rebuild-lab")


class Screen(Protocol):
    def __call__(self, event: Event) -> None: ...

    def close(self) -> None: ...


class Lines:
    """One line for each finished step. ``whole_plan`` prints a plan in full and not only its counts."""

    def __init__(self, console: Console, mask: Mask, whole_plan: bool = False, records: str = "") -> None:
        self.console = console
        self._mask = mask
        self._sign = signs(console)
        self._whole_plan = whole_plan
        self._records = records
        self._told = time.monotonic()
        self._tells = False

    def __call__(self, event: Event) -> None:
        match event:
            case RunStarted(command=command, lab=lab, hosts=hosts, steps=steps):
                self._tells = command in TELLING
                self.put(Text(f"{command} {lab}: {plural(steps, 'step')} on {plural(len(hosts), 'host')}", "bold"))
            case HostRead(error=str(error)):
                self.put(Text(f"{self._sign.failed} {error}", "bold red"))
            case HostAwaited(host, _, limit):
                told = f"{host}  does not answer yet after the interrupted run: waiting up to {seconds(limit)}"
                self.put(Text(f"{self._sign.rebooting} {told}", "magenta"))
            case StepMoved(phase="waiting" | "rebooting"):
                self._wait(event)
            case Planned(plan) if self._whole_plan:
                for line in plan_lines(plan, self._sign, self.console.width):
                    self.put(line)
            case Planned(plan):
                self.put(count_line(plan))
            case Said(stream="output") if self._tells:
                self.put(Text(f"  {event.key.host:<7} {event.key.step}: {event.text}", "dim"))
            case StepFinished():
                self.finished(event)
            case HostRebooted(host, took):
                self.put(Text(f"{self._sign.rebooting} {host}  restarted  {seconds(took)}", "magenta"))
            case ProofStarted(steps):
                self.put(Text(f"Reading all {plural(steps, 'step')} again in fresh sessions ...", "dim"))
            case ProofFinished():
                self._proof(event)
            case Summary():
                self._summary(event)

    def close(self) -> None:
        pass

    def _wait(self, event: StepMoved) -> None:
        """A sign of life now and then, while a step waits."""
        now = time.monotonic()
        if now - self._told > HEARTBEAT:
            self._told = now
            limit = f"{seconds(event.elapsed)} of {seconds(event.limit)}"
            self.put(Text(f"{self._sign.idle} {event.key.host:<7} {event.key.step}  {event.phase} {limit}", "dim"))

    def put(self, line: Text) -> None:
        line.plain = self._mask.text(line.plain)
        if self.console.is_terminal:
            self.console.print(line, no_wrap=line.no_wrap, overflow=line.overflow)
        else:
            self.console.print(line, soft_wrap=True)  # a file loses nothing
            self.console.file.flush()  # and whoever reads along sees it now

    def finished(self, event: StepFinished) -> None:
        sign, style, word = OUTCOMES[event.outcome]
        line = Text(no_wrap=True, overflow="ellipsis")
        line.append(f"{getattr(self._sign, sign)} {event.key.host:<7} ", style)
        line.append(f"{event.key.step}  ")
        line.append(f"{word} {seconds(event.seconds) if event.seconds else ''}".rstrip(), style)
        if event.blocked_by is not None:
            line.append(f"  waits for {event.blocked_by}", "dim")
        else:
            line.append(f"  {event.title}", "dim")
        self.put(line)
        if isinstance(event.error, PassivelabError):
            record = f"{self._records}/{event.key.host}.log" if self._records else None
            show_error(self.console, event.error, self._mask, record)

    def _proof(self, event: ProofFinished) -> None:
        for key, reason in event.stays.items():
            self.put(Text(f"  {key} stays: {reason}", "yellow"))
        if event.proved:
            text = f"{self._sign.fine} Proved: {plural(event.steps, 'step')} read again{_ways(event)}, no difference"
            self.put(Text(f"{text} ({seconds(event.seconds)})", "bold green"))
            return
        self.put(Text(f"{self._sign.failed} Not proved", "bold red"))
        for key, found in event.differences.items():
            self.put(Text(f"  {key}", "bold"))
            for line in difference_lines(found, self._sign, self.console.width):
                self.put(line)
        for key, error in event.errors.items():
            self.put(Text(f"  {key}: {error}", "red"))

    def _summary(self, event: Summary) -> None:
        fine = not (event.failed or event.unreachable or event.skipped)
        counts = [f"{event.changed} changed", f"{event.failed - event.waiting} failed"]
        counts += [f"{event.waiting} waiting"] if event.waiting else []
        counts += [f"{event.unreachable} unreachable"] if event.unreachable else []
        counts += [f"{event.skipped} not started"] if event.skipped else []
        word = "proved" if event.proved else "not proved"
        line = Text(f"{event.lab}: ", "bold")
        line.append(f"{plural(event.steps, 'step')}, {', '.join(counts)}, {word}", "green" if fine else "red")
        line.append(f"  in {seconds(event.seconds)}")
        self.put(line)
        trips = [f"{host} {event.requests.get(host, 0)}/{count}" for host, count in event.pipelines.items()]
        if trips:
            self.put(Text(f"Round trips (requests/pipelines): {', '.join(trips)}", "dim"))
        if self._records:
            self.put(Text(f"Records: {self._records}", "dim"))


def describe(value: object) -> str:
    return show(value)


def _ways(event: ProofFinished) -> str:
    """Over what the hosts were read: https 5986."""
    urls = [urlsplit(endpoint) for endpoint in event.reached.values()]
    ways = sorted({f"{url.scheme} {url.port}" for url in urls}, reverse=True)
    return f" over {' and '.join(ways)}" if ways else ""
