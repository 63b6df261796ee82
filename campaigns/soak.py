"""A long run against many hosts: no growth in memory, file descriptors, threads or tasks after warm-up.

    python -m campaigns.soak --hosts 200 --pipelines 20000

Serves bare machines in a process of their own, runs pipelines from several client threads, with faults in between, and
samples the process while it works.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import requests
import yaml
from pypsrp.exceptions import WinRMError, WinRMTransportError, WSManFaultError
from pypsrp.powershell import PowerShell, RunspacePool
from pypsrp.wsman import SelectorSet, WSMan

_PLUGIN: Final = "http://schemas.microsoft.com/powershell/Microsoft.PowerShell"
_FAMILIES: Final = (WinRMError, WinRMTransportError, WSManFaultError, requests.exceptions.RequestException, ValueError)
_SCRIPTS: Final = (
    "1..5 | ForEach-Object { $_ * 2 }",
    "$x = @{ a = 1 }; $x.b = 'two'; $x.Count",
    "Write-Error 'soak'; 'after'",
    "function f($n) { if ($n -le 0) { 0 } else { f ($n - 1) } }; f 20",
    "throw 'on purpose'",
    "'x' * 20000",
)


@dataclass
class Sample:
    """What the server's process holds, from /proc."""

    pipelines: int
    resident_mib: float
    descriptors: int
    threads: int


@dataclass
class Run:
    url: dict[str, Any]
    wanted: int
    done: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self) -> bool:
        with self.lock:
            self.done += 1
            return self.done <= self.wanted

    def count(self, outcome: str) -> None:
        with self.lock:
            self.outcomes[outcome] += 1


def machines(count: int) -> str:
    hosts = {f"h{n:03}": {"address": f"10.1.{n // 250}.{n % 250 + 2}", "network": "n"} for n in range(count)}
    return yaml.safe_dump(
        {
            "lab": "soak",
            "baseline": "bare",
            "networks": {"n": {"cidr": "10.1.0.0/16"}},
            "accounts": {"local_administrator": {"user": "Administrator", "password": "Soak-2012-R2"}},
            "hosts": hosts,
        }
    )


def faults() -> str:
    kinds = ("drop-before", "drop-after", "status", "shell-gone", "delay")
    entries = [
        {"kind": kind, "action": action, "at": 40 + 97 * index + 1000 * turn, "seconds": 0.05}
        for turn in range(40)
        for index, (kind, action) in enumerate((kind, action) for kind in kinds for action in ("Command", "Receive"))
    ]
    return yaml.safe_dump({"faults": entries})


def sample(pid: int, pipelines: int) -> Sample:
    status = Path(f"/proc/{pid}/status").read_text("utf-8")
    values = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    descriptors = sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())
    return Sample(pipelines, int(values["VmRSS"].split()[0]) / 1024, descriptors, int(values["Threads"]))


def connect(host: dict[str, Any]) -> WSMan:
    url = urlsplit(host["url"])
    return WSMan(
        url.hostname, port=url.port, ssl=False, username=host["user"], password=host["password"],
        auth="ntlm", no_proxy=True, operation_timeout=10, read_timeout=20,
    )  # fmt: skip


def work(run: Run, seed: int) -> None:
    chance = random.Random(seed)
    names = sorted(run.url)
    while run.done <= run.wanted:
        host = run.url[chance.choice(names)]
        wsman = connect(host)
        pool = RunspacePool(wsman)
        try:
            with wsman, pool:
                for _ in range(chance.randint(5, 40)):
                    if not run.take():
                        return
                    pipeline = PowerShell(pool).add_script(chance.choice(_SCRIPTS))
                    pipeline.invoke()
                    run.count(f"state {pipeline.state}")
        except _FAMILIES as error:
            run.count(type(error).__name__)
            clear_away(host, pool)


def clear_away(host: dict[str, Any], pool: RunspacePool) -> None:
    """The shell of a client that lost its connection: the host would keep it for two hours."""
    selectors = SelectorSet()
    selectors.add_option("ShellId", str(pool.id).upper())
    with contextlib.suppress(WSManFaultError), connect(host) as wsman:
        wsman.delete(_PLUGIN, selector_set=selectors)


def shells(run: Run) -> int:
    """How many shells all hosts still have."""
    found = 0
    for host in run.url.values():
        with connect(host) as wsman:
            found += len(RunspacePool.get_runspace_pools(wsman))
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hosts", type=int, default=200)
    parser.add_argument("--pipelines", type=int, default=20000)
    parser.add_argument("--threads", type=int, default=8)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        return soak(Path(folder), arguments.hosts, arguments.pipelines, arguments.threads)


def soak(folder: Path, hosts: int, pipelines: int, threads: int) -> int:
    (folder / "machines.yml").write_text(machines(hosts), "utf-8")
    (folder / "faults.yml").write_text(faults(), "utf-8")
    line = [sys.executable, "-m", "winsim", "serve", "--json", "--machines", str(folder / "machines.yml")]
    line += ["--state", str(folder / "state"), "--faults", str(folder / "faults.yml")]
    started = time.monotonic()
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        document = json.loads(server.stdout.readline())
        print(f"{hosts} hosts serve after {time.monotonic() - started:.2f} s: {sample(server.pid, 0)}", flush=True)
        run = Run(document["hosts"], pipelines)
        samples = _drive(server.pid, run, threads)
        time.sleep(1)
        samples.append(sample(server.pid, pipelines))
        left = shells(run)
        server.terminate()
    print(f"{left} shells left")
    return max(_judge(samples), int(left > 0))


def _drive(pid: int, run: Run, threads: int) -> list[Sample]:
    workers = [threading.Thread(target=work, args=(run, seed)) for seed in range(threads)]
    started = time.monotonic()
    for worker in workers:
        worker.start()
    samples: list[Sample] = []
    while any(worker.is_alive() for worker in workers):
        time.sleep(2)
        with contextlib.suppress(OSError):
            samples.append(sample(pid, min(run.done, run.wanted)))
    seconds = time.monotonic() - started
    print(f"{run.wanted} pipelines in {seconds:.0f} s, {run.wanted / seconds:.0f}/s: {dict(run.outcomes)}", flush=True)
    return samples


def _judge(samples: list[Sample]) -> int:
    """Growth from a third of the run to its end."""
    warm, end = samples[len(samples) // 3], samples[-1]
    print("warm", warm)
    print("end ", end)
    growth = end.resident_mib - warm.resident_mib
    grown = growth > max(20.0, 0.15 * warm.resident_mib) or end.descriptors > warm.descriptors + 40
    print("GREW" if grown else "no growth")
    return 1 if grown else 0


if __name__ == "__main__":
    raise SystemExit(main())
