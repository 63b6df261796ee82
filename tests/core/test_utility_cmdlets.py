"""Cmdlets of the Utility and Core modules, value by value."""

from __future__ import annotations

import pytest

from tests.core.conftest import Machine, Run

INVENTORY = (
    "$inv = @([pscustomobject]@{ Name = 'fe01'; Site = 'Oslo'; Mem = 32 }; "
    "[pscustomobject]@{ Name = 'fe02'; Site = 'Rome'; Mem = 16 }; "
    "[pscustomobject]@{ Name = 'web01'; Site = 'Oslo'; Mem = 8 }); "
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Compare-Object 1,2,3,4 4,3,2,1 -SyncWindow 0 | % { \"$($_.InputObject)$($_.SideIndicator)\" }",
         ["4=>", "1<=", "3=>", "2<=", "2=>", "3<=", "1=>", "4<="]),
        ("Compare-Object a,b,c,x b,c,a,y -IncludeEqual | % { \"$($_.InputObject)$($_.SideIndicator)\" }",
         ["b==", "a==", "c==", "y=>", "x<="]),
        ("$m = 'b','a' | Measure-Object -Maximum -Minimum; $m.Maximum; $m.Minimum; $m.GetType().Name",
         ["b", "a", "GenericObjectMeasureInfo"]),
        ("1,'10',9 | Measure-Object -Maximum -Minimum | % { $_.Maximum; $_.Minimum }", ["10", "1"]),
        (INVENTORY + "$inv | Group-Object Site -AsHashTable -AsString | % { ($_.Keys | sort) -join ',' }",
         ["Oslo,Rome"]),
        (INVENTORY + "($inv | Sort-Object @{ e = 'Site' }, @{ e = 'Mem'; Descending = $true }).Name -join ','",
         ["fe01,web01,fe02"]),
        (INVENTORY + "$inv | Select-Object -Skip 1 -First 1 -Property Name, @{ n = 'GB'; e = { $_.Mem / 4 } } | "
         "% { \"$($_.Name) $($_.GB)\" }", ["fe02 4"]),
        ("[pscustomobject]@{ a = @(1, 2); b = [datetime]'2014-05-06 07:08:09'; c = $null } | "
         "ConvertTo-Csv -NoTypeInformation", ['"a","b","c"', '"System.Object[]","5/6/2014 7:08:09 AM",']),
        ("(1, 'a<b' | ConvertTo-Xml -As String) -split \"`r`n\"",
         ['<?xml version="1.0"?>', "<Objects>", '  <Object Type="System.Int32">1</Object>',
          '  <Object Type="System.String">a&lt;b</Object>', "</Objects>"]),
        ("([pscustomobject]@{ a = 1; b = $null } | ConvertTo-Xml -NoTypeInformation).Objects.Object.Property[0].Name",
         ["a"]),
        ("'<r><i>1</i></r>' | Select-Xml '//i' | % { $_.Node.InnerText }", ["1"]),
        ("'one', 'two', 'three' | Select-String 'two' -Context 1 | % { \"$_\" -split \"`r`n\" }",
         ["  one", "> two", "  three"]),
        ("'abcdefgh' | Out-String -Width 3", ["abcdefgh\r\n"]),
        ("[ordered]@{ b = 1; a = 2 } | Format-Table -AutoSize | Out-String -Stream",
         ["", "Name Value", "---- -----", "b    1", "a    2", ""]),
    ],
)  # fmt: skip
def test_values(run: Run, text: str, expected: list[str]) -> None:
    assert run(text) == expected


def test_syntax_of_commands(run: Run) -> None:
    run("function f { [CmdletBinding(SupportsShouldProcess = $true)] "
        "param([Parameter(Mandatory = $true, Position = 0)][string]$Name, [int[]]$N, [switch]$S) }")  # fmt: skip
    assert run("(Get-Command f).ParameterSets[0].ToString()") == [
        "[-Name] <string> [-N <int[]>] [-S] [-WhatIf] [-Confirm] [<CommonParameters>]"
    ]
    assert run("function g($a = { 1 }, [string]$b) { 'x' }; (Get-Command g).Definition; Get-Command g -Syntax") == [
        "param($a = { 1 }, [string]$b)\r\n 'x' ",
        "\r\ng [[-a] <Object>] [[-b] <string>]\r\n",
    ]


def test_a_cmdlet_that_is_not_built_is_known_but_does_not_run(machine: Machine) -> None:
    assert machine.run("(Get-Command Send-MailMessage).ModuleName; (Get-Alias epsn).Definition") == [
        "Microsoft.PowerShell.Utility",
        "Export-PSSession",
    ]
    machine.run("& (Get-Command Send-MailMessage) -To a -From b -Subject c")
    assert machine.errors == ["LabNotBuilt"]


def test_help_of_a_function_is_in_its_comments(run: Run) -> None:
    run("function Get-It {\n<#\n.SYNOPSIS\n  Gets it.\n.PARAMETER Name\n  Which one.\n.EXAMPLE\n  Get-It x\n  It.\n#>\n"
        "param([Parameter(Mandatory = $true)][string]$Name) }")  # fmt: skip
    assert run("$h = Get-Help Get-It; $h.Synopsis; $h.parameters.parameter[0].description[0].Text; "
               "$h.examples.example[0].code; (Get-Help Get-It -Parameter Name).required") == [
        *("Gets it.", "Which one.", "Get-It x", "true"),
    ]  # fmt: skip


def test_aliases_with_options_are_protected(machine: Machine) -> None:
    run = machine.run
    assert run("Set-Alias gc Get-Item; Set-Alias zz Get-Item -Option ReadOnly; Set-Alias zz Get-Date; zz | Out-Null; "
               "Set-Alias zz Get-Date -Force; (Get-Alias zz).Definition; (Get-Alias gci).Options") == [
        "Get-Date", "ReadOnly",
    ]  # fmt: skip
    assert machine.errors[:2] == ["AliasNotWritable,Microsoft.PowerShell.Commands.SetAliasCommand"] * 2


def test_providers_of_the_session_copy(run: Run) -> None:
    text = "function fa { 'f' }; Copy-Item function:fa function:fb; fb; $v = 3; Copy-Item variable:v variable:w; $w"
    assert run(text) == ["f", "3"]
    assert run("New-PSDrive HKCR Registry HKEY_CLASSES_ROOT | % Root; Test-Path HKCR:\\") == [
        *("HKEY_CLASSES_ROOT", "True"),
    ]


def test_stacks_of_locations(machine: Machine) -> None:
    text = r"Push-Location C:\Windows; Push-Location C:\ -StackName s; (Get-Location -StackName s).Count; "
    assert machine.run(text + "Pop-Location; (Get-Location).Path; Pop-Location -StackName none") == [
        *("1", r"C:\Users\Administrator\Documents"),
    ]
    assert machine.errors == ["Argument,Microsoft.PowerShell.Commands.PopLocationCommand"]


def test_files_that_are_read_only_and_times(machine: Machine) -> None:
    run = machine.run
    run(r"Set-Content C:\r.txt a; (Get-Item C:\r.txt).IsReadOnly = $true")
    run(r"'b' | Out-File C:\r.txt; Clear-Content C:\r.txt")
    assert machine.errors == [
        "FileOpenFailure,Microsoft.PowerShell.Commands.OutFileCommand",
        "ClearContentUnauthorizedAccessError,Microsoft.PowerShell.Commands.ClearContentCommand",
    ]
    assert run(r"'c' | Out-File C:\r.txt -Force; Get-Content C:\r.txt") == ["c"]
    assert run(r"Test-Path C:\r.txt -NewerThan (Get-Date).AddDays(-1); Test-Path C:\r.txt -OlderThan '2000-01-01'") == [
        *("True", "False"),
    ]
    assert run(r"$null | Set-Content C:\n.txt; (Get-Item C:\n.txt).Length") == ["0"]


def test_modules_and_scripts_in_files(machine: Machine) -> None:
    run = machine.run
    code = 'function Get-My { "$script:n $PSScriptRoot" }; function Hidden { 1 }; $n = 7'
    manifest = '@{ RootModule = "My.psm1"; ModuleVersion = "1.2"; FunctionsToExport = "Get-*" }'
    run(rf"New-Item C:\mods\My -ItemType Directory; Set-Content C:\mods\My\My.psm1 '{code}'")
    run(rf"Set-Content C:\mods\My\My.psd1 '{manifest}'; $env:PSModulePath += ';C:\mods'")
    assert run("Import-Module My; Get-My; (Get-Module My).Version.ToString(); (Get-Command Get-My).ModuleName") == [
        *(r"7 C:\mods\My", "1.2", "My"),
    ]
    run("Hidden; Remove-Module My; Get-My; Import-Module Nothing")
    assert machine.errors == [
        *("CommandNotFoundException", "CommandNotFoundException"),
        "Modules_ModuleNotFound,Microsoft.PowerShell.Commands.ImportModuleCommand",
    ]


def test_the_call_stack(run: Run) -> None:
    text = "function a { b }; function b { (Get-PSCallStack | ForEach-Object Command) -join '<' }; a"
    assert run(text) == ["b<a<<ScriptBlock>"]


@pytest.mark.parametrize(
    ("call", "command"),
    [
        ("1 | Select-Object -First -1", "SelectObjectCommand"),
        ("Get-Date -Month 13", "GetDateCommand"),
        ("Start-Sleep -Seconds -1", "StartSleepCommand"),
        ("ConvertTo-Json 1 -Depth 101", "ConvertToJsonCommand"),
    ],
)
def test_numbers_out_of_their_range_are_refused(run: Run, call: str, command: str) -> None:
    caught = run(f"try {{ {call} }} catch {{ $_.FullyQualifiedErrorId }}")
    assert caught == [f"ParameterArgumentValidationError,Microsoft.PowerShell.Commands.{command}"]


def test_what_escapes_from_a_cmdlet_is_named_after_its_exception(run: Run) -> None:
    caught = run("try { Import-Alias -Path C:\\Windows } catch { $_.FullyQualifiedErrorId }")
    assert caught == ["System.UnauthorizedAccessException,Microsoft.PowerShell.Commands.ImportAliasCommand"]


@pytest.mark.parametrize(
    ("pipeline", "command"),
    [
        ("'lsass' | Get-Process", "GetProcess"),
        ("5 | Stop-Process", "StopProcess"),
        ("5 | New-PSDrive -PSProvider FileSystem -Root C:\\", "NewPSDrive"),
    ],
)
def test_a_parameter_that_takes_a_property_takes_no_object(machine: Machine, pipeline: str, command: str) -> None:
    machine.run(pipeline)
    assert machine.errors[-1:] == [f"InputObjectNotBound,Microsoft.PowerShell.Commands.{command}Command"]


def test_core_cmdlets_take_objects_by_value_and_by_property_name(run: Run) -> None:
    assert run("(1, 3 | Compare-Object 1, 2).SideIndicator") == ["=>", "<="]
    item = "New-Object PSObject -Property @{ Path = 'C:\\a'; ItemType = 'directory' }"
    assert run(f"({item} | New-Item).FullName") == ["C:\\a"]
