"""Set-Variable, New-Variable and the cmdlets of aliases: what is kept, what is refused, in which scope."""

from __future__ import annotations

import pytest

from tests.core.conftest import Machine, Run


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Set-Variable site Oslo; Set-Variable site -Description 'where'; $site; (Get-Variable site).Description",
         ["Oslo", "where"]),
        ("Set-Variable p 1 -Option Private; Set-Variable p 2; \"$((Get-Variable p).Options)\"", ["Private"]),
        ("Set-Variable -Name one, two 1 -Exclude two; Test-Path variable:one, variable:two", ["True", "False"]),
        ("'fed' | New-Variable piped; $piped", ["fed"]),
        ("Set-Alias GetIt Get-Date; (Get-Alias getit).Name; (Get-Command getit).Name; (dir alias:getit).Name",
         ["GetIt", "GetIt", "GetIt"]),
        ("@(Get-Alias).Count -gt 100; @(Get-Command -CommandType Alias).Count -gt 100; (dir alias:ise).Definition",
         ["True", "True", "powershell_ise.exe"]),
        ("& { Set-Alias inner Get-Date; (Get-Alias -Scope 0).Name; Get-Alias inner -Scope 1 -ea 0 }", ["inner"]),
        ("& { Set-Alias outer Get-Date -Scope 1 }; (Get-Alias outer).Definition", ["Get-Date"]),
    ],
)  # fmt: skip
def test_values(run: Run, text: str, expected: list[str]) -> None:
    assert run(text) == expected


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("$v = 1; Set-Variable v -Option Constant", "VariableCannotBeMadeConstant,*.SetVariableCommand"),
        ("New-Variable r 1 -Option ReadOnly; New-Variable r 2", "VariableAlreadyExists,*.NewVariableCommand"),
        ("New-Variable c 1 -Option Constant; New-Variable c 2 -Force", "VariableNotWritable,*.NewVariableCommand"),
        ("Get-Variable x -Scope nowhere", "Argument,*.GetVariableCommand"),
        ("Set-Alias a b -Scope 99", "ArgumentOutOfRange,*.SetAliasCommand"),
        ("New-Variable a 1 -Option AllScope", "LabNotBuilt"),
    ],
)
def test_refusals(machine: Machine, text: str, id: str) -> None:
    machine.run(text)
    assert machine.errors == [id.replace("*", "Microsoft.PowerShell.Commands")]


def test_texts_between_objects_that_show_themselves_are_kept(run: Run) -> None:
    text = "@((Get-Date '2014-05-06'), 'after', { block }, 'end') | Out-String -Stream | ? { $_.Trim() }"
    assert run(text) == ["Tuesday, May 6, 2014 12:00:00 AM", "after", " block ", "end"]
    assert run("Write-Warning 'careful' 3>&1 | Out-String -Stream") == ["careful"]


def test_an_error_category_has_a_text(run: Run) -> None:
    text = 'Get-Item C:\\none -ErrorAction SilentlyContinue; "$($Error[0].CategoryInfo)"'
    assert run(text) == ["ObjectNotFound: (C:\\none:String) [Get-Item], ItemNotFoundException"]
