"""Items, content and properties through the providers."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.conftest import Machine, Run
from winsim.cmdlets.utility_csv import quoted, records


def test_files_are_written_as_windows_writes_them(machine: Machine) -> None:
    machine.run(r"Set-Content C:\a.txt 'x', 'y'; 'z' | Out-File C:\b.txt; Copy-Item C:\a.txt C:\c.txt")
    assert machine.host.files.read(r"C:\a.txt") == b"x\r\ny\r\n"
    assert machine.host.files.read(r"C:\b.txt") == b"\xff\xfe" + "z\r\n".encode("utf-16-le")
    assert machine.run(r"(Get-ChildItem C:\ -Filter ?.txt).Name -join ','") == ["a.txt,b.txt,c.txt"]


def test_what_if_changes_nothing(run: Run) -> None:
    assert run(
        r"Set-Content C:\a.txt 'x' -WhatIf; New-Item HKLM:\SOFTWARE\X -WhatIf; Test-Path C:\a.txt, HKLM:\SOFTWARE\X"
    ) == [
        "False",
        "False",
    ]


def test_a_missing_item_has_its_id(machine: Machine) -> None:
    machine.run(r"Get-Item C:\nope; Get-Content C:\nope; Get-Item X:\a")
    assert machine.errors == [
        "PathNotFound,Microsoft.PowerShell.Commands.GetItemCommand",
        "PathNotFound,Microsoft.PowerShell.Commands.GetContentCommand",
        "DriveNotFound,Microsoft.PowerShell.Commands.GetItemCommand",
    ]


def test_registry_values_keep_their_kind(machine: Machine) -> None:
    machine.run(
        r"New-Item HKLM:\SOFTWARE\C -Force; $p = 'HKLM:\SOFTWARE\C';"
        r"New-ItemProperty $p D -PropertyType DWord -Value 5;"
        r"New-ItemProperty $p M -PropertyType MultiString -Value 'a', 'b';"
        r"Set-ItemProperty $p D 6; Set-ItemProperty $p S x"
    )
    values = machine.host.registry.create(r"HKLM\SOFTWARE\C").values
    assert [(v.kind, v.data) for v in values.values()] == [("DWord", 6), ("MultiString", ["a", "b"]), ("String", "x")]
    assert machine.run(r"(Get-ItemProperty HKLM:\SOFTWARE\C).M.Count") == ["2"]


def test_script_blocks_are_bound_for_each_object(run: Run) -> None:
    run(r"1..2 | ForEach-Object { Set-Content C:\f$_.log $_ }")
    assert run(
        r"Get-ChildItem C:\*.log | Rename-Item -NewName { $_.BaseName + '.old' }; (Get-ChildItem C:\*.old).Name"
    ) == [
        "f1.old",
        "f2.old",
    ]


@settings(max_examples=60)
@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=12), min_size=1, max_size=5))
def test_quoted_cells_are_read_back(cells: list[str]) -> None:
    assert next(records(",".join(quoted(cell) for cell in cells), ",")) == cells


def test_secrets_round_trip_only_for_their_user(machine: Machine) -> None:
    blob = machine.run("ConvertTo-SecureString 'pw' -AsPlainText -Force | ConvertFrom-SecureString")[0]
    assert machine.run(
        f"(New-Object PSCredential u, (ConvertTo-SecureString {blob})).GetNetworkCredential().Password"
    ) == ["pw"]
    Machine().run(f"ConvertTo-SecureString {blob}")
    other = Machine()
    other.host.machine_guid = "00000000-0000-0000-0000-000000000000"
    other.run(f"ConvertTo-SecureString {blob}")
    assert other.errors == [
        "ImportSecureString_InvalidArgument_CryptographicError,Microsoft.PowerShell.Commands.ConvertToSecureStringCommand"
    ]


def test_access_rules_are_written_back(run: Run) -> None:
    run(r"New-Item C:\acl\sub -ItemType Directory -Force; $acl = Get-Acl C:\acl; "
        r"$acl.SetAccessRule((New-Object System.Security.AccessControl.FileSystemAccessRule("
        r"'CORP\anna', 'Modify', 'ContainerInherit,ObjectInherit', 'None', 'Allow')));"
        r"Set-Acl C:\acl $acl")  # fmt: skip
    rules = '% { "$($_.IdentityReference) $($_.FileSystemRights) $($_.IsInherited)" }'
    assert run(rf"(Get-Acl C:\acl).Access | {rules}") == [r"CORP\anna Modify, Synchronize False"]
    assert run(rf"(Get-Acl C:\acl\sub).Access | {rules}") == [r"CORP\anna Modify, Synchronize True"]
    run(r"$s = Get-Acl C:\acl\sub; $s.SetAccessRuleProtection($true, $false); $s | Set-Acl C:\acl\sub")
    assert run(r"@((Get-Acl C:\acl\sub).Access).Count") == ["0"]
