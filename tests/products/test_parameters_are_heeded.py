"""Parameters of the products' cmdlets that are taken have their effect; the others are not built and say so."""

from __future__ import annotations

import pytest

from tests.products.running import Lab


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("(Get-ADDomainController -Filter *).Name; @(Get-ADDomainController nobody).Count", ["DC01", "0"]),
        ("(Add-DnsServerForwarder 192.0.2.9 -PassThru).IPAddress -contains '192.0.2.9'; "
         "@((Remove-DnsServerForwarder 192.0.2.9 -Force -PassThru).IPAddress) -contains '192.0.2.9'",
         ["True", "False"]),
        ("Get-NetConnectionProfile -Name elsewhere; Get-NetConnectionProfile -NetworkCategory Private; "
         "@(Get-NetConnectionProfile).Count", ["1"]),
    ],
)  # fmt: skip
def test_effects(lab: Lab, script: str, expected: list[str]) -> None:
    assert lab.run("dc01", script).good().texts == expected


@pytest.mark.parametrize(
    ("host", "script", "named"),
    [
        ("dc01", "Get-ADDomainController -Filter 'Name -like \"d*\"'", "-Filter"),
        ("dc01", "Add-DnsServerResourceRecordA a -ZoneName x -IPv4Address 192.0.2.1 -AgeRecord", "-AgeRecord"),
        ("se01", "Enable-CsComputer -Report C:\\report.html", "-Report"),
    ],
)
def test_what_would_be_forgotten_is_not_built(lab: Lab, host: str, script: str, named: str) -> None:
    answer = lab.run(host, f"try {{ {script} -ErrorAction SilentlyContinue }} catch {{ }}")
    assert answer.outcome.state == "failed"
    assert named in str(getattr(answer.outcome.error, "message", ""))
