"""Every type and member of .NET Framework 4.5 in the tables works or is refused by name; none is silently nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.interpreter.conftest import Run
from winsim.interpreter.command import NotBuilt
from winsim.interpreter.members import exists_unbuilt, net_property
from winsim.interpreter.methods import net_methods, static_property
from winsim.interpreter.net.catalogue import TypeFacts, facts, names
from winsim.interpreter.nettypes import NetType
from winsim.interpreter.typetable import table
from winsim.interpreter.values import NetObject


def all_facts() -> Iterator[TypeFacts]:
    for name in names().values():
        known = facts(name)
        assert known is not None
        yield known


def test_every_type_is_found() -> None:
    for known in all_facts():
        assert table().by_name(known.name) == NetType(known.name)


def test_every_instance_member_works_or_is_refused() -> None:
    for known in all_facts():
        for key, written in known.instance.items():
            built = net_methods(known.name, key, False) is not None or net_property(known.name, key) is not None
            assert built or exists_unbuilt(known.name, written, False), f"{known.name}.{written}"


def test_every_static_member_works_or_is_refused() -> None:
    for known in all_facts():
        for key, written in known.static.items():
            built = net_methods(known.name, key, True) is not None or has_static_property(known.name, key)
            assert built or exists_unbuilt(known.name, written, True), f"{known.name}::{written}"


def has_static_property(name: str, key: str) -> bool:
    return any(
        key in definition.static_properties or key in {member.lower() for member in definition.enum or {}}
        for definition in table().definitions_of(name)
    )


def test_every_value_of_every_enumeration() -> None:
    for known in all_facts():
        for member, number in (known.enum or {}).items():
            assert int(static_property(NetType(known.name), member)) == number  # type: ignore[call-overload]


class Stranger(NetObject):
    """An object whose type the lab has not built."""

    type_names = ("System.Data.DataTable", "System.Object")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("New-Object System.Data.SqlClient.SqlConnection", "System.Data.SqlClient.SqlConnection"),
        ("[System.Threading.Monitor]::Enter(1)", "System.Threading.Monitor"),
        ("[System.Threading.Monitor]::Enter", "System.Threading.Monitor"),
        ("[System.AppDomain]::CurrentDomain", "CurrentDomain"),
        ("[System.Net.ServicePointManager]::FindServicePoint('http://a')", "FindServicePoint"),
        ("'abc'.GetTypeCode()", "GetTypeCode"),
        ("(Get-Date).GetDateTimeFormats()", "GetDateTimeFormats"),
        ("[System.Data.DataTable]@{}", "System.Data.DataTable"),
        ("(New-Object 'System.Collections.Generic.SortedList[string,int]').IndexOfKey('a')", "IndexOfKey"),
    ],
)
def test_what_is_not_built_says_so_and_cannot_be_caught(run: Run, text: str, named: str) -> None:
    outcome = run(f"try {{ {text} }} catch {{ 'caught' }}").outcome
    assert named in str(outcome.error)
    assert "not implement" in str(outcome.error)


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("[System.Nope]", "TypeNotFound"),
        ("[int]::new()", "MethodNotFound"),
        ("'abc'.Nope()", "MethodNotFound"),
        ("[math]::Nope()", "MethodNotFound"),
        ("[math]::Nope = 1", "PropertyNotFound"),
        ("'abc'.Nope = 1", "PropertyNotFound"),
        ("'abc'.Substring(1, 2, 3)", "MethodCountCouldNotFindBest"),
    ],
)
def test_what_does_not_exist_fails_as_powershell_fails(run: Run, text: str, id: str) -> None:
    assert run(text).ids == [id]


def test_properties_of_an_object_that_is_not_built_are_refused(run: Run) -> None:
    with pytest.raises(NotBuilt, match="Columns"):
        from winsim.interpreter.members import refuse_unbuilt

        refuse_unbuilt(Stranger(), "Columns")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "(New-Object 'System.Collections.Generic.List[int]').Add('x')",
            'Cannot convert argument "item", with value: "x", for "Add" to type "System.Int32"',
        ),
        ("'abc'.Substring('x')", 'Cannot convert argument "startIndex", with value: "x", for "Substring"'),
        ("'abc'.Substring(@{})", 'Cannot find an overload for "Substring" and the argument count: "1".'),
    ],
)
def test_arguments_that_do_not_fit_are_named_as_the_method_names_them(run: Run, text: str, message: str) -> None:
    (record,) = run(text).errors
    assert record.message.startswith(message)


def test_a_method_without_a_call_tells_its_overloads(run: Run) -> None:
    assert run("'a'.Substring.OverloadDefinitions").output == [
        "string Substring(int startIndex)",
        "string Substring(int startIndex, int length)",
    ]
    assert run("'a'.Split.OverloadDefinitions[0]").output == ["string[] Split(Params char[] separator)"]
