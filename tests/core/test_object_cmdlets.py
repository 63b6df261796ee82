"""Sort-Object, Select-Object, Group-Object and Get-Random: ties, nothing, and what is missing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.conftest import Machine, Run
from winsim.cmdlets.introsort import introsort

SERVERS = (
    "$servers = @([pscustomobject]@{ n = 1; ram = 8 }; [pscustomobject]@{ n = 2; ram = 8 }; "
    "[pscustomobject]@{ n = 3; ram = 4 }); "
)


@given(st.lists(st.integers(0, 40), max_size=300))
@settings(max_examples=60)
def test_introsort_sorts(numbers: list[int]) -> None:
    expected = sorted(numbers)
    introsort(numbers, lambda a, b: a - b)
    assert numbers == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # three equal or unequal elements: the first goes behind its equal when the last is smaller
        (SERVERS + "($servers | Sort-Object ram).n -join ','", ["3,2,1"]),
        ("(1..6 | Sort-Object { $_ % 2 }) -join ','", ["2,4,6,1,3,5"]),
        ("(3, $null, -1 | Sort-Object) -join ','", ["-1,3"]),
        ("(@([pscustomobject]@{ a = 2 }, [pscustomobject]@{ a = $null }, [pscustomobject]@{ a = -2 }, "
         "[pscustomobject]@{ b = 1 }, [pscustomobject]@{ a = 1 }) | Sort-Object a | % { \"[$($_.a)]\" }) -join ''",
         ["[-2][][1][2][]"]),
        ("(@([pscustomobject]@{ b = 1 }, [pscustomobject]@{ a = 1 }, [pscustomobject]@{ a = 2 }, "
         "[pscustomobject]@{ a = 3 }) | Sort-Object a -Descending | % { \"$($_.a)\" }) -join ','", ["3,2,1,"]),
        ("(1, 3, 2 | Sort-Object @{ e = { $_ }; ascending = $true; descending = $true } -Descending) -join ','",
         ["3,2,1"]),
        ("(@(1, $null, 2, 3) | Select-Object -First 2) -join ','", ["1,2"]),
        ("@($null | Select-Object Name).Count; @($null, 'a' | Group-Object).Count", ["0", "1"]),
        ("([pscustomobject]@{ a = 1; b = 2 } | Select-Object -ExcludeProperty b).b", ["2"]),
        ("(Get-Random -Minimum 1 -Maximum ([long]5)).GetType().Name; (Get-Random -Maximum '10gb').GetType().Name; "
         "(Get-Random -Maximum 1.5).GetType().Name; (Get-Random -Minimum $null).GetType().Name",
         ["Int64", "Int64", "Double", "Int32"]),
        ("Get-Date '2014-05-06' -Format FileDate", ["ileDaAe"]),
        ("(7)[0]; (7)[-1]; @((7)[1]).Count; (Get-Item C:\\Windows)[0].Name", ["7", "7", "0", "Windows"]),
    ],
)  # fmt: skip
def test_values(run: Run, text: str, expected: list[str]) -> None:
    assert run(text) == expected


def test_a_key_that_cannot_be_computed_is_an_error_of_its_object_alone(machine: Machine) -> None:
    assert machine.run("2, 0, 1 | Sort-Object { if ($_) { $_ } else { throw 'none' } }") == ["0", "1", "2"]
    assert machine.errors == ["ExpressionEvaluation,Microsoft.PowerShell.Commands.SortObjectCommand"]


def test_under_strict_mode_a_scalar_has_no_second_element(machine: Machine) -> None:
    assert machine.run("Set-StrictMode -Version 2; (7)[0]; (7)[1]") == ["7"]
    assert machine.errors == ["CannotIndex"]
