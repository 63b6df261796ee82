"""Records a session at the terminal as text: build, build again, a change by hand, repair, switch a pool off and on.

python -m campaigns.session > docs/session.txt
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from pypsrp.powershell import PowerShell, RunspacePool
from pypsrp.wsman import WSMan

ROOT = Path(__file__).resolve().parents[1]
HAND = """\
Import-Module WebAdministration
Set-WebConfigurationProperty -PSPath 'MACHINE/WEBROOT/APPHOST' `
    -Filter "/system.applicationHost/applicationPools/add[@name='DefaultAppPool']/processModel" `
    -Name idleTimeout -Value '00:20:00'
"""
POOL = "se01.corp.contoso.com"


def run(*arguments: str) -> None:
    print(f"$ invoke {' '.join(arguments)}", flush=True)
    line = [sys.executable, "-m", "invoke", *arguments]
    environment = {**os.environ, "NO_COLOR": "1", "COLUMNS": "110"}
    done = subprocess.run(line, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    text = [entry for entry in (done.stdout + done.stderr).splitlines() if "  unchanged" not in entry]
    print("\n".join(text))
    print(f"exit {done.returncode}\n", flush=True)


def by_hand(host: dict[str, str]) -> None:
    """An administrator changes something on arr01, with a client that is not ours."""
    print("# on arr01, by hand:\n" + HAND, flush=True)
    address, port = host["url"].split("/")[2].split(":")
    with (
        WSMan(
            address, port=int(port), ssl=False, username=host["user"], password=host["password"], no_proxy=True
        ) as connection,
        RunspacePool(connection) as pool,
    ):
        shell = PowerShell(pool)
        shell.add_script(HAND)
        shell.invoke()


def main() -> None:
    line = [sys.executable, "-m", "invoke", "serve-lab", "--fresh", "--json"]
    with subprocess.Popen(line, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        hosts = json.loads(server.stdout.readline())["hosts"]
        run("build-lab")
        run("build-lab")
        by_hand(hosts["arr01"])
        run("plan")
        run("build-lab")
        run("disable-passive-auth", "--pool", POOL)
        run("status")
        run("enable-passive-auth", "--pool", POOL)
        run("plan", "--detailed-exitcode")
        server.terminate()


if __name__ == "__main__":
    main()
