"""JSON as JavaScriptSerializer reads and writes it; Select-Xml; files of shares."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.conftest import Machine, Run
from winsim.cmdlets.json_reading import JsonError, JsonReader

FAR = "\\\\localhost\\C$\\Windows\\Temp"


@given(st.text(alphabet="{}[]:,'\"\\abu01.-+eE/ \n", max_size=30))
@settings(max_examples=200)
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        JsonReader(text, dict).document()
    except JsonError:
        return


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(\"{name: 'fe01', n: 2}\" | ConvertFrom-Json).name", ["fe01"]),
        ("('{a:1, \"b\":[1.5, 1e3, 9999999999], }' | ConvertFrom-Json).b | % { $_.GetType().Name }",
         ["Decimal", "Double", "Int64"]),
        ("('\"\\/Date(1388534400000)\\/\"' | ConvertFrom-Json).Year", ["2014"]),
        ("[guid]::Empty | ConvertTo-Json -Compress",
         ['{"value":"00000000-0000-0000-0000-000000000000","Guid":"00000000-0000-0000-0000-000000000000"}']),
        ("$x = [pscustomobject]@{ 'disk [0]' = 'text' } | Out-String; $x.Contains('text')", ["True"]),
        ("[pscustomobject]@{ t = \"a`r`nb\" } | Export-Csv C:\\t.csv; (Import-Csv C:\\t.csv).t.Length", ["4"]),
        ("([pscustomobject]@{ a = 1 }).PSObject.Properties.Item('A').Value", ["1"]),
        ("(Get-Item C:\\Windows | ConvertTo-Json -Depth 1 -Compress).Substring(0, 18)", ['{"Name":"Windows",']),
        ("ConvertTo-Json ([guid]::Empty)", ['"00000000-0000-0000-0000-000000000000"']),
        ("ConvertTo-Json ([single]0.1) -Compress; ConvertTo-Json ([single]::MaxValue)", ["0.1", "3.40282347E+38"]),
        ("([ipaddress]'10.0.0.1' | ConvertTo-Json | ConvertFrom-Json).ScopeId -eq $null", ["True"]),
        (", @(1, 2) | Get-Member Count | % { \"$($_.MemberType) $($_.Definition)\" }",
         ["AliasProperty Count = Length"]),
        ("Get-Item C:\\Windows | Get-Member BaseName, Mode | % { \"$($_.MemberType)\" }",
         ["CodeProperty", "ScriptProperty"]),
        ("$n = (Get-Item C:\\Windows).PSObject.Properties | % { $_.Name }; $n[0]; $n.IndexOf('Mode') -lt "
         "$n.IndexOf('Name'); (Get-Date).PSObject.Properties.Name[0, 1] -join ','",
         ["PSPath", "True", "DisplayHint,DateTime"]),
        ("try { Invoke-Expression ('1 +;' * 12) } catch { $_.Exception.Errors.Count; "
         "($_.Exception.Message -split \"`n\")[-1] }",
         ["12", "Not all parse errors were reported.  Correct the reported errors and try again."]),
        ("Set-Content C:\\Windows\\Temp\\a.xml '<a><b>hello</b></a>'; "
         f"(Select-Xml //b C:\\Windows\\Temp\\a.xml).ToString(); (Select-Xml //b {FAR}\\a.xml).Node.InnerText",
         ["hello:C:\\Windows\\Temp\\a.xml", "hello"]),
        ("Set-Content C:\\Windows\\Temp\\a.csv 'n', 'x'; "
         f"(Import-Csv {FAR}\\a.csv).n; Get-Content {FAR}\\a.csv", ["x", "n", "x"]),
    ],
)  # fmt: skip
def test_values(run: Run, text: str, expected: list[str]) -> None:
    assert run(text) == expected


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("Set-Content C:\\Windows\\Temp\\b.xml '<a><b>'; Select-Xml //b C:\\Windows\\Temp\\b.xml", "ProcessingFile"),
        ("$env:xml = '<a/>'; Select-Xml //a -LiteralPath env:xml", "ProcessingFile"),
        ("Select-Xml //a -Content '<a/>' -Namespace @{ n = $null }", "PrefixError"),
        ("Select-Xml //a -Content 'no xml'", "InvalidCastToXmlDocument"),
    ],
)
def test_select_xml_reports_what_it_cannot_read(machine: Machine, text: str, id: str) -> None:
    machine.run(text)
    assert machine.errors == [f"{id},Microsoft.PowerShell.Commands.SelectXmlCommand"]


def test_keys_that_are_no_texts_end_the_command(machine: Machine) -> None:
    machine.run("try { ConvertTo-Json @{ 1 = 'a' } } catch { 'caught' }")
    assert [str(value) for value in machine.values] == ["caught"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[1, 2", "Invalid array passed in, ',' expected. (5): [1, 2"),
        ('{"a" 1}', "Invalid object passed in, ':' or '}' expected. (6): {\"a\" 1}"),
        ("nothing", "Invalid JSON primitive: nothing."),
    ],
)
def test_messages(text: str, message: str) -> None:
    with pytest.raises(JsonError) as caught:
        JsonReader(text, dict).document()
    assert str(caught.value) == message
