"""Objects on their way to another session and back: formatting packets, deserialized values, rules of types."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.interpreter.conftest import Run
from winsim.interpreter.clixml import deserialize, serialize_element
from winsim.interpreter.values import DeserializedObject, PSObject

FORMAT = "Microsoft.PowerShell.Commands.Internal.Format."


def kinds(run: Run, text: str) -> list[str]:
    return [str(value) for value in run(f"{text} | ForEach-Object {{ $_.PSObject.TypeNames[0] }}").output]


def test_a_table_is_a_start_groups_of_entries_and_an_end(run: Run) -> None:
    found = kinds(run, "@{K=1;V=1},@{K=2;V=2} | % { [pscustomobject]$_ } | Format-Table V -GroupBy K")
    group = ["GroupStartData", "FormatEntryData", "GroupEndData"]
    assert found == [FORMAT + name for name in ("FormatStartData", *group, *group, "FormatEndData")]


def test_packets_carry_their_cells_and_still_show_as_text(run: Run) -> None:
    text = (
        "$p = [pscustomobject]@{Name='one';Size=22} | Format-Table; "
        "$p[2].formatEntryInfo.formatPropertyFieldList | % { $_.propertyValue }; ($p | Out-String) -match 'one +22'"
    )
    assert run(text).output == ["one", "22", True]


def test_a_plain_value_is_an_entry_out_of_band(run: Run) -> None:
    assert run("('x' | Format-List).outOfBand, ('x' | Format-List).formatEntryInfo.text").output == [True, "x"]


def test_what_comes_from_elsewhere_keeps_type_names_text_and_added_members_apart() -> None:
    sent = (
        '<Obj RefId="0"><TN RefId="0"><T>System.IO.FileInfo</T><T>System.Object</T></TN><ToString>a.txt</ToString>'
        '<Props><I64 N="Length">5</I64></Props><MS><S N="Extra">note</S></MS></Obj>'
    )
    value = deserialize(sent)
    assert isinstance(value, DeserializedObject)
    assert serialize_element(value) == re.sub("<T>", "<T>Deserialized.", sent)


@given(st.dictionaries(st.text(min_size=1, max_size=8), st.integers(-(2**31), 2**31 - 1), max_size=5))
@settings(max_examples=40, deadline=None)
def test_custom_objects_come_back_with_their_notes(notes: dict[str, int]) -> None:
    folded = {name.lower(): value for name, value in notes.items()}
    if len(folded) != len(notes) or "__text__" in folded:
        return  # names are told apart without regard to case
    value = deserialize(serialize_element(PSObject(notes)))
    assert isinstance(value, DeserializedObject)
    assert dict(value.items()) == notes


def test_the_session_says_how_a_type_is_serialized(run: Run) -> None:
    text = (
        "Update-TypeData -TypeName System.UriBuilder -SerializationMethod SpecificProperties "
        "-PropertySerializationSet Host,Port; [Management.Automation.PSSerializer]::Serialize((New-Object UriBuilder "
        "'http://h/p'))"
    )
    (found,) = run(text).output
    assert re.findall(r' N="(\w+)"', str(found)) == ["Host", "Port"]


def test_a_pipeline_in_the_current_runspace_keeps_its_errors(run: Run) -> None:
    text = (
        "$p = [powershell]::Create('CurrentRunspace'); [void]$p.AddScript(\"'out'; Write-Error 'e'\"); $p.Invoke(); "
        "$p.Streams.Error.Count; $p.HadErrors"
    )
    ran = run(text)
    assert ran.output == ["out", 1, True]
    assert ran.errors == []


def test_binding_errors_point_at_the_argument(run: Run) -> None:
    ran = run("function f { param([int]$b) }; f -b abc")
    (record,) = ran.errors
    properties = record.exception.properties
    assert (properties["Line"], properties["Offset"], properties["ParameterName"]) == (1, 37, "b")
    assert [str(properties[name]) for name in ("ParameterType", "TypeSpecified")] == ["System.Int32", "System.String"]
    assert record.invocation is not None and record.invocation.name == ""


def test_big_integers_keep_every_digit(run: Run) -> None:
    text = '$b = [bigint]::Pow(2, 100); "$($b + 1)"; "$(2 * $b / 3)"; "$(-$b % 7)"; 10 -lt $b; [int][bigint]\'5\''
    assert run(text).output == [str(2**100 + 1), str(2 * 2**100 // 3), str(-(2**100 % 7)), True, 5]
