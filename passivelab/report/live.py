"""A run on a terminal: a line for each host that moves, and above it what has changed."""

from __future__ import annotations

import time
from dataclasses import dataclass

from rich.console import Console, Group
from rich.live import Live as RichLive
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from passivelab.engine.events import Event, Planned, ProofStarted, RunStarted, StepFinished, StepMoved, Summary
from passivelab.report.masking import Mask
from passivelab.report.screen import Lines
from passivelab.report.words import seconds, signs

PHASES = {
    "reading": "",
    "applying": "changing",
    "removing": "removing",
    "waiting": "waiting",
    "rebooting": "restarting",
}


@dataclass
class HostView:
    total: int = 0
    done: int = 0
    failed: int = 0
    step: str = ""
    phase: str = ""
    since: float = 0.0
    elapsed: float = 0.0
    limit: float = 0.0


class Live:
    """The screen of a terminal. Steps that changed nothing are counted, not listed."""

    def __init__(self, console: Console, mask: Mask, whole_plan: bool = False, records: str = "") -> None:
        self._lines = Lines(console, mask, whole_plan, records)
        self._console = console
        self._sign = signs(console)
        self._hosts: dict[str, HostView] = {}
        self._started = time.monotonic()
        self._live: RichLive | None = None
        self._head = ""

    def __call__(self, event: Event) -> None:
        match event:
            case RunStarted(command, lab):
                self._head = f"{command} {lab}"
                self._lines(event)
            case Planned(plan):
                self._lines(event)
                for change in plan.changes:
                    if not change.owned or plan.prune:
                        self._hosts.setdefault(change.key.host, HostView()).total += 1
            case StepMoved():
                self._move(event)
            case StepFinished():
                self._finish(event)
            case ProofStarted() | Summary():
                self.close()
                self._lines(event)
            case _:
                self._lines(event)

    def close(self) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None

    def _move(self, event: StepMoved) -> None:
        view = self._hosts.setdefault(event.key.host, HostView(1))
        if view.step != event.key.step or view.phase != event.phase:
            view.since = time.monotonic()
        view.step, view.phase = event.key.step, event.phase
        view.elapsed, view.limit = event.elapsed, event.limit
        if self._live is None:
            self._live = RichLive(
                get_renderable=self._view, console=self._console, refresh_per_second=8, transient=True
            )
            self._live.start()

    def _finish(self, event: StepFinished) -> None:
        view = self._hosts.setdefault(event.key.host, HostView(1))
        view.done += 1
        view.failed += event.outcome in ("failed", "unreachable")
        view.phase = ""
        if event.outcome != "unchanged":
            self._lines.finished(event)

    def _view(self) -> Group:
        total = sum(view.total for view in self._hosts.values())
        done = sum(view.done for view in self._hosts.values())
        head = Table.grid(padding=(0, 2))
        bar = ProgressBar(total=max(total, 1), completed=done, width=30)
        head.add_row(Text(self._head, "bold"), f"{done} of {total} steps", bar, self._elapsed())
        table = Table.grid(padding=(0, 2))
        for host, view in self._hosts.items():
            table.add_row(*self._row(host, view))
        return Group(Text(), head, table)

    def _row(self, host: str, view: HostView) -> tuple[Text, Text, Text]:
        count = Text(f"{view.done}/{view.total}", justify="right")
        if view.failed:
            return Text(f"{self._sign.failed} {host}", "red"), count, Text(f"{view.failed} failed", "red")
        if view.done >= view.total:
            return Text(f"{self._sign.fine} {host}", "green"), count, Text("done", "dim")
        if not view.phase:
            return Text(f"{self._sign.idle} {host}", "dim"), count, Text()
        waits = f"  {seconds(view.elapsed)} of {seconds(view.limit)}" if view.limit else ""
        what = f"{view.step}  {PHASES[view.phase]}{waits}  {seconds(time.monotonic() - view.since)}"
        sign = self._sign.rebooting if view.phase == "rebooting" else self._sign.changed
        return Text(f"{sign} {host}", "yellow"), count, Text(what, no_wrap=True, overflow="ellipsis")

    def _elapsed(self) -> str:
        return seconds(time.monotonic() - self._started)
