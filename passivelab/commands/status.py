"""status: where a lab stands, from what is written down; no host is asked. ping: every host is."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime

from rich.table import Table

from passivelab.commands.connecting import connector
from passivelab.commands.keys import about_request, waiting_request
from passivelab.commands.loading import load
from passivelab.commands.paths import state
from passivelab.commands.simulated import digest_of_machines, running, serving
from passivelab.commands.terminal import Terminal
from passivelab.errors import Exit, PassivelabError, StepFailed, UsageError, worst
from passivelab.lab import Lab
from passivelab.state import Ledger, Lock, fold
from passivelab.state.journal import read

_ASK = '"$($PSVersionTable.PSVersion)"; (Get-WmiObject -Class Win32_OperatingSystem).Caption; "$env:COMPUTERNAME"'


def status(terminal: Terminal, name: str) -> Exit:
    lab = load(name, terminal)
    folder = state(lab.folder)
    ledger = fold(read(folder / "journal.jsonl"))
    owner = Lock(folder / "lock", name, "status").owner()
    document = _document(lab, ledger, str(owner) if owner else None)
    if terminal.json is not None:
        terminal.json.write({"event": "status", **document})
        return Exit.FINE
    _show(terminal, lab, ledger, str(owner) if owner else None)
    return Exit.FINE


def print_digest(terminal: Terminal, name: str) -> Exit:
    """What two states have in common that are equal but for generated ids, keys and times."""
    lab = load(name, terminal)
    if not lab.simulated:
        raise UsageError(reason=f"the machines of {name!r} are real: nobody can take a digest of them")
    now = digest_of_machines(lab.folder)
    new = digest_of_machines(lab.folder, new=True)
    if terminal.json is not None:
        terminal.json.write({"event": "digest", "lab": lab.name, "machines": now, "new": new})
    else:
        terminal.say(f"{now}  the machines as they are saved")
        terminal.say(f"{new}  the same machines before the first build")
    return Exit.FINE


def _document(lab: Lab, ledger: Ledger, owner: str | None) -> dict[str, object]:
    return {
        "lab": lab.name,
        "hosts": {host.name: list(host.roles) for host in lab.hosts},
        "pools": {
            pool.fqdn: {"passive": pool.passive, "overridden": pool.passive != pool.declared_passive}
            for pool in lab.pools
        },
        "users": {user.sip_address: user.pool.fqdn for user in lab.users},
        "owned": len(ledger.entries),
        "last_run": dict(ledger.last_run) if ledger.last_run else None,
        "locked_by": owner,
        "waiting_request": str(waiting_request(lab) or "") or None,
        "serving": lab.simulated and running(lab.folder) is not None,
    }


def _show(terminal: Terminal, lab: Lab, ledger: Ledger, owner: str | None) -> None:
    kind = "simulated" if lab.simulated else "real machines"
    terminal.say(f"{lab.name}  ({kind}, {len(lab.hosts)} hosts)", "bold")
    hosts = Table.grid(padding=(0, 2))
    for host in lab.hosts:
        owned = sum(entry.host == host.name for entry in ledger.entries.values())
        roles = ", ".join(host.roles) or "no role"
        hosts.add_row(f"  {host.name}", host.address, roles, f"{owned} owned" if owned else "")
    terminal.console.print(hosts)
    terminal.say()
    pools = Table.grid(padding=(0, 2))
    for pool in lab.pools:
        word = "passive" if pool.passive else "classic"
        chosen = "(chosen in overrides.yml)" if pool.passive != pool.declared_passive else ""
        users = ", ".join(user.name for user in lab.users if user.pool.fqdn == pool.fqdn)
        pools.add_row(f"  {pool.fqdn}", word, users, chosen)
    terminal.console.print(pools)
    terminal.say()
    terminal.say(last_run(ledger))
    if owner:
        terminal.say(f"At work now: {owner}")
    waiting = waiting_request(lab)
    if waiting is not None:
        terminal.say(about_request(waiting))
    terminal.say()
    terminal.say(f"Next: {next_command(lab, ledger)}")


def last_run(ledger: Ledger) -> str:
    run = ledger.last_run
    if run is None:
        return "The lab has not been built yet."
    ago = datetime.now(UTC) - datetime.fromisoformat(str(run["at"]))
    result = "proved" if run["proved"] else "not proved"
    return (
        f"Last run: {run['command']}, {_ago(ago.total_seconds())} ago: {run['changed']} changed, "
        f"{run['failed']} failed, {result}. The lab owns {len(ledger.entries)} things."
    )


def next_command(lab: Lab, ledger: Ledger) -> str:
    flag = "" if lab.name == "simulated" else f" --lab {lab.name}"
    run = ledger.last_run
    if run is None or not run["proved"]:
        return f"invoke build-lab{flag}"
    return f"invoke plan{flag}"


def _ago(seconds: float) -> str:
    for limit, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= limit:
            return f"{int(seconds // limit)} {unit}"
    return f"{int(seconds)} s"


@dataclass(frozen=True)
class Pong:
    """What one host answered, or why it did not."""

    host: str
    seconds: float
    version: str = ""
    system: str = ""
    computer: str = ""
    endpoint: str = ""  # the way that let us in
    user: str = ""
    error: PassivelabError | None = None


def ping(terminal: Terminal, name: str, transport: str | None = None) -> Exit:
    lab = load(name, terminal)
    with serving(lab) as endpoints:
        connect = connector(lab, endpoints, transport)

        def one(host: str) -> Pong:
            session = connect(host, "local")
            started = time.monotonic()
            try:
                output = session.run(_ASK, {}, 30.0)
                reached = session.connection
            except PassivelabError as error:
                return Pong(host, time.monotonic() - started, error=error)
            finally:
                session.close()
            took = time.monotonic() - started
            if len(output.values) < 3:
                reason = output.errors[-1].message if output.errors else "it said nothing"
                failed = StepFailed(step="ping", host=host, phase="current", reason=reason)
                return Pong(host, took, error=failed)
            version, system, computer = output.values[:3]
            return Pong(host, took, version, system, computer, reached.endpoint, reached.user)

        with ThreadPoolExecutor(8) as pool:
            pongs = list(pool.map(one, [host.name for host in lab.hosts]))
    _show_pongs(terminal, pongs)
    return worst(pong.error.exit_code for pong in pongs if pong.error)


def _show_pongs(terminal: Terminal, pongs: list[Pong]) -> None:
    if terminal.json is not None:
        for pong in pongs:
            terminal.json.write(
                {
                    "event": "ping",
                    "host": pong.host,
                    "reached": pong.error is None,
                    "powershell": pong.version or None,
                    "system": pong.system or None,
                    "endpoint": pong.endpoint or None,
                    "user": pong.user or None,
                    "seconds": round(pong.seconds, 3),
                    "error": pong.error,
                }
            )
        return
    for pong in pongs:
        if pong.error is None:
            what = f"{pong.computer:<15} PowerShell {pong.version}  {pong.system}"
            terminal.say(f"ok    {pong.host:<8} {what}  {pong.seconds * 1000:.0f} ms", "green")
            terminal.say(f"               {pong.endpoint}  {pong.user}")
        else:
            terminal.say(f"FAIL  {pong.host:<8} {pong.error.message()}", "red")
    for hint in dict.fromkeys(pong.error.hint for pong in pongs if pong.error and pong.error.hint):
        terminal.say(f"Try: {hint}")
