"""Errors carry data, are shown with their place, and decide the exit code."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest

from passivelab import errors
from passivelab.errors import (
    Exit,
    InventoryErrors,
    PassivelabError,
    Place,
    Problem,
    Refused,
    TimedOut,
    in_order,
    worst,
)


def kinds() -> list[type[PassivelabError]]:
    members = [member for _, member in inspect.getmembers(errors, inspect.isclass)]
    return [member for member in members if issubclass(member, PassivelabError) and member is not PassivelabError]


def test_each_kind_of_error_has_a_code_of_its_own() -> None:
    codes = [kind.code for kind in kinds()]
    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ([], Exit.FINE),
        ([Exit.FINE, Exit.CHANGES_PENDING], Exit.CHANGES_PENDING),
        ([Exit.STEP_FAILED, Exit.UNREACHABLE], Exit.UNREACHABLE),
        ([Exit.VERIFICATION_FAILED, Exit.STEP_FAILED], Exit.STEP_FAILED),
        ([Exit.UNREACHABLE, Exit.DEFECT, Exit.INTERRUPTED], Exit.INTERRUPTED),
        ([Exit.LOCKED, Exit.VERIFICATION_FAILED], Exit.VERIFICATION_FAILED),
    ],
)
def test_of_several_things_the_gravest_decides(codes: list[Exit], expected: Exit) -> None:
    assert worst(codes) == expected


def test_messages_are_built_from_data() -> None:
    error = TimedOut(host="se01", endpoint="http://127.0.0.1:5985", limit=30, elapsed=31)
    assert str(error) == "se01 (http://127.0.0.1:5985): no answer after 31 s (the limit is 30 s)"
    assert error.exit_code == Exit.UNREACHABLE
    assert str(Refused(reason="protected")) == "protected"


def test_a_problem_is_shown_with_line_caret_and_notes(tmp_path: Path) -> None:
    file = tmp_path / "lab.yml"
    file.write_text("first\n\tsecond line\n")
    shown = Problem("code", "message", Place(file, 2, 2), "this", "that", "try", 6).render_plain()
    assert shown.splitlines() == [
        "error[code]: message",
        f" --> {file}:2:2",
        "  |",
        "2 | \tsecond line",
        "  | \t^^^^^^",
        "  = expected: this",
        "  = found: that",
        "  = hint: try",
    ]


@pytest.mark.parametrize("place", [None, Place(Path("nowhere.yml"), 3, 4), Place(Path(__file__), 99999)])
def test_a_problem_without_a_readable_line_is_shown_all_the_same(place: Place | None) -> None:
    assert Problem("code", "message", place).render_plain().startswith("error[code]: message")


def test_many_problems_are_one_error_in_order() -> None:
    late, early = (Problem("a", "m", Place(Path("x.yml"), line)) for line in (9, 2))
    error = InventoryErrors((late, early, late))
    assert error.problems() == in_order([early, late])
    assert str(error).startswith("3 problems in the inventory: x.yml:9:1: m")
