"""Whatever happens to a role's files, the answer is a blueprint or problems with places, never a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passivelab.errors import InvalidError
from tests.blueprint.roles import compile_role, step
from tests.lab.inventories import load
from tests.lab.test_damage import damaged

ROLE = """
role: web
purpose: A role for damage.
requires: [lync]
variables:
  size: { type: integer, default: 5, minimum: 1, help: Size }
  names: { type: list of fqdn, default: [a.contoso.com], help: Names }
  where: { type: host, default: arr01, help: Host }
steps:
  - step: site
    title: "Site {item.name} of {role.where.name}"
    each: lab.pools
    key: "{item.name}"
    when: not role.is_last
    after: [lync/other]
    needs: { Thumbprint: { from: lync/certificate, export: Thumbprint, host: lab.discovery_pool.servers } }
    secrets: { Account: { from: domain_administrator } }
    await: { limit: 30, interval: 5 }
    compare: { Name: ignore_case }
  - step: second
    title: Second
    pool: role.where
"""
TEMPLATE = step(
    "@{\n    Name = {{ item.fqdn }}\n    List = {{ role.names }}\n    Thumbprint = $Needs.Thumbprint\n}",
    "{% if role.size > 3 %}\n@{ Name = {{ item.name }} }\n{% endif %}",
    apply="foreach ($x in {{ role.names }}) {\n    Write-Output $x\n}\n"
    "{% for p in lab.pools %}\n$y = {{ p.fqdn }}\n{% endfor %}",
)
CHECKS = "def derive(lab, host, variables):\n    return {'is_last': variables['size'] > 9}\n"
LYNC = (
    "role: lync\npurpose: Exports.\nsteps:\n"
    "  - { step: certificate, title: C, exports: { Thumbprint: Name } }\n  - { step: other, title: O }\n",
    {"certificate": step(), "other": step()},
)
TOKENS = [
    "{{",
    "}}",
    "{%",
    "%}",
    "{#",
    "'",
    '"',
    "$",
    "@{",
    "}",
    "(",
    ")",
    "#",
    "`",
    "\0",
    "item",
    "lab.pools",
    "|",
    "{% raw %}",
]


@settings(max_examples=120)
@given(where=st.sampled_from(["role", "template"]), seed=st.integers(0, 1 << 30), token=st.sampled_from(TOKENS))
def test_damage_gives_problems_with_places(
    tmp_path_factory: pytest.TempPathFactory, where: str, seed: int, token: str
) -> None:
    folder: Path = tmp_path_factory.getbasetemp() / "damaged-role"
    folder.mkdir(exist_ok=True)
    role = damaged(ROLE, seed) if where == "role" else ROLE
    index = seed % (len(TEMPLATE) - 30) + 30
    template = TEMPLATE[:index] + token + TEMPLATE[index + seed % 3 :] if where == "template" else TEMPLATE
    role = role.replace("host: lab.discovery_pool.servers", "host: role.peer") if seed % 2 else role
    checks = CHECKS.replace("9}", "9, 'peer': lab.hosts[0]}")
    try:
        compile_role(folder, role, {"site": template, "second": step()}, checks, load(folder), LYNC)
    except InvalidError as error:
        for problem in error.problems():
            assert problem.place is not None
            assert problem.render_plain()
