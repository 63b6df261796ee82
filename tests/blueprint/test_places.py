"""Every character of a rendered block leads back to where it stands in the template."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passivelab.blueprint.marking import BLOCKS
from passivelab.blueprint.template import Rendered, compile_template, make_environment
from passivelab.errors import Problem
from pslang.literal import literal
from tests.blueprint.roles import step

PARTS = [
    "Write-Output 1\n", "  $x = {{ a }}\n", "{{ b }} ", "\n\n", "{% if a %}\nyes\n{% else %}\nno\n{% endif %}\n",
    "{%- if a -%}\n  tight {{ b }}\n{%- endif -%}\n",
    "  {% for i in items %}\n    use {{ i }}, {{ a }}\n  {% endfor %}\n",
    "{# a comment #}\n", "{% set c = 3 %}\n", "{{- a -}}\n", "é → {{ a }} ←\n",
    "{% raw %}{{ not }}{% endraw %}\n", "\t{{ a }}",
    "{{ {'k': a} }}\n",
]  # fmt: skip
SCOPE = {"a": "one", "b": 2, "items": [1, 2]}


def render(folder: Path, text: str) -> Rendered:
    problems: list[Problem] = []
    file = folder / "place.ps1.j2"
    file.write_text(step(apply=text), encoding="utf-8")
    template = compile_template(make_environment(), file, problems)
    assert template is not None
    rendered = template.render("apply", SCOPE, literal, problems)
    assert rendered is not None
    assert problems == []
    return rendered


@settings(max_examples=150)
@given(st.lists(st.sampled_from(PARTS), max_size=6))
def test_pieces_are_what_stands_in_the_template(tmp_path_factory: pytest.TempPathFactory, parts: list[str]) -> None:
    rendered = render(tmp_path_factory.getbasetemp(), "".join(parts))
    source = rendered.template.source
    for piece in rendered.pieces:
        if piece.output:
            assert source.startswith("{{", piece.offset)
        else:
            # The end of a block is trimmed, whatever it was.
            end = min(piece.end, len(rendered.text.rstrip()))
            text = rendered.text[piece.start : end]
            assert source.startswith(text, piece.offset)


def test_a_position_in_a_loop_leads_to_the_line_of_the_loop_s_body(tmp_path: Path) -> None:
    rendered = render(tmp_path, "# top\n{% for i in items %}\nuse {{ i }}\n{% endfor %}\nend\n")
    assert rendered.text == "# top\nuse 1\nuse 2\nend\n"
    places = [rendered.place(rendered.text.index(text)) for text in ("use 1", "1", "use 2", "2", "end")]
    first = (Path(tmp_path / "place.ps1.j2").read_text().splitlines()).index("use {{ i }}") + 1
    assert [(place.line - first, place.column) for place in places] == [(0, 1), (0, 5), (0, 1), (0, 5), (2, 1)]


def test_the_blocks_of_a_step_are_those_of_the_contract() -> None:
    assert BLOCKS == ("desired", "current", "apply", "remove")
