"""render: steps as files that run by hand, in PowerShell 4.0 on Windows Server 2012 R2."""

from __future__ import annotations

from pathlib import Path

from passivelab.blueprint.model import StepInstance
from passivelab.commands.building import Options, scope_of
from passivelab.commands.paths import shown
from passivelab.commands.terminal import Terminal
from passivelab.commands.workshop import open_workshop
from passivelab.errors import Exit, UsageError

_KINDS = {"credential": "a PSCredential", "secure_string": "a SecureString", "bytes": "bytes"}


def render(terminal: Terminal, options: Options, step: str | None = None, out: str | None = None) -> Exit:
    workshop = open_workshop(options.lab, terminal, options.set)
    scope = scope_of(workshop, options)
    chosen = [
        item
        for item in workshop.blueprint.instances
        if scope.wanted(item) and (not step or item.key.step == step or item.key.step.split("[")[0] == step)
    ]
    if not chosen:
        raise UsageError(reason="no step fits", hint="--limit, --role and --step choose; invoke plan shows all names")
    for item in chosen:
        text = standalone(item)
        if out is not None:
            path = Path(out) / item.key.host / (_file_name(item.key.step) + ".ps1")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8-sig", newline="\r\n")
            terminal.say(str(path))
        elif terminal.json is not None:
            terminal.json.write({"event": "step", "host": item.key.host, "step": item.key.step, "script": text})
        else:
            print(terminal.mask.text(text))
    return Exit.FINE


def standalone(item: StepInstance) -> str:
    """A step as one script: it shows the current state, and with -Do Apply or -Do Remove it changes it."""
    parts = [_head(item), _parameters(item), f"$Desired = {item.scripts.desired.strip() or '$null'}\n"]
    parts.append(_function("Get-CurrentState", item.scripts.current))
    if item.scripts.apply is not None:
        parts.append(_function("Set-DesiredState", item.scripts.apply))
    if item.scripts.remove is not None:
        parts.append(_function("Remove-DesiredState", item.scripts.remove))
    parts.append(_tail(item))
    return "\n".join(parts)


def _head(item: StepInstance) -> str:
    return (
        f"#requires -Version 4.0\n# {item.key.host}: {item.title}\n"
        f"# {item.key.step}, from {shown(item.template.file)}\n"
        + ("# It reaches another machine: run it where you are logged on, or with credentials that may be handed on.\n")
        * (item.identity == "delegated")
    )


def _parameters(item: StepInstance) -> str:
    lines = ["param("]
    for need in item.needs:
        lines.append(f"    # Needs.{need.name}: {need.export} of {need.source}")
    lines.append("    [hashtable]$Needs = @{},")
    for secret in item.secrets:
        lines.append(f"    # Secrets.{secret.name}: {_KINDS[secret.kind]}")
    lines.append("    [hashtable]$Secrets = @{},")
    lines.append("    [hashtable]$Before = $null,")
    lines.append("    [ValidateSet('Show', 'Apply', 'Remove')][string]$Do = 'Show'")
    return "\n".join([*lines, ")", "$ErrorActionPreference = 'Stop'", ""])


def _function(name: str, body: str) -> str:
    return f"function {name} {{\n{body.strip(chr(10)).rstrip()}\n}}\n"


def _tail(item: StepInstance) -> str:
    lines = ["$Current = Get-CurrentState"]
    if item.scripts.apply is not None:
        lines.append("if ($Do -eq 'Apply') { $null = Set-DesiredState; $Current = Get-CurrentState }")
    if item.scripts.remove is not None:
        lines.append("if ($Do -eq 'Remove') { $null = Remove-DesiredState; $Current = Get-CurrentState }")
    return "\n".join([*lines, "$Current", ""])


def _file_name(step: str) -> str:
    """A name without brackets, which PowerShell takes for wildcards in a path."""
    return step.translate({ord("/"): ".", ord("["): ".", ord("]"): None})
