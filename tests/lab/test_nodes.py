"""YAML is read without guessing, and every value knows its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passivelab.errors import Problem
from passivelab.lab.nodes import MapNode, Node, parse_yaml, plain

FILE = Path("some.yml")


def read(text: str) -> tuple[Node | None, list[Problem]]:
    problems: list[Problem] = []
    return parse_yaml(text, FILE, problems), problems


def test_plain_scalars_are_truth_values_numbers_null_and_text() -> None:
    node, problems = read("a: true\nb: false\nc: 5\nd: -7\ne: 1.5\nf: null\ng: some text\nh: '5'\ni: 10.0.0.1\n")
    assert problems == []
    assert node is not None
    assert plain(node) == {
        "a": True, "b": False, "c": 5, "d": -7, "e": 1.5, "f": None, "g": "some text", "h": "5", "i": "10.0.0.1",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("no", "false"), ("Yes", "true"), ("on", "true"), ("OFF", "false"), ("y", "true"), ("True", "true"),
        ("0755", "493"), ("0x1F", "31"), ("1_000", "1000"), ("12:30", "plain"), ("190:20:30", "plain"),
        ("1e3", "plain"), (".5", "plain"), (".inf", "plain"), ("Null", "null"),
    ],
)  # fmt: skip
def test_what_yaml_1_1_reads_otherwise_is_a_problem(text: str, hint: str) -> None:
    _, problems = read(f"key: {text}\n")
    assert [(problem.code, problem.place and problem.place.column) for problem in problems] == [("yaml-surprise", 6)]
    assert hint in (problems[0].hint or "")


@pytest.mark.parametrize("text", ["'no'", '"0755"', "'12:30'"])
def test_quotes_make_a_surprise_a_text(text: str) -> None:
    node, problems = read(f"key: {text}\n")
    assert problems == []
    assert plain(node) == {"key": text.strip("'\"")}  # type: ignore[arg-type]


def test_keys_are_always_text() -> None:
    node, problems = read("on: first\n5: five\n")
    assert problems == []
    assert isinstance(node, MapNode)
    assert [entry.key for entry in node.entries] == ["on", "5"]


def test_a_key_that_stands_twice_is_told_with_both_places() -> None:
    _, problems = read("a: 1\nb: 2\na: 3\n")
    assert [(str(problem.place), problem.found) for problem in problems] == [
        ("some.yml:3:1", "the first one in line 1")
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a: &x 1\nb: *x\n", "yaml-alias"),
        ("a: &x [*x]\n", "yaml-alias"),
        ("a: !!python/name:os.system 1\n", "yaml-tag"),
        ("a: [1, 2\n", "yaml"),
        ("a: 1\n\tb: 2\n", "yaml"),
        ("? [1]\n: 2\n", "key"),
        ("# nothing\n", "empty"),
        ("---\na: 1\n---\nb: 2\n", "yaml"),
        ("[" * 5000, "yaml"),
    ],
)
def test_what_is_refused(text: str, code: str) -> None:
    _, problems = read(text)
    assert [problem.code for problem in problems] == [code]


@settings(max_examples=200)
@given(st.text(alphabet=st.sampled_from("ab:-[]{}#&*!|>'\"%@`,\n\t 0157?é\u2028"), max_size=40))
def test_no_text_makes_the_reader_raise(text: str) -> None:
    read(text)
