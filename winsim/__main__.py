"""``python -m winsim serve --machines inventory/simulated/machines.yml --state FOLDER``"""

from __future__ import annotations

import argparse
import json
import logging
import sys
from pathlib import Path
from typing import Any

from winsim.endpoint import control
from winsim.endpoint.control import BadFaultFile, FaultControl
from winsim.server import SCALE, Options, leave, run
from winsim.store import BadStore, Store
from winsim.world.digest import at_rest, canonical, digest
from winsim.world.machines import BadMachines, load_machines


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="winsim", description="The simulated lab.")
    commands = parser.add_subparsers(dest="command", required=True)
    serve = commands.add_parser("serve", help="serve the hosts of a machines.yml over WinRM until stopped")
    serve.add_argument("--machines", type=Path, required=True, help="the machines of the lab")
    serve.add_argument("--state", type=Path, required=True, help="folder in which the machines live on")
    serve.add_argument("--fresh", action="store_true", help="start over with new machines")
    serve.add_argument("--ready-file", type=Path, help="written when all hosts listen: how to reach them")
    serve.add_argument("--json", action="store_true", help="print the same as one line")
    serve.add_argument("--faults", type=Path, help="faults on purpose and latencies (YAML)")
    serve.add_argument("--parent-pid", type=int, help="leave when this process ends")
    serve.add_argument("--scale", type=float, default=SCALE, help="lab seconds in one second of real time")
    _digest_arguments(commands)
    return parser


def _digest_arguments(commands: Any) -> None:
    digest = commands.add_parser("digest", help="print what worlds that are equal but for generated values share")
    digest.add_argument("--machines", type=Path, required=True, help="the machines of the lab")
    digest.add_argument("--state", type=Path, help="folder in which the machines live on; without it, new machines")
    digest.add_argument("--text", action="store_true", help="the state itself, to be compared")


def _print_digest(arguments: argparse.Namespace) -> int:
    store = Store(arguments.state / "world") if arguments.state else None
    saved = store is not None and store.exists()
    world = at_rest(store.load()) if store is not None and saved else load_machines(arguments.machines)
    print(json.dumps(canonical(world), indent=1) if arguments.text else digest(world))
    return 0


def _announcer(as_json: bool) -> Any:
    def announce(document: dict[str, Any]) -> None:
        if as_json:
            print(json.dumps(document), flush=True)
            return
        for name, host in document["hosts"].items():
            print(f"{name:12} {host['url']}  {host['user']}", flush=True)

    return announce


def main() -> int:
    arguments = _arguments().parse_args()
    if arguments.command == "digest":
        return _print_digest(arguments)
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(asctime)s %(name)s %(message)s")
    options = Options(
        machines=arguments.machines,
        state=arguments.state,
        fresh=arguments.fresh,
        ready_file=arguments.ready_file,
        json=arguments.json,
        parent_pid=arguments.parent_pid,
        scale=arguments.scale,
    )
    try:
        faults = control.load(arguments.faults) if arguments.faults else FaultControl()
        run(options, faults, _announcer(arguments.json))
        leave(0)
    except (BadMachines, BadStore, BadFaultFile, OSError) as error:
        print(f"winsim: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
