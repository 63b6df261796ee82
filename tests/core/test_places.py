"""Where drives, shares and paths lead, and what the item cmdlets refuse."""

from __future__ import annotations

import pytest

from tests.core.conftest import Machine, Run

FOLDER = (
    "$null = mkdir C:\\data\\sub; Set-Content C:\\data\\a.txt one; Set-Content C:\\data\\b.txt two; "
    "$null = New-PSDrive Data FileSystem C:\\data; "
)
COMMANDS = "Microsoft.PowerShell.Commands"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cd Data:\\sub; \"$pwd\"; $pwd.ProviderPath; (Resolve-Path ..\\a.txt).Path; Convert-Path ..\\a.txt; "
         "(Get-Item ..\\a.txt).FullName",
         ["Data:\\sub", "C:\\data\\sub", "Data:\\a.txt", "C:\\data\\a.txt", "C:\\data\\a.txt"]),
        ("Join-Path Data:\\ a* -Resolve; Split-Path Data:\\sub -Parent -Resolve", ["Data:\\a.txt", "Data:\\"]),
        ("cd \\\\localhost\\C$\\data; \"$pwd\"; @(dir).Count; gc .\\a.txt; cd C:\\",
         ["Microsoft.PowerShell.Core\\FileSystem::\\\\localhost\\C$\\data", "3", "one"]),
        ("dir \\\\localhost\\C$\\data -Filter *.txt | % { \"$($_.Name) $($_.Length)\" }", ["a.txt 5", "b.txt 5"]),
        ("@(Get-Item C:\\data\\no*\\..\\a.txt).Count", ["1"]),
        ("Remove-PSDrive Data -WhatIf; (Get-PSDrive Data).Free -gt 1gb", ["True"]),
        ("cd C:\\data\\sub; cd..; \"$pwd\"", ["C:\\data"]),
        ("Rename-Item C:\\data\\a.txt C:/data/c.txt; Test-Path C:\\data\\c.txt", ["True"]),
        ("Set-Content -LiteralPath 'C:\\data\\[x].txt' 1; Rename-Item 'C:\\data\\`[x`].txt' y.txt; "
         "Test-Path C:\\data\\y.txt", ["True"]),
        ("Set-Item alias:a*, alias:gi Get-Date -Include ac; (Get-Alias ac).Definition; (Get-Alias gi).Definition",
         ["Get-Date", "Get-Item"]),
        ("(Get-Item C:\\data).PSProvider -eq (Get-PSProvider FileSystem)", ["True"]),
        ("@(Get-Content C:\\data\\a.txt, C:\\data\\b.txt -ReadCount -1).Count", ["2"]),
    ],
)  # fmt: skip
def test_values(run: Run, text: str, expected: list[str]) -> None:
    assert run(FOLDER + text) == expected


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("Move-Item C:\\data C:\\data\\sub", f"MoveDirectoryItemIOError,{COMMANDS}.MoveItemCommand"),
        ("Move-Item C:\\data\\a.txt C:\\data\\none\\a.txt", f"MoveFileInfoItemIOError,{COMMANDS}.MoveItemCommand"),
        ("Rename-Item C:\\data\\a.txt con.txt", f"RenameError,{COMMANDS}.RenameItemCommand"),
        ("Copy-Item C:\\data\\a.txt C:\\data\\LPT1", f"CopyError,{COMMANDS}.CopyItemCommand"),
        ("mkdir 'C:\\data\\a?b'", f"CreateDirectoryArgumentError,{COMMANDS}.NewItemCommand"),
        ("cd Data:\\; Remove-PSDrive Data", f"InvalidOperation,{COMMANDS}.RemovePSDriveCommand"),
        ("Get-Content HKLM:\\SOFTWARE", f"NotSupported,{COMMANDS}.GetContentCommand"),
        ("Get-Content C:\\data\\a.txt -Tail 1 -TotalCount 1", f"TailAndHeadCannotCoexist,{COMMANDS}.GetContentCommand"),
        ("Get-Content C:\\data\\a.txt -Tail 1 -Raw", f"InvalidOperation,{COMMANDS}.GetContentCommand"),
        ("New-Item variable:home", f"Argument,{COMMANDS}.NewItemCommand"),
        ("Remove-Item \\\\localhost\\C$\\data\\a.txt", "LabNotBuilt"),
        ("[IO.File]::Move('C:\\data\\a.txt', 'C:\\none\\a.txt')", "DirectoryNotFoundException"),
        ("[IO.File]::Move('C:\\data\\none.txt', 'C:\\data\\c.txt')", "FileNotFoundException"),
    ],
)
def test_refusals(machine: Machine, text: str, id: str) -> None:
    machine.run(FOLDER + text)
    assert machine.errors == [id]
