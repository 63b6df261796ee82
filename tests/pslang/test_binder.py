"""Calls bind, or fail to, as the real binder answered."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from pslang.linter.arguments import call_arguments
from pslang.linter.binder import Binding, bind
from pslang.linter.calls import functions
from pslang.linter.formals import of_signature
from pslang.signatures.tables import find
from pslang.syntax import Command, String
from pslang.walk import walk
from tests.pslang.trees import script

CALLS: list[tuple[str, str, str]] = json.loads(
    gzip.decompress((Path(__file__).parent / "data" / "bindings.json.gz").read_bytes())
)


def last_command(text: str) -> Command:
    start = text.rindex("\n") + 1
    return next(node for node in walk(script(text)) if isinstance(node, Command) and node.start == start)


def binding(line: str) -> Binding:
    command = last_command("\n" + line)
    name = command.elements[0]
    assert isinstance(name, String)
    signature = find(name.value)
    assert signature is not None, name.value
    arguments, splatted = call_arguments(command)
    return bind(of_signature(signature), arguments, splatted=splatted)


def test_calls_of_cmdlets_bind_as_the_real_binder_binds_them() -> None:
    differing = []
    for line, error, bound in CALLS:
        result = binding(line)
        got = result.error or " ".join(sorted(result.bound))
        if got != (error or " ".join(sorted(bound.split()))):
            differing.append((line, error or bound, got))
    assert not differing


FUNCTIONS = """
function Simple($First, [switch]$Fast, $Second) { }
function Full {
    [CmdletBinding(SupportsShouldProcess)]
    param([Parameter(Mandatory)][string]$Name, [Alias('Cn')]$Computer)
}
function Sets {
    [CmdletBinding(DefaultParameterSetName = 'A')]
    param([Parameter(ParameterSetName = 'A', Mandatory = $true)]$One, [Parameter(ParameterSetName = 'B')]$Two, $Three)
}
function Placed { param([Parameter(Position = 1)]$B, [Parameter(Position = 0)]$A, $C) }
function Rest { param([Parameter(ValueFromRemainingArguments)]$All, [switch]$Q) }
function Piped { [CmdletBinding()] param([Parameter(Mandatory, ValueFromPipeline)]$Item, [Parameter(Mandatory)]$Name) }
"""


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("Simple 1 2 3 4 -Fast", "Fast First Second"),
        ("Simple -Nothing 1 2", "First"),
        ("Simple -F 1", "AmbiguousParameter"),
        ("Full x y", "Computer Name"),
        ("Full x -Cn y -WhatIf", "Computer Name WhatIf"),
        ("Full -Computer x", "MissingMandatoryParameter"),
        ("Full x y z", "PositionalParameterNotFound"),
        ("Full x -Nothing", "NamedParameterNotFound"),
        ("Full -Name", "MissingArgument"),
        ("Full -Name -Computer x", "MissingArgument"),
        ("Full -Name x -name y", "ParameterAlreadyBound"),
        ("Full -Name:x -C y", "Computer Name"),
        ("Full -Name:x -W y", "AmbiguousParameter"),
        ("Full @all", ""),
        ("Full -Nothing @all", "NamedParameterNotFound"),
        ("Sets -Two 1", "Two"),
        ("Sets -One 1 -Two 1", "AmbiguousParameterSet"),
        ("Sets", "MissingMandatoryParameter"),
        ("Sets 1", "PositionalParameterNotFound"),
        ("Placed a b", "A B"),
        ("Placed a b c", "PositionalParameterNotFound"),
        ("Rest a b c -Q", "All Q"),
        ("Full -Verbose x -ea Stop", "ErrorAction Name Verbose"),
    ],
)
def test_functions_of_the_script_bind(call: str, expected: str) -> None:
    text = FUNCTIONS + call
    command = last_command(text)
    name = command.elements[0]
    assert isinstance(name, String)
    formals = functions(script(text))[name.value.lower()]
    assert formals is not None
    arguments, splatted = call_arguments(command)
    result = bind(formals, arguments, splatted=splatted)
    assert (result.error or " ".join(sorted(result.bound))) == expected


def test_what_a_pipeline_may_give_is_not_missing() -> None:
    text = FUNCTIONS + "Piped -Name x"
    arguments, _ = call_arguments(last_command(text))
    formals = functions(script(text))["piped"]
    assert formals is not None
    assert bind(formals, arguments, pipeline_input=True).error is None
    assert bind(formals, [], pipeline_input=True).error == "MissingMandatoryParameter"
    assert bind(formals, arguments).error == "MissingMandatoryParameter"
