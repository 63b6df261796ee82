"""The form of a step's template: what may stand in it, and the marks that keep the place of every piece."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import jinja2
from jinja2 import nodes

from passivelab.errors import Place, Problem

BLOCKS = ("desired", "current", "apply", "remove")
FRAME = "step.ps1.j2"
OUTPUTS = "_outputs"  # where a rendering keeps the values that its outputs had
# Characters of the private use area, which no script needs: they mark pieces while a block is rendered.
DATA, VALUE, END = "\ue000", "\ue001", "\ue002"
MARK = re.compile(f"([{DATA}{VALUE}])([0-9]+){END}")

REFUSED: Mapping[type[nodes.Node], str] = {
    nodes.Macro: "macros",
    nodes.CallBlock: "call blocks",
    nodes.FilterBlock: "filter blocks",
    nodes.AssignBlock: "set blocks",
    nodes.Include: "include",
    nodes.Import: "import",
    nodes.FromImport: "import",
    nodes.ScopedEvalContextModifier: "autoescape blocks",
}
REFUSED_NAMES = ("super", "self", "caller", OUTPUTS)


def refusals(tree: nodes.Template, source: str, file: Path) -> Iterator[Problem]:
    """What steps may not use, so that a template stays PowerShell with values in it."""

    def problem(node: nodes.Node | None, message: str, expected: str | None = None) -> Problem:
        line = node.lineno if node else 1
        lines = source.splitlines()
        text = lines[line - 1] if line <= len(lines) else ""
        return Problem("template", message, Place(file, line, len(text) - len(text.lstrip()) + 1), expected)

    private = next((index for index, char in enumerate(source) if char in (DATA, VALUE, END)), None)
    if private is not None:
        yield Problem(
            "template",
            "characters of the private use area are refused",
            Place(file, source.count("\n", 0, private) + 1),
        )
    for kind, name in REFUSED.items():
        for node in tree.find_all(kind):
            yield problem(node, f"{name} are refused in steps")
    for name_node in tree.find_all(nodes.Name):
        if name_node.name in REFUSED_NAMES:
            yield problem(name_node, f"{name_node.name}() is refused in steps")
    extends = [node for node in tree.body if isinstance(node, nodes.Extends)]
    target = extends[0].template if extends else None
    if not isinstance(target, nodes.Const) or target.value != FRAME:
        yield problem(target, f'a step starts with {{% extends "{FRAME}" %}}')
    blocks = [node for node in tree.body if isinstance(node, nodes.Block)]
    yield from block_refusals(tree, blocks, problem)


def block_refusals(
    tree: nodes.Template, blocks: list[nodes.Block], problem: Callable[..., Problem]
) -> Iterator[Problem]:
    for block in tree.find_all(nodes.Block):
        if block not in blocks:
            yield problem(block, f"the block {block.name} stands inside something else")
        elif block.name not in BLOCKS:
            yield problem(block, f"unknown block {block.name!r}", f"one of {', '.join(BLOCKS)}")
    for required in ("desired", "current"):
        if required not in {block.name for block in blocks}:
            yield problem(None, f"the block {required} is missing")
    for node in tree.body:
        if isinstance(node, nodes.Output):
            stray = [child for child in node.nodes if not is_blank(child)]
            if stray:
                yield problem(stray[0], "text outside of the blocks", f"only {', '.join(BLOCKS)}")
        elif not isinstance(node, nodes.Block | nodes.Extends):
            yield problem(node, "statements outside of the blocks have no effect", "put it into the block that uses it")


def is_blank(node: nodes.Node) -> bool:
    return isinstance(node, nodes.TemplateData) and not node.data.strip()


def mark_tree(tree: nodes.Template, environment: jinja2.Environment, source: str) -> None:
    """Marks every piece of text and every output with its offset in the source."""
    texts, outputs = offsets(environment, source)
    for output in in_order(tree):
        for index, child in enumerate(output.nodes):
            if isinstance(child, nodes.TemplateData):
                child.data = f"{DATA}{next(texts)}{END}{child.data}"
            else:
                position = nodes.Const(next(outputs), lineno=child.lineno)
                marked = nodes.Filter(child, "mark_output", [position], [], None, None, lineno=child.lineno)
                marked.environment = environment
                output.nodes[index] = marked


def in_order(node: nodes.Node) -> Iterator[nodes.Output]:
    """The output nodes in the order of the source."""
    if isinstance(node, nodes.Output):
        yield node
        return
    for child in node.iter_child_nodes():
        yield from in_order(child)


def offsets(environment: jinja2.Environment, source: str) -> tuple[Iterator[int], Iterator[int]]:
    """Where the texts and the outputs of the source begin, each in order."""
    texts, outputs, position = [], [], 0
    for _, token, value in environment.lex(source):
        found = source.find(value, position) if value else position
        # Whitespace that a control block swallows is in no token; all else is found where it stands.
        position = found if found >= 0 else position
        if token == "data" and value:
            texts.append(position)
        elif token == "variable_begin":
            outputs.append(position)
        position += len(value)
    return iter(texts), iter(outputs)
