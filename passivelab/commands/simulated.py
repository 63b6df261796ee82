"""The simulated lab as a process of its own: found when it runs, started when it does not."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from passivelab.commands.paths import ROOT, state
from passivelab.errors import Locked, Unreachable
from passivelab.lab import Lab

START_LIMIT = 60.0
LEAVE_LIMIT = 60.0
STARTED = "The simulated lab starts."


@dataclass(frozen=True)
class Endpoint:
    """Where a simulated host listens for HTTP and, once it does, for HTTPS; and an account for it."""

    address: str
    http: int
    https: int
    user: str
    password: str


Endpoints = Mapping[str, Endpoint]


def ready_file(folder: Path) -> Path:
    return state(folder) / "serving.json"


def machines_folder(folder: Path) -> Path:
    return state(folder) / "machines"


def parent_file(folder: Path) -> Path:
    """The process that the simulated lab leaves with."""
    return state(folder) / "serving.parent"


def machines_log(folder: Path) -> Path:
    return state(folder) / "machines.log"


def running(folder: Path) -> Endpoints | None:
    """The endpoints of the simulated lab, when it runs and is not about to leave after the command that started it."""
    try:
        if not _is_alive(int(parent_file(folder).read_text())):
            return None
        document = json.loads(ready_file(folder).read_text("utf-8"))
        endpoints = _endpoints(document)
    except (OSError, ValueError, KeyError):
        return None
    first = next(iter(endpoints.values()), None)
    if first is None:
        return None
    with contextlib.suppress(OSError), socket.create_connection((first.address, first.http), timeout=2):
        return endpoints
    return None


@contextlib.contextmanager
def serving(lab: Lab, *, fresh: bool = False) -> Iterator[Endpoints | None]:
    """The lab's simulated hosts for the time of a command; None for a lab of real ones."""
    if not lab.simulated:
        yield None
        return
    known = None if fresh else running(lab.folder)
    if known is not None:
        yield known
        return
    stop_running(lab.folder)
    await_free(lab.folder)
    process = launch(lab.folder, fresh=fresh)
    try:
        yield await_ready(lab.folder, process)
    finally:
        end(process)


def digest_of_machines(folder: Path, *, new: bool = False) -> str:
    """The digest of the simulated machines as they are saved, or of new ones."""
    line = [sys.executable, "-m", "winsim", "digest", "--machines", str(folder / "machines.yml")]
    line += [] if new else ["--state", str(machines_folder(folder))]
    return subprocess.run(line, cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()


def command_line(folder: Path, *, fresh: bool, faults: str | None, parent: int) -> list[str]:
    line = [sys.executable, "-m", "winsim", "serve"]
    line += ["--machines", str(folder / "machines.yml"), "--state", str(machines_folder(folder))]
    line += ["--ready-file", str(ready_file(folder))]
    line += ["--fresh"] if fresh else []
    line += ["--faults", faults] if faults else []
    line += ["--parent-pid", str(parent)]
    return line


def launch(folder: Path, *, fresh: bool = False, faults: str | None = None) -> subprocess.Popen[bytes]:
    """Start the simulated lab; it ends with this process, however that ends."""
    state(folder).mkdir(parents=True, exist_ok=True)
    ready_file(folder).unlink(missing_ok=True)
    parent_file(folder).write_text(str(os.getpid()))
    with machines_log(folder).open("ab") as log:
        log.write(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} {STARTED}\n".encode())
        log.flush()
        return subprocess.Popen(
            command_line(folder, fresh=fresh, faults=faults, parent=os.getpid()),
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,  # what it tells people; the log is for what goes wrong
            stderr=log,
            # Ctrl-C is for this process, which lets running steps finish before it ends the hosts.
            start_new_session=True,
        )


def await_ready(folder: Path, process: subprocess.Popen[bytes]) -> Endpoints:
    deadline = time.monotonic() + START_LIMIT
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError, ValueError, KeyError):
            return _endpoints(json.loads(ready_file(folder).read_text("utf-8")))
        if process.poll() is not None:
            break
        time.sleep(0.02)
    end(process)
    log = machines_log(folder)
    raise Unreachable(
        host=folder.name,
        reason="the simulated lab did not start",
        found=last_words(log),
        hint="`invoke build-lab --fresh` starts over with new machines",
        record=log,
    )


def end(process: subprocess.Popen[bytes]) -> None:
    """Ask the process to save and leave; what does not is ended."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def stop_running(folder: Path) -> None:
    """End a simulated lab that somebody else serves: a fresh one needs its addresses."""
    try:
        document = json.loads(ready_file(folder).read_text("utf-8"))
        pid = int(document["pid"])
    except (OSError, ValueError, KeyError, TypeError):
        return
    command = _command_of(pid)
    if command is not None and "winsim" in command:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGTERM)


def is_served(folder: Path) -> bool:
    """Whether some process simulates the machines: it holds a lock as long as it lives."""
    try:
        with (machines_folder(folder) / "lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def await_free(folder: Path) -> None:
    """Wait until nobody serves these machines any more: one that leaves saves them first."""
    machines_folder(folder).mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + LEAVE_LIMIT
    with (machines_folder(folder) / "lock").open("a") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise Locked(lab=folder.name, owner="a simulated lab that does not leave") from None
                time.sleep(0.05)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _command_of(pid: int) -> str | None:
    """The command line of a process, as far as the system tells; a number may long belong to someone else."""
    output = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return output.stdout.strip() or None


def _endpoints(document: Mapping[str, Any]) -> Endpoints:
    result = {}
    for name, host in document["hosts"].items():
        http, https = urlsplit(host["url"]), urlsplit(host["https_url"])
        ports = (http.port or 5985, https.port or 5986)
        result[name] = Endpoint(http.hostname or "", *ports, host["user"], host["password"])
    return result


def last_words(log: Path) -> str | None:
    """The last line of the log, when the simulated lab has written one since it was started."""
    try:
        lines = log.read_text("utf-8", errors="replace").strip().splitlines()
    except OSError:
        return None
    return lines[-1][:300] if lines and not lines[-1].endswith(STARTED) else None
