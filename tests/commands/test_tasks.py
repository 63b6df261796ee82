"""The tasks as invoke shows them."""

from __future__ import annotations

import pytest
from invoke.collection import Collection
from invoke.exceptions import ParseError
from invoke.parser import Parser

import tasks


def test_every_parameter_has_help_and_every_summary_fits() -> None:
    collection = Collection.from_module(tasks)
    assert collection.default == "status"
    for name, task in collection.tasks.items():
        assert task.__doc__, name
        summary = task.__doc__.splitlines()[0]
        assert len(summary) <= 50, name
        assert len(name) <= 22, name
        for argument in task.get_arguments():
            assert argument.help, f"{name} {argument.names}"
            assert all(len(flag) > 1 for flag in argument.names), f"{name} has a short flag"


def test_flags_may_be_repeated_and_given_with_commas() -> None:
    collection = Collection.from_module(tasks)
    parser = Parser(contexts=collection.to_contexts())
    line = ["build-lab", "--limit", "arr01", "--limit", "se01,se02", "--set", "adfs.x=1", "--no-prove", "--json"]
    (context,) = parser.parse_argv(line)
    assert context.args["limit"].value == ["arr01", "se01,se02"]
    assert context.args["no-prove"].value is True


@pytest.mark.parametrize(
    ("line", "paths"),
    [
        ("run-script folder", ["folder"]),
        ("run-script a.ps1 b.ps1 --host arr01 --json", ["a.ps1", "b.ps1"]),
        ("run-script --host arr01 a.ps1 --json b.ps1 folder", ["a.ps1", "b.ps1", "folder"]),
        ("run-script --json --host=arr01 status", ["status"]),
    ],
)
def test_run_script_takes_every_path(monkeypatch: pytest.MonkeyPatch, line: str, paths: list[str]) -> None:
    words = line.split()
    monkeypatch.setattr("sys.argv", ["invoke", *words])
    contexts = Collection.from_module(tasks).to_contexts()
    (context,) = Parser(contexts=contexts).parse_argv(words)
    assert context.as_kwargs["paths"] == paths
    assert context.as_kwargs["host"] == ("arr01" if "arr01" in line else "")


def test_run_script_without_a_path_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["invoke", "run-script", "--json"])
    with pytest.raises(ParseError, match="paths"):
        Parser(contexts=Collection.from_module(tasks).to_contexts()).parse_argv(["run-script", "--json"])
