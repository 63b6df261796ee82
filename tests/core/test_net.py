"""The .NET surface: what is not built is an error of the lab, what does not exist is an error of PowerShell."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.conftest import Machine, Run
from winsim.interpreter.clixml import deserialize_all, serialize
from winsim.interpreter.net.date_format import format_date, format_span
from winsim.interpreter.net.date_parse import parse_date, parse_exact, parse_span
from winsim.interpreter.net.datetimes import MAX_TICKS, DateTime, TimeSpan
from winsim.interpreter.net.number_format import format_number


@pytest.mark.parametrize(
    ("value", "spec", "text"),
    [
        (1234.5, "N2", "1,234.50"),
        (255, "X4", "00FF"),
        (-5, "0;(0);zero", "(5)"),
        (1234567, "0,,.0M", "1.2M"),
        (0.256, "P1", "25.6 %"),
        (Decimal("2.50"), "", "2.50"),
        (1e-5, "", "1E-05"),
        (5551234, "###-####", "555-1234"),
    ],
)
def test_numbers_follow_their_format(value: float, spec: str, text: str) -> None:
    assert format_number(value, spec) == text


@settings(max_examples=60)
@given(st.integers(0, MAX_TICKS))
def test_a_date_survives_its_text(ticks: int) -> None:
    moment = DateTime(ticks)
    assert parse_exact(format_date(moment, "o"), "o") == moment
    assert parse_date(format_date(moment, "yyyy-MM-ddTHH:mm:ss.fffffff")) == moment


@settings(max_examples=60)
@given(st.integers(-(2**62), 2**62))
def test_an_interval_survives_its_text(ticks: int) -> None:
    assert parse_span(format_span(TimeSpan(ticks))) == TimeSpan(ticks)


@settings(max_examples=60)
@given(st.text(st.characters(codec="utf-8"), max_size=40))
def test_text_survives_clixml(text: str) -> None:
    assert deserialize_all(serialize(text)) == [text]


def test_members_that_do_not_exist_fail_as_in_powershell(machine: Machine) -> None:
    machine.run("[math]::Clamp(1, 2, 3)")
    assert machine.errors == ["MethodNotFound"]


def test_members_that_are_not_built_cannot_be_swallowed(machine: Machine) -> None:
    assert machine.run("try { [System.Data.DataTable]::new } catch { 'swallowed' }; 'after'") != ["swallowed", "after"]
    machine.run("try { New-Object System.Data.DataTable } catch { 'swallowed' }")
    assert machine.errors == ["LabNotBuilt"] and machine.values == []


@pytest.mark.parametrize(
    ("script", "text"),
    [
        ("[regex]::Replace('a1b2', '\\d', { param($m) [int]$m.Value + 1 })", "a2b3"),
        ("([uri]'http://A.com:80/x y?q=1#f').AbsoluteUri", "http://a.com/x%20y?q=1#f"),
        ("'a,b;c'.Split(',;').Count", "3"),
        ("[convert]::ToString(-1, 16)", "ffffffff"),
        ("[enum]::GetNames([System.DayOfWeek])[5]", "Friday"),
        ("[BitConverter]::ToString([Text.Encoding]::Unicode.GetBytes('A'))", "41-00"),
        ("([xml]'<a><b id=\"1\">t</b></a>').SelectSingleNode('//b[@id=1]').InnerText", "t"),
        ("([xml]'<a><b/></a>').SelectNodes('a/b | //c').Count", "1"),
        ("[System.Net.IPAddress]::Parse('10.1').ToString()", "10.0.0.1"),
        (
            "Add-Type -AssemblyName System.Web.Extensions\n"
            "$s = New-Object Web.Script.Serialization.JavaScriptSerializer\n"
            "$s.DeserializeObject('{\"a\":[1,{\"b\":2}]}')['a'][1]['b']",
            "2",
        ),
        (
            "$c = New-SelfSignedCertificate -DnsName a.t, b.t -CertStoreLocation Cert:\\LocalMachine\\My\n"
            "[string]$c.DnsNameList",
            "a.t b.t",
        ),
        ("$d = New-Object 'Collections.Generic.Dictionary[string,int]'; $d['a'] = '5'; $d['a'] + 1", "6"),
    ],
)
def test_types_answer_as_dotnet(run: Run, script: str, text: str) -> None:
    assert run(script) == [text]
