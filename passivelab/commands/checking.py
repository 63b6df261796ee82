"""check: what can be known before any change, of a lab or of plain scripts."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from passivelab.blueprint import compile_lab
from passivelab.commands.connecting import connector
from passivelab.commands.keys import open_keys
from passivelab.commands.loading import load
from passivelab.commands.paths import ROLES, ROOT
from passivelab.commands.simulated import serving
from passivelab.commands.terminal import Terminal
from passivelab.engine.script import Request, ask
from passivelab.errors import Exit, TransportError, UsageError
from passivelab.lab import Host, Lab
from passivelab.preflight import Finding, live
from passivelab.preflight import check as check_compilation
from passivelab.report.words import plural
from pslang.linter import lint


def check(terminal: Terminal, name: str, sets: tuple[str, ...] = (), ask_hosts: bool = False) -> Exit:
    """Inventory, roles, templates and everything that the checks know of how such a lab fails."""
    lab = load(name, terminal, sets)
    keys = open_keys(lab)
    compilation = compile_lab(lab, ROLES, keys)
    findings = [*check_compilation(compilation, keys), *(_ask_hosts(lab) if ask_hosts else [])]
    errors = [finding for finding in findings if finding.severity == "error"]
    if terminal.json is not None:
        for finding in findings:
            terminal.json.write({"event": "finding", **_document(finding)})
    else:
        for finding in findings:
            _show(terminal, finding)
        steps = len(compilation.blueprint.instances)
        warnings = plural(len(findings) - len(errors), "warning")
        terminal.say(f"{plural(steps, 'step')} checked: {plural(len(errors), 'error')}, {warnings}.")
    return Exit.INVALID if errors else Exit.FINE


def _ask_hosts(lab: Lab) -> list[Finding]:
    """What only the hosts themselves can tell: quotas, clocks, restarts that are pending, room, update level."""
    request = Request("facts", "current", live.script())
    with serving(lab) as endpoints:
        connect = connector(lab, endpoints)

        def one(host: Host) -> list[Finding]:
            session = connect(host.name, "local")
            try:
                answer = ask(session, [request], 60.0)["facts"]
            except TransportError as error:
                fix = error.hint or "`invoke ping` asks every host"
                return [Finding(error.code, None, error.message(), "the host itself", fix)]
            finally:
                session.close()
            if answer.value is None:
                why = answer.fault.message if answer.fault else "it said nothing"
                return [Finding("facts", None, f"{host.name}: {why}", "scripts/facts.ps1", "look at the host")]
            # The clock of simulated machines runs faster than the controller's: nothing follows from the difference.
            facts = {**answer.value, "Time": None} if lab.simulated else answer.value
            pool = next((one.fqdn for one in lab.pools if one.passive and host in one.servers), "")
            return list(live.judge(host, facts, datetime.now(UTC), pool))

        with ThreadPoolExecutor(8) as pool:
            return [finding for found in pool.map(one, lab.hosts) for finding in found]


def check_scripts(terminal: Terminal, folder: str) -> Exit:
    """The linter's findings for plain scripts; with --json one object by file."""
    root = ROOT / Path(folder).expanduser()
    if not root.exists():
        raise UsageError(reason=f"there is no {folder}", expected="a script, or a folder of scripts")
    files = sorted(path for path in root.rglob("*.ps*1") if path.is_file()) if root.is_dir() else [root]
    found = {str(file.relative_to(root) if root.is_dir() else file.name): lint(read(file), file.name) for file in files}
    if terminal.json is not None:
        print(json.dumps({name: [finding.as_dict() for finding in findings] for name, findings in found.items()}))
    else:
        for name, findings in found.items():
            for finding in findings:
                terminal.say(f"{name}:{finding.line}:{finding.column}: {finding.code}: {finding.message}")
        terminal.say(f"{plural(len(found), 'script')}: {plural(sum(map(len, found.values())), 'finding')}.")
    return Exit.INVALID if any(found.values()) and terminal.json is None else Exit.FINE


def read(file: Path) -> str:
    """A script's text: with a byte order mark as that says, without one as UTF-8 or, failing that, ANSI."""
    data = file.read_bytes()
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _show(terminal: Terminal, finding: Finding) -> None:
    style = "bold red" if finding.severity == "error" else "yellow"
    terminal.say(f"{finding.severity}[{finding.code}]: {finding.reason}", style)
    if finding.place is not None:
        terminal.say(f"  --> {finding.place}")
    terminal.say(f"  = source: {finding.source}")
    terminal.say(f"  = try: {finding.fix}")


def _document(finding: Finding) -> dict[str, object]:
    return {
        "code": finding.code,
        "severity": finding.severity,
        "place": str(finding.place) if finding.place else None,
        "reason": finding.reason,
        "source": finding.source,
        "fix": finding.fix,
    }
