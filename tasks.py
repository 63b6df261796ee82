"""Builds, proves, changes and takes down a lab for Lync Server 2013 passive authentication."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from invoke.context import Context
from invoke.exceptions import Exit
from invoke.tasks import task

from passivelab.commands.leaving import leave_quietly
from passivelab.commands.words import WordsTask

if TYPE_CHECKING:
    from passivelab.commands.building import Options
    from passivelab.commands.terminal import Terminal
    from passivelab.errors import Exit as ExitCode

leave_quietly()

LAB = "The lab: a folder under inventory/."
JSON = "One JSON object a line on standard output."
LIMIT = "Only these hosts, or hosts with these roles (comma-separated, or repeated)."
ROLE = "Only the steps of these roles (comma-separated, or repeated)."
SET = "A variable for this run: role.name=value (repeat for more)."
TRANSPORT = "psrp or winrm, whatever the inventory says."
PRUNE = "Take back what the lab owns and lab.yml no longer wants."
YES = "Do not ask for the lab's name."
SELECTION = {"lab": LAB, "limit": LIMIT, "role": ROLE, "set": SET, "transport": TRANSPORT, "json": JSON}


def _run(json: bool, body: Callable[[Terminal], ExitCode]) -> None:
    """Run a command and leave invoke with its exit code; what there is to say has been said."""
    from passivelab.commands.terminal import run

    code = run(body, json=json)
    if code:
        raise Exit(code=code)


def _options(lab: str, limit: list[str], role: list[str], set: list[str], transport: str, **more: Any) -> Options:
    from passivelab.commands.building import Options

    return Options(lab, tuple(limit), tuple(role), tuple(set), transport=transport or None, **more)


@task(auto_shortflags=False, iterable=["limit", "role", "set"], help={**SELECTION, "prune": PRUNE,
      "no_prove": "Do not read everything again at the end.",
      "fresh": "Start over with new simulated machines."})  # fmt: skip
def build_lab(
    c: Context,
    lab: str = "simulated",
    limit: list[str] = [],  # noqa: B006  # invoke's way to say that a flag may be repeated
    role: list[str] = [],  # noqa: B006
    set: list[str] = [],  # noqa: B006
    prune: bool = False,
    no_prove: bool = False,
    fresh: bool = False,
    transport: str = "",
    json: bool = False,
) -> None:
    """Build the lab, or bring it up to date."""

    def body(terminal: Terminal) -> ExitCode:
        from passivelab.commands import building

        options = _options(lab, limit, role, set, transport, prune=prune, prove=not no_prove, fresh=fresh)
        if c.config.run.dry:
            return building.plan(terminal, options)
        return building.build_lab(terminal, options)

    _run(json, body)


@task(auto_shortflags=False, iterable=["limit", "role", "set"], help={**SELECTION,
      "detailed_exitcode": "Exit with 2 when there are changes."})  # fmt: skip
def plan(
    c: Context,
    lab: str = "simulated",
    limit: list[str] = [],  # noqa: B006
    role: list[str] = [],  # noqa: B006
    set: list[str] = [],  # noqa: B006
    detailed_exitcode: bool = False,
    transport: str = "",
    json: bool = False,
) -> None:
    """Show what a build would change."""

    def body(terminal: Terminal) -> ExitCode:
        from passivelab.commands import building

        return building.plan(terminal, _options(lab, limit, role, set, transport), detailed_exitcode)

    _run(json, body)


@task(auto_shortflags=False, iterable=["set"], help={"lab": LAB, "set": SET, "json": JSON,
      "hosts": "Ask the hosts, too: quotas, clocks, pending restarts, room, update level.",
      "scripts": "Check these plain scripts (a folder, or a file) instead of a lab."})  # fmt: skip
def check(
    c: Context,
    lab: str = "simulated",
    set: list[str] = [],  # noqa: B006
    scripts: str = "",
    hosts: bool = False,
    json: bool = False,
) -> None:
    """Find what would go wrong, before any change."""

    def body(terminal: Terminal) -> ExitCode:
        from passivelab.commands import checking

        if scripts:
            return checking.check_scripts(terminal, scripts)
        return checking.check(terminal, lab, tuple(set), hosts)

    _run(json, body)


@task(auto_shortflags=False, default=True, help={"lab": LAB, "json": JSON,
      "digest": "Of a simulated lab: a digest of its machines, equal for equal states."})  # fmt: skip
def status(c: Context, lab: str = "simulated", digest: bool = False, json: bool = False) -> None:
    """Say where the lab stands, and what is next."""

    def body(terminal: Terminal) -> ExitCode:
        from passivelab.commands.status import print_digest, status

        return print_digest(terminal, lab) if digest else status(terminal, lab)

    _run(json, body)


@task(auto_shortflags=False, help={"lab": LAB, "json": JSON})
def media(c: Context, lab: str = "simulated", json: bool = False) -> None:
    """Show which installers are there and right."""

    def body(terminal: Terminal) -> ExitCode:
        from passivelab.commands.media import media

        return media(terminal, lab)

    _run(json, body)


@task(auto_shortflags=False, help={"lab": LAB, "transport": TRANSPORT, "json": JSON})
def ping(c: Context, lab: str = "simulated", transport: str = "", json: bool = False) -> None:
    """Check reach, login and version of every host."""

    def body(terminal: Terminal) -> ExitCode:
        from passivelab.commands.status import ping

        return ping(terminal, lab, transport or None)

    _run(json, body)


def _switch(c: Context, passive: bool, pool: str, lab: str, transport: str, json: bool) -> None:

    def body(terminal: Terminal) -> ExitCode:
        from passivelab.commands.passive import switch

        return switch(terminal, _options(lab, [], [], [], transport), pool, passive)

    _run(json, body)


POOL = {"lab": LAB, "pool": "The pool's name, such as se01.corp.contoso.com.", "transport": TRANSPORT, "json": JSON}


@task(auto_shortflags=False, help=POOL)
def enable_passive_auth(c: Context, pool: str, lab: str = "simulated", transport: str = "", json: bool = False) -> None:
    """Turn AD FS sign-in on for one pool."""
    _switch(c, True, pool, lab, transport, json)


@task(auto_shortflags=False, help=POOL)
def disable_passive_auth(
    c: Context, pool: str, lab: str = "simulated", transport: str = "", json: bool = False
) -> None:
    """Turn AD FS sign-in off for one pool."""
    _switch(c, False, pool, lab, transport, json)


TEARDOWN = {"lab": LAB, "limit": LIMIT, "role": ROLE, "yes": YES, "transport": TRANSPORT, "json": JSON}


@task(auto_shortflags=False, iterable=["limit", "role"], help=TEARDOWN)
def teardown_lab(
    c: Context,
    lab: str = "simulated",
    limit: list[str] = [],  # noqa: B006
    role: list[str] = [],  # noqa: B006
    yes: bool = False,
    transport: str = "",
    json: bool = False,
) -> None:
    """Take back what the lab owns."""

    def body(terminal: Terminal) -> ExitCode:
        from passivelab.commands.teardown import teardown_lab

        return teardown_lab(terminal, _options(lab, limit, role, [], transport), yes)

    _run(json, body)


@task(auto_shortflags=False, help={"lab": LAB, "yes": YES, "transport": TRANSPORT, "json": JSON})
def rebuild_lab(c: Context, lab: str = "simulated", yes: bool = False, transport: str = "", json: bool = False) -> None:
    """Take the lab down, then build it."""

    def body(terminal: Terminal) -> ExitCode:
        from passivelab.commands.teardown import rebuild_lab

        return rebuild_lab(terminal, _options(lab, [], [], [], transport), yes)

    _run(json, body)


@task(auto_shortflags=False, help={"lab": LAB, "fresh": "Start over with new machines.", "json": JSON,
      "faults": "A file of faults to inject, for trying out what then happens."})  # fmt: skip
def serve_lab(c: Context, lab: str = "simulated", fresh: bool = False, faults: str = "", json: bool = False) -> None:
    """Keep the simulated lab running for any client."""

    def body(terminal: Terminal) -> ExitCode:
        from passivelab.commands.serving import serve_lab

        return serve_lab(terminal, lab, fresh, faults or None)

    _run(json, body)


@task(klass=WordsTask, auto_shortflags=False, positional=["paths"], help={
      "paths": "Scripts, or folders of scripts.",
      "host": "A host of the default lab, such as arr01 (otherwise a fresh machine).",
      "json": "The form of the recorded answers."})  # fmt: skip
def run_script(c: Context, paths: list[str], host: str = "", json: bool = False) -> None:
    """Run PowerShell on a simulated host."""

    def body(terminal: Terminal) -> ExitCode:
        from passivelab.commands.serving import run_script

        return run_script(terminal, paths, host, json)

    _run(json, body)


@task(auto_shortflags=False, iterable=["limit", "role", "set"], help={"lab": LAB, "limit": LIMIT, "role": ROLE,
      "set": SET, "json": JSON, "step": "One step by its name, such as adfs/farm.",
      "out": "Write files into this folder instead of printing."})  # fmt: skip
def render(
    c: Context,
    lab: str = "simulated",
    limit: list[str] = [],  # noqa: B006
    role: list[str] = [],  # noqa: B006
    set: list[str] = [],  # noqa: B006
    step: str = "",
    out: str = "",
    json: bool = False,
) -> None:
    """Print steps as files that run by hand."""

    def body(terminal: Terminal) -> ExitCode:
        from passivelab.commands.rendering import render

        return render(terminal, _options(lab, limit, role, set, ""), step or None, out or None)

    _run(json, body)


@task(auto_shortflags=False)
def test(c: Context) -> None:
    """Lint, check types, run all tests."""
    for line in ("ruff check .", "mypy", "pytest"):
        print(f"$ {line}", flush=True)
        result = c.run(f"{sys.executable} -m {line}", warn=True, pty=False)
        if result is not None and result.return_code:
            raise Exit(code=result.return_code)


if __name__ == "__main__":
    sys.exit("These are tasks of invoke: `invoke --list` shows them.")
