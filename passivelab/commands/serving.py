"""serve-lab keeps the simulated lab running for any WinRM client; run-script runs files in it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from passivelab.commands.building import start_over
from passivelab.commands.loading import load
from passivelab.commands.paths import ROOT, inventory, state
from passivelab.commands.simulated import await_free, await_ready, end, launch, running, stop_running
from passivelab.commands.terminal import Terminal
from passivelab.commands.watching import ended
from passivelab.errors import Exit, Refused, UsageError


def serve_lab(terminal: Terminal, name: str, fresh: bool = False, faults: str | None = None) -> Exit:
    lab = load(name, terminal)
    if not lab.simulated:
        raise UsageError(reason=f"the machines of {name!r} are real: there is nothing to serve")
    if running(lab.folder) is not None:
        if not fresh:
            raise Refused(reason="the simulated lab already runs", hint="use it as it is, or --fresh starts over")
        stop_running(lab.folder)
    await_free(lab.folder)
    if fresh:
        start_over(state(lab.folder))
    process = launch(lab.folder, fresh=fresh, faults=faults)
    try:
        endpoints = await_ready(lab.folder, process)
        hosts = {
            host: {"url": f"http://{at.address}:{at.http}/wsman", "user": at.user, "password": at.password}
            for host, at in endpoints.items()
        }
        if terminal.json is not None:
            # These accounts guard machines that exist only on this computer, and this line exists to tell them.
            terminal.json.write_open({"event": "serving", "hosts": hosts})
        else:
            for host, at in hosts.items():
                terminal.say(f"{host:<8} {at['url']}  {at['user']}  {at['password']}")
            terminal.say("Serving until Ctrl-C.", "bold")
        if process.wait():
            raise ended(lab.folder, lab.name)
    except KeyboardInterrupt:
        terminal.say("Saving the machines ...")
    finally:
        end(process)
    return Exit.FINE


def run_script(terminal: Terminal, paths: Sequence[str], host: str = "", json: bool = False) -> Exit:
    """Hand scripts to the simulated lab's interpreter, in a process of its own.

    Each script gets machines that no other has touched: one fresh out of the box, or with ``host`` those of the
    default lab before its first build.
    """
    scripts = [str(_existing(Path(path))) for path in paths]
    terminal.close()
    line = [sys.executable, "-m", "winsim.run_script", *scripts, *(["--json"] if json else [])]
    line += ["--host", host, "--machines", str(inventory("simulated") / "machines.yml")] if host else []
    code = subprocess.run(line, cwd=ROOT, check=False).returncode
    return Exit.INTERRUPTED if code < 0 else Exit(code)


def _existing(path: Path) -> Path:
    """The path as the interpreter's process sees it, which runs in the project's folder."""
    if not path.exists():
        raise UsageError(reason=f"{path} does not exist", expected="a path of a script or of a folder of them")
    if path.is_dir() and not any(path.glob("*.ps1")):
        raise UsageError(reason=f"{path} has no scripts", expected="a folder with *.ps1 files")
    whole = path.resolve()
    return whole.relative_to(ROOT) if whole.is_relative_to(ROOT) else whole
