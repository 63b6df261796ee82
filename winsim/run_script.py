"""Runs script files on a host of a fresh lab: ``python -m winsim.run_script PATH... --json``."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pslang.parser import parse
from pslang.syntax import Source
from winsim.interpreter.collect import unwrap
from winsim.interpreter.errors import ErrorRecord
from winsim.interpreter.hosting import Identity, Limits, PipelineRequest, RemoteCommand
from winsim.interpreter.session import Session
from winsim.interpreter.texts import to_text
from winsim.interpreter.typetable import type_of
from winsim.interpreter.values import AUTOMATION_NULL

if TYPE_CHECKING:
    from winsim.world.host import Host
    from winsim.world.lab import World

ADMINISTRATOR = Identity(r"LAB\Administrator", frozenset({r"builtin\administrators"}), True)
T = TypeVar("T")
STACK = 512 * 1024 * 1024


class Recorder:
    """A sink that keeps output and errors."""

    def __init__(self) -> None:
        self.values: list[object] = []
        self.errors: list[object] = []

    def output(self, value: object) -> None:
        self.values.append(value)

    def error(self, record: object) -> None:
        self.errors.append(record)

    def warning(self, record: object) -> None: ...

    def verbose(self, record: object) -> None: ...

    def debug(self, record: object) -> None: ...

    def progress(self, record: object) -> None: ...


def run_script_file(path: Path, world: World, host: Host) -> dict[str, Any]:
    """Parse errors, or the objects, the ids of the errors and the id of the error that ended the script."""
    text = path.read_text(encoding="utf-8-sig")
    errors = parse(text).errors
    if errors:
        return {"parse": [error.id for error in errors]}
    session = Session(world, host, ADMINISTRATOR)
    sink = Recorder()
    request = PipelineRequest([RemoteCommand(text, True)], limits=Limits(seconds=60))
    outcome = session.invoke(request, sink)
    answer: dict[str, Any] = {"out": [shown(session, value) for value in sink.values]}
    ids = [identifier(record) for record in sink.errors]
    if ids:
        answer["errors"] = ids
    if isinstance(outcome.error, ErrorRecord):
        answer["terminated"] = outcome.error.full_id
        answer["message"] = outcome.error.message
    return answer


def identifier(record: object) -> str:
    return record.full_id if isinstance(record, ErrorRecord) else to_text(record)


def shown(session: Session, value: object) -> dict[str, Any]:
    """An object as type, invariant text and JSON."""
    if value is None or value is AUTOMATION_NULL:
        return {"t": None, "v": None}
    from winsim.interpreter.engine_objects import clr_name

    kind = type_of(value)
    name = clr_name(kind) if kind is not None else None
    return {"t": name, "v": text_of(value), "j": json_of(session, value)}


def text_of(value: object) -> str:
    return to_text(unwrap(value))


def json_of(session: Session, value: object) -> str | None:
    """``ConvertTo-Json -Depth 6 -Compress``, None where it fails."""
    from winsim.interpreter.binder import Argument

    arguments = [Argument("InputObject", value), Argument("Depth", 6), Argument("Compress")]
    try:
        found = session.run_command("ConvertTo-Json", arguments, None)
    except Exception:
        return None
    return to_text(found[0]) if found else None


def scripts_of(paths: Sequence[str]) -> list[Path]:
    found: list[Path] = []
    for text in paths:
        path = Path(text)
        found.extend(sorted(path.glob("*.ps1")) if path.is_dir() else [path])
    return found


def throw_away_world() -> tuple[World, Host]:
    """A lab with one machine, as it comes out of the box."""
    from winsim.world.fresh import make_host
    from winsim.world.lab import World

    world = World()
    return world, world.add(make_host("run-script", "host01", "HOST01", password=""))


def world_of(machines: Path, name: str) -> tuple[World, Host]:
    """The machines of a lab as they stand before its first build, and one of them."""
    from winsim.world.machines import load_machines

    world = load_machines(machines)
    if name not in world.hosts:
        sys.exit(f"{machines} has no host {name}, but {', '.join(world.hosts)}")
    return world, world.hosts[name]


def run_all(paths: Sequence[Path], make: Callable[[], tuple[World, Host]]) -> dict[str, Any]:
    """Each script on a machine that no other one has touched; by name, or by path where two share a name."""
    shared = {name for name, count in Counter(path.name for path in paths).items() if count > 1}
    answers: dict[str, Any] = {}
    for path in paths:
        world, host = make()
        answers[str(path) if path.name in shared else path.name] = run_script_file(path, world, host)
    return answers


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", nargs="+")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--host", help="a host of --machines instead of a machine as it comes out of the box")
    parser.add_argument("--machines", type=Path, help="the machines.yml of a lab")
    options = parser.parse_args(arguments)
    if bool(options.host) != bool(options.machines):
        parser.error("--host and --machines belong together")
    make: Callable[[], tuple[World, Host]] = throw_away_world
    if options.host:
        make = partial(world_of, options.machines, options.host)
        make()  # tells of a name that is not there before anything runs
    scripts = scripts_of(options.paths)
    if not options.json:
        return max(on_a_deep_stack(lambda: [show(path, *make()) for path in scripts]), default=0)
    print(json.dumps(on_a_deep_stack(lambda: run_all(scripts, make))))
    return 0


def on_a_deep_stack(work: Callable[[], T]) -> T:
    """Scripts may call themselves deeply; the main thread's stack is the system's choice."""
    results: list[T] = []
    previous = threading.stack_size(STACK)
    worker = threading.Thread(target=lambda: results.append(work()))
    worker.start()
    threading.stack_size(previous)
    worker.join()
    if not results:
        sys.exit(70)
    return results[0]


def show(path: Path, world: World, host: Host) -> int:
    """Runs a script and prints what a console would show; 1 when an error ended it."""
    text = path.read_text(encoding="utf-8-sig")
    parsed = parse(text)
    for problem in parsed.errors:
        line, column = Source(text).line_column(problem.start)
        print(f"{path}:{line}:{column}: {problem.message} [{problem.id}]", file=sys.stderr)
    if parsed.errors:
        return 1
    session = Session(world, host, ADMINISTRATOR)
    sink = Recorder()
    outcome = session.invoke(PipelineRequest([RemoteCommand(text, True)]), sink)
    shown = Recorder()
    session.invoke(PipelineRequest([RemoteCommand("Out-String", False)], input=iter(sink.values)), shown)
    print("".join(to_text(value) for value in shown.values).replace("\r\n", "\n"), end="")
    for record in (*sink.errors, outcome.error):
        if isinstance(record, ErrorRecord):
            print(f"{record.message} [{record.full_id}]", file=sys.stderr)
    return 0 if outcome.state == "completed" else 1


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # a reader who leaves early ends it, as any program that only prints
    sys.exit(main())
