"""Objects of Windows' modules show as administrators know them from printed output."""

from __future__ import annotations

import pytest

from tests.core.conftest import Run

INSTALL = "Install-WindowsFeature -Name Web-Server, Web-Scripting-Tools, Web-Mgmt-Console | Out-Null\n"
VIEWS = [
    (
        "Get-WindowsFeature -Name Web-Server, Web-WebServer",
        [
            "Display Name                                            Name                       Install State",
            "------------                                            ----                       -------------",
            "[X] Web Server (IIS)                                    Web-Server                     Installed",
            "    [X] Web Server                                      Web-WebServer                  Installed",
        ],
    ),
    (
        "Install-WindowsFeature -Name Web-Server",
        [
            "Success Restart Needed Exit Code      Feature Result",
            "------- -------------- ---------      --------------",
            "True    No             NoChangeNeeded {}",
        ],
    ),
    (
        "Get-Website",
        [
            "Name             ID   State      Physical Path                  Bindings",
            "----             --   -----      -------------                  --------",
            "Default Web Site 1    Started    %SystemDrive%\\inetpub\\wwwroot  http *:80:",
            "                                                                https *:443: sslFlags=0",
        ],
    ),
    (
        "Get-WebBinding -Protocol http",
        [
            "protocol             bindingInformation                      sslFlags",
            "--------             ------------------                      --------",
            "http                 *:80:                                   0",
        ],
    ),
]


@pytest.mark.parametrize(("command", "lines"), VIEWS)
def test_a_view_looks_as_printed(run: Run, command: str, lines: list[str]) -> None:
    binding = "New-WebBinding -Name 'Default Web Site' -Protocol https -Port 443\n"
    (text,) = run(f"{INSTALL}{binding}{command} | Out-String -Width 120")
    assert [line.rstrip() for line in text.splitlines() if line.strip()] == lines
