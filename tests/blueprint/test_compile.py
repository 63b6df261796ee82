"""Roles and a lab become instances, in an order that holds."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passivelab.blueprint import commands_of, compile_lab, render_file
from passivelab.blueprint.graph import find_circle, stable_order
from passivelab.blueprint.model import Comparison, Key, Unknown
from passivelab.lab import load_lab
from passivelab.lab.certificates import wanted_certificates
from passivelab.lab.load import ROOT
from passivelab.pki import Pki
from pslang.linter import lint
from pslang.parser import parse
from tests.blueprint.roles import ROLE, STEP, compile_role, problems, step
from tests.lab.inventories import LAB, changed, load


def keys(compilation: object) -> list[str]:
    return [str(instance.key) for instance in compilation.blueprint.instances]  # type: ignore[attr-defined]


def test_an_instance_has_its_scripts_and_its_desired_state(tmp_path: Path) -> None:
    (instance,) = compile_role(tmp_path).blueprint.instances
    assert instance.key == Key("arr01", "web/site")
    assert instance.desired == {"Name": "arr01"}
    assert instance.scripts.desired == "@{ Name = 'arr01' }\n"
    assert instance.scripts.remove is None
    assert not instance.is_gate


EACH = """
role: lync
purpose: Instances.
steps:
  - step: first
    title: First of {role.first.name}
    on: first
  - step: pool
    title: "{item.fqdn}"
    on: others
    each: lab.pools
    key: "{item.name}"
  - step: passive
    title: Passive
    on: first
    each: role.sides
    key: "{item.pool.name}/{item.side}"
    pool: item.pool
    when: role.wanted
  - step: never
    title: Never
    when: not role.wanted
"""

SIDES = """
def derive(lab, host, variables):
    sides = [{"pool": pool, "side": side} for pool in lab.pools for side in ("in", "out")]
    return {"sides": sides, "wanted": True}
"""


def each(tmp_path: Path, passive: str = "true") -> list[str]:
    lab = load(tmp_path, lab=changed(LAB, "passive: true", f"passive: {passive}"))
    steps = dict.fromkeys(("first", "pool", "passive", "never"), STEP)
    from tests.blueprint.roles import write_role

    write_role(tmp_path, "lync", EACH, steps, SIDES)
    write_role(tmp_path, "web", "role: web\npurpose: None.\nsteps: []\n", {})
    return keys(compile_lab(lab, tmp_path / "roles"))


def test_steps_become_instances_for_hosts_items_and_passive_pools(tmp_path: Path) -> None:
    assert each(tmp_path) == [
        "se01 lync/first",
        "se01 lync/passive[se01/in]",
        "se01 lync/passive[se01/out]",
        "se02 lync/pool[se01]",
        "se02 lync/pool[se02]",
    ]


def test_a_classic_pool_has_no_passive_instances(tmp_path: Path) -> None:
    assert [key for key in each(tmp_path, "false") if "passive" in key] == []


NEEDS = """
role: web
purpose: Needs.
steps:
  - step: site
    title: A site
    needs:
      Thumbprint: { from: lync/certificate, export: Thumbprint, host: lab.hosts_0 }
    after: [lync/other]
"""
EXPORTS = """
role: lync
purpose: Exports.
steps:
  - { step: certificate, title: C, exports: { Thumbprint: Name } }
  - { step: other, title: O }
"""
LYNC = (EXPORTS, {"certificate": STEP, "other": STEP})


def needing(host: str) -> str:
    return NEEDS.replace("lab.hosts_0", host)


def test_needs_and_after_are_edges_between_hosts(tmp_path: Path) -> None:
    site = step("@{ Name = $Needs.Thumbprint; All = @($Needs.Thumbprint, 'x') }")
    checks = "def derive(lab, host, variables):\n    return {'source': lab.hosts[0]}\n"
    compilation = compile_role(tmp_path, needing("role.source"), {"site": site}, checks, other=LYNC)
    instance = compilation.blueprint.find(Key("arr01", "web/site"))
    assert instance is not None
    unknown = Unknown(Key("se01", "lync/certificate"), "Thumbprint")
    assert instance.desired == {"Name": unknown, "All": [unknown, "x"]}
    assert [str(key) for key in instance.after] == ["se01 lync/certificate", "se01 lync/other", "se02 lync/other"]
    assert keys(compilation)[-1] == "arr01 web/site"


def with_line(line: str) -> str:
    return changed(ROLE, "title: A site", f"title: A site\n    {line}")


def with_variable(document: str) -> str:
    return changed(ROLE, "steps:", f"variables: {{ n: {{ help: x, {document} }} }}\nsteps:")


MISTAKES = [
    (changed(ROLE, "step: site", "step: sites"), "has no template"),
    (changed(ROLE, "title: A site", "title: A {host.nmae}"), "did you mean name?"),
    (with_line("each: lab.pool"), "did you mean pools?"),
    (with_line("each: host.name"), "neither a list nor a map"),
    (with_line("each: lab.pools\n    key: same"), "two instances are called"),
    (with_line("after: [lync/nothing]"), "unknown step"),
    (with_line("when: true"), "found the truth value true"),
    (with_line("compare: { Nmae: exact }"), "did you mean Name?"),
    (with_line("compare: { Name: like }"), "one of exact, ignore_case"),
    (with_line("key: x"), "without each"),
    (with_line("secrets: { P: { from: nobody } }"), "no entry 'nobody'"),
    (with_line("secrets: { P: { from: 'pki:host.pfx' } }"), "is bytes, not credential"),
    (with_line("secrets: { P: { from: 'pki:public.key' } }"), "no key material"),
    (with_line("needs: { T: web/site.T }"), "does not export"),
    (with_line("needs: { T: lync/other.T }"), "does not exist"),
    (changed(ROLE, "role: web", "role: wed"), "not its folder's"),
    (changed(ROLE, "role: web", "role: web\nrequires: [lynx]"), "did you mean lync?"),
    (with_variable("type: strin"), "string, boolean"),
    (with_variable("type: string"), "nothing sets it"),
    (with_variable("type: integer, default: x"), "an integer"),
    (with_variable("type: host, default: x01"), "unknown host"),
    (with_variable("type: choice, choices: [a, b], default: c"), "one of a, b"),
]


@pytest.mark.parametrize(("text", "said"), MISTAKES)
def test_each_mistake_in_role_yml_is_told_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    found = problems(tmp_path, text, other=LYNC)
    assert any(said in problem.render_plain() for problem in found), [problem.render_plain() for problem in found]
    assert all(problem.place is not None for problem in found)


def test_key_material_is_the_hosts_own(tmp_path: Path) -> None:
    line = "secrets: { Pfx: { from: 'pki:host.pfx', kind: bytes }, Account: { from: local_administrator } }"
    (instance,) = compile_role(tmp_path, with_line(line)).blueprint.instances
    references = {secret.name: (secret.reference, secret.kind) for secret in instance.secrets}
    assert references == {"Pfx": ("pki:host/arr01.pfx", "bytes"), "Account": ("local_administrator", "credential")}


def test_a_circle_is_told_by_the_names_of_its_steps(tmp_path: Path) -> None:
    role = changed(ROLE, "title: A site", "title: A site\n    after: [lync/other]")
    lync = (changed(EXPORTS, "title: O", "title: O, after: [web/site]"), LYNC[1])
    (problem,) = problems(tmp_path, role, other=lync)
    assert problem.code == "circle"
    assert "arr01 web/site, which waits for" in (problem.found or "")


def test_an_unknown_role_and_a_wrong_variable_are_told_where_they_stand(tmp_path: Path) -> None:
    lab = load(
        tmp_path,
        "web.size=1",
        lab=changed(LAB, "  web: {", "  wap: {").replace("roles:", "roles:\n  web: { hosts: [arr01] }"),
    )
    found = problems(tmp_path, lab=lab)
    assert [(problem.code, problem.place and problem.place.file.name) for problem in found] == [
        ("unknown-role", "lab.yml")
    ]


VARIABLES = changed(
    ROLE, "steps:", "variables: { size: { type: integer, minimum: 1, maximum: 9, default: 5, help: S } }\nsteps:"
)


def test_a_variable_keeps_its_origin(tmp_path: Path) -> None:
    compilation = compile_role(tmp_path, VARIABLES, lab=load(tmp_path, "web.size=7"))
    value = compilation.variables("arr01", "web")["size"]
    assert (value.value, value.origin) == (7, "command line, --set web.size=7:1:1")
    default = compile_role(tmp_path, VARIABLES).variables("arr01", "web")["size"]
    assert (default.value, default.level) == (5, "role default")


@pytest.mark.parametrize(
    ("setting", "said"),
    [("web.size=10", "at most 9"), ("web.size=x", "an integer"), ("web.sise=1", "did you mean size?")],
)
def test_a_wrong_value_is_told(tmp_path: Path, setting: str, said: str) -> None:
    (problem,) = problems(tmp_path, VARIABLES, lab=load(tmp_path, setting))
    assert said in problem.render_plain()


def test_comparisons_exports_and_waiting_come_from_role_yml(tmp_path: Path) -> None:
    more = "title: A site\n    await: { limit: 9 }\n    exports: { N: Name }"
    more += "\n    compare: { Name: { rule: set, members: managed } }"
    (instance,) = compile_role(tmp_path, changed(ROLE, "title: A site", more)).blueprint.instances
    assert instance.comparison == {"Name": Comparison("set", "managed")}
    assert instance.exports == {"N": "Name"}
    assert instance.wait is not None
    assert (instance.wait.limit, instance.wait.interval) == (9.0, 5.0)


def test_checks_that_fail_are_told_with_their_line(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, checks="def derive(lab, host, variables):\n    return lab.nothing\n")
    assert problem.place is not None
    assert (problem.place.file.name, problem.place.line) == ("checks.py", 2)


class TestDefaultLab:
    def test_every_edge_points_backwards(self, tmp_path: Path) -> None:
        lab = load_lab(ROOT / "inventory" / "simulated")
        material = Pki.open(tmp_path, wanted_certificates(lab))
        blueprint = compile_lab(lab, keys=material).blueprint
        seen: set[Key] = set()
        for instance in blueprint.instances:
            assert set(instance.after) <= seen
            seen.add(instance.key)

    @pytest.mark.parametrize("name", ["simulated", "bare"])
    def test_every_step_renders_to_a_file_that_the_linter_accepts_and_names_its_commands(
        self, name: str, tmp_path: Path
    ) -> None:
        lab = load_lab(ROOT / "inventory" / name)
        blueprint = compile_lab(lab, keys=Pki.open(tmp_path, wanted_certificates(lab))).blueprint
        steps = {(instance.role, instance.step): instance for instance in blueprint.instances}
        assert "Get-AdfsRelyingPartyTrust" in commands_of(steps["adfs", "trust"])
        for instance in steps.values():
            text = render_file(instance, lab.name)
            assert parse(text).errors == ()
            assert lint(text, str(instance.key), "template") == []
            assert "#requires -Version 4.0" in text
            commands = commands_of(instance)
            assert f"# Uses {', '.join(commands) or 'no cmdlets'}." in text
            assert not {"ConvertTo-PlainValue", "Remove-AddedFeature"} & set(commands)


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[Key], dict[Key, set[Key]]]:
    size = draw(st.integers(1, 12))
    nodes = [Key("host", str(index)) for index in range(size)]
    pairs = draw(st.sets(st.tuples(st.sampled_from(nodes), st.sampled_from(nodes)), max_size=20))
    after: dict[Key, set[Key]] = {node: set() for node in nodes}
    for later, earlier in pairs:
        if later != earlier:
            after[later].add(earlier)
    return nodes, after


@given(graphs())
def test_the_order_holds_or_there_is_a_circle(graph: tuple[list[Key], dict[Key, set[Key]]]) -> None:
    nodes, after = graph
    ordered, circle = stable_order(nodes, after), find_circle(nodes, after)
    for index, key in enumerate(ordered):
        assert after[key] <= set(ordered[:index])
    if circle:
        assert circle[0] == circle[-1]
        assert all(later in after[earlier] for earlier, later in pairwise(circle))
    else:
        assert sorted(ordered) == sorted(nodes)
