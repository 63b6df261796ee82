"""Parameter binding: names, positions, sets, the pipeline and validation."""

from __future__ import annotations

import pytest

from tests.interpreter.conftest import Run

ADVANCED = 'function f { [CmdletBinding()] param($NameA, $NameB, [int]$Count) "$NameA|$NameB|$Count" }; '


@pytest.mark.parametrize(
    ("call", "id"),
    [
        ("f -Nope 1", "NamedParameterNotFound,f"),
        ("f -Name 1", "AmbiguousParameter,f"),
        ("f -NameA 1 -NameA 2", "ParameterAlreadyBound,f"),
        ("f -NameA", "MissingArgument,f"),
        ("f 1 2 3 4", "PositionalParameterNotFound,f"),
        ("f -Count abc", "ParameterArgumentTransformationError,f"),
    ],
)
def test_binding_errors(run: Run, call: str, id: str) -> None:
    assert run(ADVANCED + call).ids == [id]


def test_a_script_block_stands_for_a_value_of_each_object_only_on_the_command_line(run: Run) -> None:
    takes = "function f { param([Parameter(ValueFromPipeline=$true)][string]$Text) process { $Text } }; "
    assert run(takes + "{ 1 } | f").output == [" 1 "]
    assert run(takes + "'a', 'b' | f -Text { $_ + '!' }").output == ["a!", "b!"]


def test_missing_mandatory_parameters_are_errors_in_a_remote_session(run: Run) -> None:
    assert run("function f { param([Parameter(Mandatory=$true)]$x) $x }; f").ids == ["MissingMandatoryParameter,f"]


def test_simple_functions_keep_what_is_left_in_args(run: Run) -> None:
    assert run('function f($a) { "$a/$args" }; f 1 -b 2 3').output == ["1/-b 2 3"]


def test_properties_bind_by_name_and_values_by_value(run: Run) -> None:
    text = """
    function f { param(
        [Parameter(ValueFromPipeline=$true, ValueFromPipelineByPropertyName=$true)][Alias('CN')][string[]]$Name,
        [Parameter(ValueFromPipelineByPropertyName=$true)][int]$Port = 443) process { "$Name`:$Port" } }
    'a' | f
    [pscustomobject]@{ CN = 'b'; Port = '80' } | f
    """
    assert run(text).output == ["a:443", "b:80"]


def test_parameter_sets_exclude_each_other(run: Run) -> None:
    text = """
    function f { [CmdletBinding(DefaultParameterSetName='A')]
        param([Parameter(ParameterSetName='A')]$a, [Parameter(ParameterSetName='B')]$b) $PSCmdlet.ParameterSetName }
    f; f -b 1; f -a 1 -b 2
    """
    ran = run(text)
    assert ran.output == ["A", "B"]
    assert ran.ids == ["AmbiguousParameterSet,f"]


def test_validation_names_the_parameter(run: Run) -> None:
    text = "function f { param([ValidateSet('a','b')]$x) $x }; f a; try { f c } catch { $_.Exception.Message }"
    first, second = run(text).output
    assert first == "a"
    assert str(second).startswith("Cannot validate argument on parameter 'x'.")


def test_dynamic_parameters_exist_when_their_block_adds_them(run: Run) -> None:
    text = """
    function f { [CmdletBinding()] param([string]$Kind)
        dynamicparam { if ($Kind -eq 'x') {
            $d = New-Object System.Management.Automation.RuntimeDefinedParameterDictionary
            $a = New-Object 'System.Collections.ObjectModel.Collection[System.Attribute]'
            $a.Add((New-Object System.Management.Automation.ParameterAttribute))
            $d.Add('Port', (New-Object System.Management.Automation.RuntimeDefinedParameter 'Port', ([int]), $a))
            $d } }
        process { $PSBoundParameters['Port'] } }
    f x -Port 5; f y -Port 5
    """
    ran = run(text)
    assert ran.output == [5]
    assert ran.ids == ["NamedParameterNotFound,f"]


@pytest.mark.parametrize(
    ("text", "output"),
    [
        (
            "function f($k, $p) { \"$k|$p|$args\" }; f -Other v; $h = @{ k = 1; Other = 'v' }; f @h",
            ["||-Other v", "1||-Other: v"],
        ),
        ('function f([string]$a, [int]$b) { "$a|$b" }; f 1.50 0x10; f 1kb 2L', ["1.50|16", "1kb|2"]),
        ('function f($a) { "$a" }; f 0x10', ["16"]),
        ("function f { param([Parameter(ValueFromRemainingArguments=$true)]$r) $r.GetType().Name }; f 1 2", ["List`1"]),
        ("function f([ValidateRange(1, 5)]$x) { $x }; f '3'; f 5.4", ["3", 5.4]),
        ("function g { [CmdletBinding()] param() 7 }; function f { g -OutVariable script:o }; f; $o[0]", [7, 7]),
        ("$a = 1, 2; Write-Output 3 -OutVariable +a; $a.Count", [3, 3]),
    ],
)
def test_what_arguments_become(run: Run, text: str, output: list[object]) -> None:
    assert run(text).output == output


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("param([Parameter(Position=0)]$a, [Parameter(Position=0)]$b)", "AmbiguousPositionalParameterNoName,f"),
        ("[CmdletBinding()] param([bool[]]$a)", "ParameterArgumentTransformationError,f"),
        ("param([ValidateNotNull(1)]$a)", "MethodCountCouldNotFindBest"),
        ("param([ValidateRange(5, 1)]$a)", "MaxRangeSmallerThanMinRange"),
        ("param([ValidateRange(1, 5)]$a)", "ParameterArgumentValidationError,f"),
    ],
)
def test_what_does_not_bind(run: Run, text: str, id: str) -> None:
    assert run(f"function f {{ {text} }}; f x").ids == [id]
