"""The linter says where and why a script would fail on Windows Server 2012 R2."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pslang.linter import RuleSet, lint
from tests.pslang.test_parser import PIECES


def codes(text: str, rules: RuleSet = "script") -> list[str]:
    return [finding.code for finding in lint(text, rules=rules)]


def test_findings_have_places_codes_and_messages() -> None:
    (finding,) = lint("$x = 1\n  Set-Content -Path a -Value b -NoNewline\n")
    assert (finding.line, finding.column, finding.code) == (2, 32, "NamedParameterNotFound")
    assert "PowerShell 5.0" in finding.message
    assert finding.as_dict() == {
        "line": 2,
        "column": 32,
        "code": "NamedParameterNotFound",
        "message": finding.message,
    }


def test_parse_errors_are_findings_with_powershells_ids() -> None:
    assert codes("if ($true) {\n  1\n") == ["MissingEndCurlyBrace"]
    assert codes("class C { }") == ["ReservedKeywordNotAllowed"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Expand-Archive -Path a.zip", "CommandNotFoundException"),
        ("Get-AdfsAccessControlPolicy", "CommandNotFoundException"),
        ("Get-CsPassiveAuthentikation", "CommandNotFoundException"),
        ("Get-ADFSConfiguration", "CommandNotFoundException"),
        ("[System.Text.StringBuilder]::new()", "StaticNew"),
        ("#requires -Version 5.1\n1", "ScriptRequiresUnmatchedPSVersion"),
        ("Copy-Item a b -ToSession $s", "NamedParameterNotFound"),
        ("Get-Item a -InformationAction Stop", "NamedParameterNotFound"),
    ],
)
def test_what_2012_r2_does_not_have(text: str, expected: str) -> None:
    assert codes(text) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "Get-ChildItem -Path C:\\ -File -Recurse | Where-Object Length -gt 1kb | Sort-Object Name -Descending",
        "Get-Content a -Raw -Encoding UTF8",
        "Get-ChildItem Cert:\\LocalMachine\\My -DnsName a.b",
        "1 | ForEach-Object { $_ } { 2 } { 3 }",
        "1 | ForEach-Object ToString 'x'",
        "$o | Add-Member NoteProperty Name 'x' -PassThru | Add-Member @{ a = 1 }",
        "Write-Host a b c; Write-Output 1 2",
        "New-Object Net.WebClient; New-Object -ComObject X",
        "Set-AdfsProperties @settings",
        "Some-Thing -Of 'our own' -Kind",
        "Other\\Get-Item -Whatever 1",
        "Import-Module OurTools; Get-AdfsOfOurOwn",
        ". .\\tools.ps1; Get-WebThing",
        ". $tools; Get-WebThing",
        "gci -r | % { $_ }",
        "icacls x --% /grant a:(OI)",
        "function Get-Item { param($Nothing) }; Get-Item -Nothing 1",
        "function f { dynamicparam { } process { } }; f -Anything 1",
    ],
)
def test_what_works_is_not_a_finding(text: str) -> None:
    assert lint(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("gci C:\\", "Alias"),
        ("if ($a == 1) { }", "EqualsSign"),
        ("$x = (if ($a) { 1 } )", "KeywordAsCommand"),
        ("$n = (Get-Process).Count", "Count"),
        ("$x = Get-Process; $x.Count", "Count"),
        ("Get-ChildItem -Rec", "ShortParameter"),
        ("Get-Item -PSPath C:\\", "ShortParameter"),
        ("exit 1", "Exit"),
        ("1 | ForEach-Object { break }", "StrayJump"),
        ("try { } catch { if ($_.Exception.Message -like '*x*') { } }", "MessageText"),
        ("if ($a -eq $null) { }", "NullOnTheRight"),
        ("New-NoSuchThing", "CommandNotFoundException"),
        ("Set-ItemProperty HKLM:\\a b c", "UnnamedArguments"),
    ],
)
def test_house_rules(text: str, expected: str) -> None:
    assert codes(text, "template") == [expected]
    assert codes(text, "script") == []


@pytest.mark.parametrize(
    "text",
    [
        "$x = @(Get-Process); if ($x.Count -gt 1) { $x[0] }",
        "@(Get-Process).Count",
        "foreach ($i in 1..3) { if ($i -eq 2) { break } }",
        "trap { continue }",
        "if ($null -eq $a) { }",
        "$h = @{ a = 1 }; $h.Keys.Count + $h.Count",
        "Join-Path $a 'b'",
    ],
)
def test_what_the_house_allows(text: str) -> None:
    assert codes(text, "template") == []


@given(st.lists(PIECES, max_size=20).map(" ".join))
@settings(max_examples=200, deadline=None)
def test_no_text_makes_the_linter_raise(text: str) -> None:
    lint(text, rules="template")
