"""Values become literals and stand only as whole expressions; every mistake is told with its place in the template."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passivelab.blueprint.scripts import ScriptChecker
from passivelab.blueprint.template import compile_template, make_environment
from passivelab.errors import Problem
from pslang.constant import evaluate
from pslang.literal import literal
from pslang.syntax import CommandExpression, Pipeline
from tests.blueprint.roles import compile_role, problems, step


def only_problem(tmp_path: Path, source: str) -> Problem:
    (problem,) = problems(tmp_path, steps={"site": source})
    assert problem.place is not None
    assert problem.place.file.name == "site.ps1.j2"
    return problem


def position(problem: Problem) -> tuple[int, int]:
    assert problem.place is not None
    return problem.place.line, problem.place.column


MISPLACED = [
    ("'host {{ host.name }}'", "a string"),
    ('"host {{ host.name }}"', "a string"),
    ("'{{ host.name }}'", "a string"),
    ("@'\n{{ host.name }}\n'@", "a string"),
    ("Get-Item C:\\{{ host.name }}", "a word"),
    ("Get-Item {{ host.name }}.txt", "a word"),
    ("Write-Output 1 # {{ host.name }}", "a word or a comment"),
    ("{{ host.name }}{{ host.name }}", "a word"),
    ("$x = 1{{ 2 }}", "a word"),
]


@pytest.mark.parametrize(("text", "where"), MISPLACED)
def test_a_value_inside_something_is_refused(tmp_path: Path, text: str, where: str) -> None:
    found = problems(tmp_path, steps={"site": step(apply=text)})
    assert {problem.code for problem in found} == {"output"}
    line = 9 + text.partition("{{")[0].count("\n")
    column = len(text.partition("{{")[0].rpartition("\n")[2]) + 1
    assert position(found[0]) == (line, column)
    assert "inside" in found[0].message


WHOLE = [
    "Write-Output {{ host.name }}",
    "Write-Output -InputObject:{{ host.name }}",
    "$x = {{ lab.hosts | map(attribute='name') | list }}",
    "if ({{ host.joined }}) { 1 }",
    "$x = @{ {{ host.name }} = {{ none }} }",
    "$x = ({{ host.name }} + ':443')",
    "$x = {{ host.name }}.Length",
    "foreach ($i in {{ [] }}) { $i }",
    "$x = {{ -5 }} + {{ 9999999999 }}",
    "{% for host in lab.hosts %}\nWrite-Output {{ host.name }}\n{% endfor %}",
    '$x = "a $({{ host.name }}) b"',
]


@pytest.mark.parametrize("text", WHOLE)
def test_a_value_as_a_whole_expression_is_fine(tmp_path: Path, text: str) -> None:
    compile_role(tmp_path, steps={"site": step(apply=text)})


REFUSED = [
    ("{% macro x() %}{% endmacro %}", "macros"),
    ("{% filter upper %}a{% endfilter %}", "filter blocks"),
    ("{% set x %}a{% endset %}", "set blocks"),
    ("{{ super() }}", "super"),
    ("{{ self.current() }}", "self"),
    ("{% include 'x' %}", "include"),
    ("{% import 'x' as y %}", "import"),
    ("{% block more %}{% endblock %}", "inside something else"),
    ("{{ missing }}", "undefined"),
    ("{{ host.nmae }}", "has no attribute 'nmae'"),
    ("{{ lab.secrets }}", "has no attribute 'secrets'"),
    ("{{ host.__class__ }}", "has no attribute"),
    ("{{ host }}", "it is a host"),
    ("{{ 1.5 }}", "it is a float"),
    ("{{ 9999999999999999999 }}", "64 bits"),
    ("{{ 'a\\0b' }}", "NUL"),
    ("{% if %}{% endif %}", "Expected an expression"),
    ("{{ host.name | uper }}", "No filter named"),
    ("Write-Output 'open", "no closing"),
    ("$Needs.Nothing", "not declared"),
    ("$Secrets.Nothing", "not declared"),
]


@pytest.mark.parametrize(("text", "said"), REFUSED)
def test_what_a_template_may_not_do(tmp_path: Path, text: str, said: str) -> None:
    problem = problems(tmp_path, steps={"site": step(apply=f"Write-Output 1\n{text}")})[0]
    assert said.lower() in problem.render_plain().lower()
    assert position(problem)[0] in (10, 11)


def test_mistakes_of_all_templates_are_told_at_once(tmp_path: Path) -> None:
    role = "role: web\npurpose: Two.\nsteps: [{ step: a, title: A }, { step: b, title: B }]\n"
    steps = {"a": step(apply="{{ one }}\n{{ two }}"), "b": step(apply="if (")}
    found = problems(tmp_path, role, steps)
    assert [problem.place and problem.place.file.name for problem in found] == ["a.ps1.j2", "a.ps1.j2", "b.ps1.j2"]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("Write-Output 1\n", "starts with"),
        ('{% extends "other.j2" %}\n', "starts with"),
        (step() + "stray", "outside of the blocks"),
        (step() + "{% set x = 1 %}", "outside of the blocks"),
        (step(aply="1"), "unknown block 'aply'"),
        ('{% extends "step.ps1.j2" %}{% block desired %}$null{% endblock %}', "block current is missing"),
    ],
)
def test_the_form_of_a_template(tmp_path: Path, source: str, said: str) -> None:
    assert any(said in problem.message for problem in problems(tmp_path, steps={"site": source}))


@pytest.mark.parametrize(
    ("desired", "said"),
    [
        ("@{ Name = (Get-Date) }", "no value without a host"),
        ("@{ Name = $env:X }", "no value without a host"),
        ("'text'", "not a hashtable"),
        ("@{}; @{}", "2 statements"),
        ("", "nothing"),
        ("@{ Name = 1.5 }", "not a plain value"),
    ],
)
def test_desired_is_a_constant(tmp_path: Path, desired: str, said: str) -> None:
    problem = only_problem(tmp_path, step(desired))
    assert said in problem.render_plain()


def test_current_sees_no_secrets(tmp_path: Path) -> None:
    problem = only_problem(tmp_path, step(current="$Secrets.Password"))
    assert problem.message == "current sees no secrets"


def test_a_null_desired_means_that_the_thing_must_not_exist(tmp_path: Path) -> None:
    (instance,) = compile_role(tmp_path, steps={"site": step("$null")}).blueprint.instances
    assert instance.desired is None


characters = st.characters(exclude_characters="\0", exclude_categories=["Cs", "Co"])
plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(1 << 63), (1 << 63) - 1)
    | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs", "Co"]), max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=150)
@given(value=plain)
def test_any_value_comes_back_from_a_rendered_script(tmp_path_factory: pytest.TempPathFactory, value: object) -> None:
    file = tmp_path_factory.getbasetemp() / "value.ps1.j2"
    file.write_text(step(apply="$x = 1\n{{ value }}"), encoding="utf-8")
    found: list[Problem] = []
    template = compile_template(make_environment(), file, found)
    assert template is not None
    rendered = template.render("apply", {"value": value}, literal, found)
    assert rendered is not None
    script = ScriptChecker().check(rendered, found)
    assert found == []
    assert script is not None
    assert script.end_block is not None
    statement = script.end_block.statements[1]
    assert isinstance(statement, Pipeline)
    assert isinstance(statement.elements[0], CommandExpression)
    assert evaluate(statement.elements[0].expression) == value
