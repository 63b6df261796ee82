"""build-lab and plan: the same reading, once applied and once only shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from passivelab.blueprint.model import StepInstance
from passivelab.commands.connecting import connector
from passivelab.commands.keys import about_request, waiting_request
from passivelab.commands.paths import shown, state
from passivelab.commands.simulated import serving
from passivelab.commands.terminal import Terminal
from passivelab.commands.workshop import Workshop, open_workshop
from passivelab.engine import Build, Means, Plan, Scope
from passivelab.errors import Exit, Interrupted, PassivelabError, UsageError, worst
from passivelab.report import LogFiles
from passivelab.state import Entry, Journal, Lock, fold


@dataclass(frozen=True)
class Options:
    """What build-lab, plan and their relatives have in common."""

    lab: str = "simulated"
    limit: Sequence[str] = ()
    role: Sequence[str] = ()
    set: Sequence[str] = ()
    prune: bool = False
    prove: bool = True
    fresh: bool = False
    transport: str | None = None
    whole_plan: bool = False


def build_lab(terminal: Terminal, options: Options) -> Exit:
    workshop = open_workshop(options.lab, terminal, options.set)
    scope = scope_of(workshop, options)
    code = perform(terminal, workshop, options, "build-lab", scope)
    terminal.say()
    waiting = waiting_request(workshop.lab)
    if waiting is not None:
        terminal.say(about_request(waiting))
    terminal.say(_next_after_build(code, options.lab))
    return code


def plan(terminal: Terminal, options: Options, detailed_exit_code: bool = False) -> Exit:
    workshop = open_workshop(options.lab, terminal, options.set)
    scope = scope_of(workshop, options)
    result = look(terminal, workshop, options, scope, "plan")
    pending = bool(result.pending)
    terminal.say()
    if pending:
        terminal.say(f"Next: invoke build-lab{_lab_flag(options.lab)}")
    else:
        terminal.say("Nothing to do: every host is as wanted.")
    errors = [change.error for change in result.changes if isinstance(change.error, PassivelabError)]
    if errors:
        return worst(error.exit_code for error in errors)
    return Exit.CHANGES_PENDING if pending and detailed_exit_code else Exit.FINE


def look(terminal: Terminal, workshop: Workshop, options: Options, scope: Scope, command: str) -> Plan:
    """Read the hosts and show what would change; nothing is written."""
    folder = state(workshop.lab.folder)
    terminal.watch(whole_plan=True)
    with serving(workshop.lab, fresh=False) as endpoints:
        journal = Journal(folder / "journal.jsonl", read_only=True)
        connect = connector(workshop.lab, endpoints, options.transport)
        means = Means(connect, workshop.secret, terminal.emit, journal, locate=workshop.locate)
        build = Build(workshop.blueprint, means, scope)
        try:
            build.start(command)
            return build.read()
        finally:
            build.close()
            terminal.close()


def perform(
    terminal: Terminal,
    workshop: Workshop,
    options: Options,
    command: str,
    scope: Scope,
    confirm: Callable[[Plan], None] | None = None,
) -> Exit:
    """Read, apply and prove, under the lab's lock; ``confirm`` may refuse the plan before anything changes."""
    name = workshop.lab.name
    folder = state(workshop.lab.folder)
    with Lock(folder / "lock", name, command):
        if options.fresh and workshop.lab.simulated:
            start_over(folder)
        with serving(workshop.lab, fresh=options.fresh) as endpoints, Journal(folder / "journal.jsonl") as journal:
            number = next_run(folder, fold(journal.records).runs)
            journal.append({"kind": "run", "run": number, "command": command})
            records = folder / "runs" / f"{number:04d}"
            terminal.watch(whole_plan=options.whole_plan, records=shown(records))
            connect = connector(workshop.lab, endpoints, options.transport)
            outside = (connect, workshop.secret, terminal.emit, journal)
            means = Means(*outside, locate=workshop.locate, deliver=workshop.keys.deliver)
            build = Build(workshop.blueprint, means, scope)
            with _logged(terminal, records):
                return _run(build, command, options.prove, journal, terminal, confirm)


def _run(
    build: Build,
    command: str,
    prove: bool,
    journal: Journal,
    terminal: Terminal,
    confirm: Callable[[Plan], None] | None,
) -> Exit:
    codes: list[Exit] = []
    interrupted = False
    try:
        build.start(command)
        plan = build.read()
        lost = build.lost()
        if lost:
            # Half a lab helps nobody: nothing is changed until every host of the run answers.
            build.give_up(lost)
            codes += [error.exit_code for error in lost.values()]
            terminal.close()
            for error in lost.values():
                terminal.error(error)
        else:
            if confirm is not None:
                confirm(plan)
            good = build.apply()
            codes += [error.exit_code for error in build.tally.errors.values()]
            if good and prove and not build.prove():
                codes.append(Exit.VERIFICATION_FAILED)
    except (KeyboardInterrupt, BrokenPipeError):  # the latter: whoever read along has left
        interrupted = True
        build.stop()
    finally:
        build.close()
        summary = build.summary()
        if build.began:
            journal.append(
                {
                    "kind": "end",
                    "command": command,
                    "changed": summary.changed,
                    "failed": summary.failed + summary.unreachable,
                    "proved": summary.proved,
                    "seconds": summary.seconds,
                }
            )
    if interrupted:
        terminal.error(Interrupted())
        codes.append(Exit.INTERRUPTED)
    terminal.emit(summary)  # the last thing that a program reads
    terminal.close()
    return worst(codes)


def scope_of(workshop: Workshop, options: Options) -> Scope:
    """What --limit, --role and --prune leave."""
    hosts, roles = _names(options.limit), _names(options.role)
    known = {host.name for host in workshop.lab.hosts}
    _check("host", hosts, known | {group for host in workshop.lab.hosts for group in host.roles})
    _check("role", roles, {use.name for use in workshop.lab.roles})
    wanted_hosts = {host.name for host in workshop.lab.hosts if {host.name, *host.roles} & hosts}

    def inside(host: str, role: str) -> bool:
        return (not hosts or host in wanted_hosts) and (not roles or role in roles)

    def wanted(item: StepInstance) -> bool:
        return inside(item.key.host, item.role)

    def unwanted(entry: Entry) -> bool:
        return inside(entry.host, entry.role)

    return Scope(wanted, unwanted, options.prune)


def next_run(folder: Path, known: int) -> int:
    """A number that no earlier run has, not even one whose journal was put aside."""
    logged = (int(path.name) for path in (folder / "runs").glob("[0-9]*") if path.name.isdigit())
    return max(known, *logged, 0) + 1


def start_over(folder: Path) -> None:
    """New machines own nothing: the journal of the old ones is put aside."""
    journal = folder / "journal.jsonl"
    if journal.exists():
        stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")
        journal.replace(folder / f"journal-{stamp}.jsonl")


@contextmanager
def _logged(terminal: Terminal, records: Path) -> Iterator[LogFiles]:
    logs = LogFiles(records, terminal.mask)
    terminal.also(logs)
    try:
        yield logs
    finally:
        logs.close()


def _names(values: Sequence[str]) -> set[str]:
    return {name.strip() for value in values for name in value.split(",") if name.strip()}


def _check(kind: str, names: set[str], known: set[str]) -> None:
    unknown = sorted(names - known)
    if unknown:
        raise UsageError(
            reason=f"the lab has no {kind} {', '.join(map(repr, unknown))}",
            expected=f"any of {', '.join(sorted(known))}",
        )


def _lab_flag(lab: str) -> str:
    return "" if lab == "simulated" else f" --lab {lab}"


def _next_after_build(code: Exit, lab: str) -> str:
    if code == Exit.UNREACHABLE:
        return f"Next: invoke ping{_lab_flag(lab)} asks every host; --limit leaves hosts out."
    if code == Exit.FINE:
        return f"Next: invoke plan{_lab_flag(lab)} shows any drift; invoke status tells where the lab stands."
    return f"Next: mend what is shown above, then invoke build-lab{_lab_flag(lab)} goes on where it stopped."
