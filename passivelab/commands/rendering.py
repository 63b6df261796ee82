"""render: steps as files that run by hand, in PowerShell 4.0 on Windows Server 2012 R2."""

from __future__ import annotations

from pathlib import Path

from passivelab.blueprint import commands_of, render_file
from passivelab.blueprint.model import StepInstance
from passivelab.commands.building import Options, scope_of
from passivelab.commands.terminal import Terminal
from passivelab.commands.workshop import open_workshop
from passivelab.errors import Exit, UsageError


def render(terminal: Terminal, options: Options, step: str | None = None, out: str | None = None) -> Exit:
    workshop = open_workshop(options.lab, terminal, options.set)
    scope = scope_of(workshop, options)
    chosen = [item for item in workshop.blueprint.instances if scope.wanted(item) and _is(item, step)]
    if not chosen:
        raise UsageError(reason="no step fits", hint="--limit, --role and --step choose; invoke plan shows all names")
    for item in chosen:
        text = render_file(item, workshop.lab.name)
        commands = commands_of(item)
        if out is not None:
            path = Path(out) / item.key.host / f"{_file_name(item.key.step)}.ps1"
            path.parent.mkdir(parents=True, exist_ok=True)
            # With a byte order mark, without which PowerShell 4.0 takes the file for ANSI.
            path.write_text(text, "utf-8-sig", newline="")
            terminal.say(f"{path}  {', '.join(commands)}")
        elif terminal.json is not None:
            told = {"host": item.key.host, "step": item.key.step, "commands": commands, "script": text}
            terminal.json.write({"event": "step", **told})
        else:
            print(text.replace("\r\n", "\n"))
    return Exit.FINE


def _is(item: StepInstance, step: str | None) -> bool:
    """Whether the instance is the named one, or of the named step."""
    return step is None or step in (item.key.step, item.key.step.split("[")[0])


def _file_name(step: str) -> str:
    """A name without brackets, which PowerShell takes for wildcards in a path."""
    return step.translate({ord("/"): ".", ord("["): ".", ord("]"): None})
