"""The moving screen of a terminal."""

from __future__ import annotations

import io

from rich.console import Console

from passivelab.blueprint.model import Key
from passivelab.engine.events import Planned, RunStarted, StepFinished, StepMoved, Summary
from passivelab.engine.plan import Change, Plan
from passivelab.report import Live, Mask


def test_hosts_move_and_what_changed_stays() -> None:
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=True, width=100, color_system=None)
    live = Live(console, Mask())
    farm, trust = Key("adfs01", "adfs/farm"), Key("adfs01", "adfs/trust")
    live(RunStarted("build-lab", "simulated", 1, ("adfs01",), 2))
    live(Planned(Plan("simulated", (Change(farm, "Farm", "create"), Change(trust, "Trust", "unchanged")))))
    live(StepMoved(farm, "Farm", "waiting", 5.0, 60.0))
    assert live._live is not None
    assert "adfs/farm  waiting  5.0 s of 1:00 min" in _text(live, console)
    live(StepFinished(farm, "Farm", "changed", 1.0))
    live(StepFinished(trust, "Trust", "unchanged", 0.0))
    assert "2 of 2 steps" in _text(live, console)
    live(Summary("simulated", 2, 1, 0, 0, 0, False, {}, {}, 1.0))
    assert live._live is None
    text = stream.getvalue()
    assert "adfs/farm  changed 1.0 s" in text
    assert "adfs/trust  unchanged" not in text


def _text(live: Live, console: Console) -> str:
    with console.capture() as capture:
        console.print(live._view())
    return capture.get()
