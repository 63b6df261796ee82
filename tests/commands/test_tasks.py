"""The tasks as invoke shows them."""

from __future__ import annotations

from invoke.collection import Collection
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
    (context,) = parser.parse_argv(["run-script", "folder", "--host", "dc01"])
    assert context.args["path"].value == "folder"
