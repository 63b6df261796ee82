"""What is read of a reachable host, and what it means."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from passivelab.lab.model import Host
from passivelab.preflight.live import judge, script
from pslang.linter import lint
from tests.products.conftest import prepared_lab
from tests.products.running import Lab
from winsim.world.lync import LyncServer

NOW = datetime(2014, 3, 1, 12, 0, tzinfo=UTC)
HOST = Host("se01", "se01.corp.contoso.com", "192.168.50.31", "internal", ("lync_pool",), True)
GOOD = {
    "PowerShell": "4.0",
    "System": "6.3.9600",
    "Administrator": True,
    "ShellMemory": 1024,
    "Shells": 30,
    "Time": "2014-03-01T12:00:03.1234567Z",
    "PendingReboot": False,
    "FreeMegabytes": 40000,
    "Lync": "Microsoft Lync Server 2013 (5.0.8308.577): Volume license key installed.",
}


def test_the_script_is_one_for_2012_r2() -> None:
    assert lint(script(), "facts.ps1", "template") == []


def test_a_good_host_gives_no_findings() -> None:
    assert judge(HOST, GOOD, NOW) == ()


@pytest.mark.parametrize(
    ("fact", "value", "code", "severity"),
    [
        ("Administrator", False, "no-administrator", "error"),
        ("PowerShell", "3.0", "powershell", "error"),
        ("ShellMemory", 150, "shell-memory", "warning"),
        ("Shells", 2, "shells", "warning"),
        ("Time", (NOW - timedelta(seconds=90)).isoformat(), "clock", "warning"),
        ("Time", "2014-03-01T13:00:00.0000000Z", "clock", "error"),
        ("PendingReboot", True, "pending-restart", "warning"),
        ("FreeMegabytes", 3000, "disk", "warning"),
        ("FreeMegabytes", 500, "disk", "error"),
        ("Lync", "Microsoft Lync Server 2013 (5.0.8308.420)", "lync-update", "error"),
    ],
)
def test_each_fact_has_its_limit(fact: str, value: object, code: str, severity: str) -> None:
    (finding,) = judge(HOST, {**GOOD, fact: value}, NOW)
    assert (finding.code, finding.severity) == (code, severity)
    assert finding.reason.startswith("se01: ")


@pytest.mark.parametrize("fact", sorted(GOOD))
def test_what_a_bare_machine_does_not_have_is_no_finding(fact: str) -> None:
    assert judge(HOST, {**GOOD, fact: None}, NOW) == ()


def read(lab: Lab) -> dict[str, object]:
    """The facts as a server of the lab gives them to an account without a second hop."""
    answer = lab.run("se01", f"ConvertTo-Json -InputObject (& {{ {script()} }}) -Depth 5", delegated=False)
    found: dict[str, object] = json.loads(answer.good().text)
    return found


def test_what_replicates_is_judged_by_the_pool() -> None:
    """Contacts that may move to Exchange, and passive authentication that somebody switched on for everybody."""
    lab = prepared_lab()
    server = lab.world.host("se01").parts.need(LyncServer)
    assert server.local is not None
    assert (read(lab)["UnifiedContactPolicies"], read(lab)["PassiveScopes"]) == ([], [])
    server.local.partner_applications["Exchange"] = "00000002-0000-0ff1-ce00-000000000000"
    server.local.collections["web-service"] = {"global": {"UseWsFedPassiveAuth": True}}
    facts = {name: read(lab)[name] for name in ("UnifiedContactPolicies", "PassiveScopes")}
    found = {one.code: one for one in judge(HOST, facts, NOW, "se01.corp.contoso.com")}
    assert (found["unified-contacts"].severity, found["scope"].severity) == ("warning", "error")
    assert "Global" in found["scope"].reason
    assert {one.code for one in judge(HOST, facts, NOW)} == {"scope"}  # contacts matter on a passive pool only
    server.local.collections["user-services"] = {"global": {"UcsAllowed": False}}
    assert read(lab)["UnifiedContactPolicies"] == []
