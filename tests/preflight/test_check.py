"""A lab that is built wrongly is told so before anything changes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from passivelab.blueprint import compile_lab
from passivelab.errors import InventoryErrors
from passivelab.lab import load_lab
from passivelab.lab.certificates import wanted_certificates
from passivelab.lab.load import ROOT
from passivelab.pki import Certificate, Pki
from passivelab.preflight import Finding, check
from passivelab.preflight.check import CHECKS
from passivelab.preflight.naming import covers
from passivelab.preflight.templates import linted, wrong_scope
from pslang.parser import parse
from pslang.syntax import Command
from pslang.walk import walk
from tests.blueprint.roles import step, write_role
from tests.lab.inventories import LAB, changed, load

WITHOUT_LINTER = [one for one in CHECKS if one is not linted]
SIMULATED = ROOT / "inventory" / "simulated"


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return Pki.open(tmp_path_factory.mktemp("pki"), wanted_certificates(load_lab(SIMULATED)))


def findings(tmp_path: Path, keys: Pki, *changes: tuple[str, str], sets: tuple[str, ...] = ()) -> list[Finding]:
    """What the checks say of the default lab with these changes to lab.yml; the linter has tests of its own."""
    folder = tmp_path / "simulated"
    shutil.copytree(SIMULATED, folder, ignore=shutil.ignore_patterns("overrides.yml"))
    text = (folder / "lab.yml").read_text()
    for old, new in changes:
        text = changed(text, old, new)
    (folder / "lab.yml").write_text(text)
    compilation = compile_lab(load_lab(folder, sets), keys=keys)
    return [finding for finding in check(compilation, keys, WITHOUT_LINTER) if finding.code != "client-disputed"]


def test_the_default_lab_has_nothing_but_a_disputed_client(keys: Pki) -> None:
    compilation = compile_lab(load_lab(SIMULATED), keys=keys)
    (finding,) = check(compilation, keys)
    assert (finding.code, finding.severity) == ("client-disputed", "warning")
    assert "elena" in finding.reason
    assert finding.place is not None
    assert "elena" in (finding.place.excerpt() or "")


MISBUILT = [
    # code, changes to lab.yml, part of the line that the finding points to
    ("discovery-passive", [("discovery_pool: dir01", "discovery_pool: se01")], "discovery_pool"),
    ("federation-name", [("federation: sts.contoso.com", "federation: adfs01.contoso.com")], "federation"),
    ("certificate-name", [("meet: meet.contoso.com", "meet: meeting.contoso.com")], "meet"),
    (
        "no-delegation",
        [("delegation: { session_configuration: passivelab.delegated }", "delegation: {}")],
        "delegation",
    ),
    ("delegation-by-credssp", [("transport: psrp", "transport: winrm")], "delegation"),
    ("clear-text", [("authentication: negotiate", "authentication: basic")], "authentication"),
    (
        "unified-contacts",
        [("clients: [lync_store_app]", "clients: [lync_store_app], unified_contact_store: true")],
        "unified_contact_store",
    ),
    ("simple-url", [("meet: meet.contoso.com", "meet: se02.corp.contoso.com")], "meet"),
    ("web-name-domain", [("lyncweb02.contoso.com", "lyncweb02.example.com")], "lyncweb02"),
    ("no-trust", [("  adfs: { hosts: [adfs01, adfs02] }\n", "")], "passive: true"),
    (
        "not-switched",
        [("  lync_pool: { hosts: [se01, se02, dir01] }", "  lync_pool: { hosts: [se02, dir01] }")],
        "passive",
    ),
]


@pytest.mark.parametrize(("code", "changes", "line"), MISBUILT)
def test_a_misbuilt_lab_is_told(
    tmp_path: Path, keys: Pki, code: str, changes: list[tuple[str, str]], line: str
) -> None:
    found = [finding for finding in findings(tmp_path, keys, *changes) if finding.code == code]
    assert found
    assert found[0].place is not None
    assert line in (found[0].place.excerpt() or "")
    assert found[0].fix
    assert found[0].source


@pytest.mark.parametrize(
    ("setting", "code"),
    [
        ("adfs.fallback_binding=false", "sni-fallback"),
        ("adfs.intranet_providers=[WindowsAuthentication]", "forms-intranet"),
        ("public_names.public_names=dns", "names-by-dns"),
        ("adfs01/public_names.more_entries={lyncweb01.contoso.com: 192.168.50.31}", "same-site"),
    ],
)
def test_a_misbuilding_variable_is_told_where_it_is_set(tmp_path: Path, keys: Pki, setting: str, code: str) -> None:
    assert code in {finding.code for finding in findings(tmp_path, keys, sets=(setting,))}


class TestProxyRules:
    """Rules as a role of one's own could want them."""

    ROLE = "role: reverse_proxy\npurpose: Rules.\nsteps:\n"

    def codes(self, tmp_path: Path, *rules: str, farm: str = "se01.corp.contoso.com") -> set[str]:
        lab = load(tmp_path, lab=changed(LAB, "  web: {", "  reverse_proxy: {"))
        items = "".join(f"  {{'name': 'r{index}', 'd': {rule}}},\n" for index, rule in enumerate(rules))
        checks = f"def derive(lab, host, variables):\n  return {{'rules': [\n{items}]}}\n"
        role = self.ROLE + "  - { step: rule, title: R, each: role.rules }\n  - { step: farm, title: F }\n"
        steps = {"rule": step("{{ item.d }}"), "farm": step(f"@{{ Address = '{farm}' }}")}
        write_role(tmp_path, "reverse_proxy", role, steps, checks)
        write_role(tmp_path, "lync", "role: lync\npurpose: None.\nsteps: []\n", {})
        found = check(compile_lab(lab, tmp_path / "roles"))
        return {finding.code for finding in found} - {"no-trust", "not-switched"}

    @staticmethod
    def rule(host: str, pattern: str = "*", https: bool = True, syntax: str = "Wildcard") -> str:
        return str({"Host": host, "Pattern": pattern, "Https": https, "Syntax": syntax, "StopProcessing": True})

    def all_names(self) -> list[str]:
        names = ["sts", "lyncweb01", "lyncweb02", "meet", "dialin"]
        rules = [self.rule(f"{name}.contoso.com") for name in names]
        return [*rules, self.rule("lyncdiscover.contoso.com", https=False)]

    def test_one_exact_name_each_is_fine(self, tmp_path: Path) -> None:
        assert self.codes(tmp_path, *self.all_names()) == set()

    def test_a_rule_without_a_host_takes_everything(self, tmp_path: Path) -> None:
        assert self.codes(tmp_path, self.rule(""), *self.all_names()) == {"rule-host", "rule-shadowed"}

    def test_a_first_label_matches_too_much(self, tmp_path: Path) -> None:
        assert "rule-host" in self.codes(tmp_path, *self.all_names(), self.rule("lync*"))

    def test_a_rule_behind_its_like_is_never_reached(self, tmp_path: Path) -> None:
        assert self.codes(tmp_path, *self.all_names(), self.rule("meet.contoso.com", "join/*")) == {"rule-shadowed"}

    def test_a_path_list_without_passive_sign_in(self, tmp_path: Path) -> None:
        rules = [rule for rule in self.all_names() if "lyncweb01" not in rule]
        listed = self.rule("lyncweb01.contoso.com", "^(abs|meet|webticket|ucwa)/", syntax="ECMAScript")
        assert self.codes(tmp_path, *rules, listed) == {"rule-path"}
        listed = self.rule("lyncweb01.contoso.com", "^(abs|passiveauth|webticket)/", syntax="ECMAScript")
        assert self.codes(tmp_path, *rules, listed) == set()

    def test_a_name_without_a_rule_and_discovery_on_https_only(self, tmp_path: Path) -> None:
        rules = [rule for rule in self.all_names() if "meet" not in rule and "discover" not in rule]
        discovery = self.rule("lyncdiscover.contoso.com", https=True)
        assert self.codes(tmp_path, *rules, discovery) == {"name-unpublished", "discovery-http"}

    @pytest.mark.parametrize("address", ["lyncweb01.contoso.com", "203.0.113.10", "10.0.0.10"])
    def test_a_farm_that_leads_back_to_the_proxy(self, tmp_path: Path, address: str) -> None:
        assert self.codes(tmp_path, *self.all_names(), farm=address) == {"farm-loop"}


@pytest.mark.parametrize(
    ("call", "wrong"),
    [
        ("Set-CsWebServiceConfiguration -UseWsFedPassiveAuth $true", True),
        ("Set-CsWebServiceConfiguration -Identity global -UseWsFedPassiveAuth $true", True),
        ("New-CsWebServiceConfiguration -Identity 'site:Rome'", True),
        ("New-CsProxyConfiguration -Id 'Global'", True),
        ("Set-CsWebServiceConfiguration -Identity 'Service:WebServer:se01'", False),
        ("Set-CsWebServiceConfiguration -Identity $identity", False),
        ("Set-CsWebServiceConfiguration @arguments", False),
        ("Get-CsWebServiceConfiguration", False),
    ],
)
def test_lync_settings_at_a_wide_scope(call: str, wrong: bool) -> None:
    script = parse(call).script
    assert script is not None
    (command,) = [node for node in walk(script) if isinstance(node, Command)]
    assert (wrong_scope(command) is not None) == wrong


def test_the_linter_speaks_with_the_template_s_place(tmp_path: Path) -> None:
    lab = load(tmp_path)
    write_role(tmp_path, "web", "role: web\npurpose: W.\nsteps: [{ step: site, title: S }]\n", {
        "site": step(apply="$x = {{ host.name }}\nGet-Item -Paht $x\nNew-Item2 -Name $x")
    })  # fmt: skip
    write_role(tmp_path, "lync", "role: lync\npurpose: None.\nsteps: []\n", {})
    found = check(compile_lab(lab, tmp_path / "roles"))
    lines = {(finding.code, finding.place and finding.place.line) for finding in found}
    assert ("NamedParameterNotFound", 10) in lines
    assert any(line == 11 for _, line in lines)


def test_templates_without_an_instance_are_read_too(tmp_path: Path) -> None:
    lab = load(tmp_path)
    text = "role: web\npurpose: W.\nsteps: [{ step: site, title: S, when: not host.name }]\n"
    source = step(apply="{% if host.joined %}\nGet-Item -Paht {{ host.name }}\n{% else %}\nGet-Nothng\n{% endif %}")
    write_role(tmp_path, "web", text, {"site": source})
    write_role(tmp_path, "lync", "role: lync\npurpose: None.\nsteps: []\n", {})
    write_role(tmp_path, "dormant", "role: dormannt\npurpose: Not used.\nsteps: []\n", {})
    found = check(compile_lab(lab, tmp_path / "roles"))
    assert ("NamedParameterNotFound", 10) in {(item.code, item.place and item.place.line) for item in found}
    (warning,) = [item for item in found if item.severity == "warning"]
    assert warning.reason == "the role's name 'dormannt' is not its folder's"


@pytest.mark.parametrize(
    ("names", "wanted", "expected"),
    [
        (("a.contoso.com",), "A.contoso.com", True),
        (("*.contoso.com",), "a.contoso.com", True),
        (("*.contoso.com",), "a.b.contoso.com", False),
        (("*.contoso.com",), "contoso.com", False),
    ],
)
def test_a_star_stands_for_one_label(names: tuple[str, ...], wanted: str, expected: bool) -> None:
    assert covers(names, wanted) is expected


def test_checks_of_a_role_take_part_and_their_failures_are_findings(tmp_path: Path) -> None:
    lab = load(tmp_path)
    text = "role: web\npurpose: W.\nsteps: [{ step: site, title: S }]\n"
    checks = """
    from passivelab.preflight import Finding

    def check(lab, host, variables):
        yield Finding("own", None, f"{host.name} is odd", "nobody", "none")
        raise KeyError("oops")
    """
    write_role(tmp_path, "web", text, {"site": step()}, checks)
    write_role(tmp_path, "lync", "role: lync\npurpose: None.\nsteps: []\n", {})
    found = {finding.code: finding for finding in check(compile_lab(lab, tmp_path / "roles"))}
    assert found["own"].place is not None
    assert found["own"].place.file.name == "role.yml"
    assert found["checks"].place is not None
    assert (found["checks"].place.file.name, found["checks"].place.line) == ("checks.py", 6)


def test_a_wildcard_certificate_is_a_warning(tmp_path: Path, keys: Pki) -> None:
    class Star(Certificate):
        @property
        def names(self) -> tuple[str, ...]:
            return ("*.contoso.com",)

    starred = Pki(keys.root, Star(keys.public.certificate), keys.hosts)
    found = check(compile_lab(load_lab(SIMULATED), keys=starred), starred, WITHOUT_LINTER)
    assert [(item.code, item.severity) for item in found if "certificate" in item.code] == [
        ("certificate-wildcard", "warning")
    ]


def test_odd_ports_and_addresses_of_the_proxy(tmp_path: Path, keys: Pki) -> None:
    listeners = "reverse_proxy.listeners={10.0.0.10: public, 192.168.50.21: public, 10.0.9.1: public, nowhere: public}"
    found = findings(tmp_path, keys, sets=("reverse_proxy.https_port=8443", listeners))
    assert [(item.code, item.severity) for item in found] == [("listener-address", "error")] * 3 + [
        ("proxy-port", "warning")
    ]
    assert all(item.place and item.source and item.fix for item in found)


def test_a_public_address_that_leads_past_the_listeners(tmp_path: Path, keys: Pki) -> None:
    found = findings(tmp_path, keys, sets=("reverse_proxy.listeners={10.0.0.11: public}",))
    assert [item.code for item in found] == ["listener-unseen"]


def test_a_user_whose_client_does_not_fit_is_refused_with_the_inventory(tmp_path: Path, keys: Pki) -> None:
    """Where lab.yml names the pool itself, nobody looks for another one."""
    change = ("clients: [lync_mac_2011]", "clients: [lync_mac_2011], pool: se01.corp.contoso.com")
    with pytest.raises(InventoryErrors) as refused:
        findings(tmp_path, keys, change)
    (problem,) = refused.value.problems()
    assert problem.code == "no-pool" and "dario" in problem.message and problem.hint
    assert problem.place is not None and "lync_mac_2011" in (problem.place.excerpt() or "")


def test_settings_of_lync_at_a_wide_scope_are_found_in_a_template(tmp_path: Path) -> None:
    lab = load(tmp_path)
    write_role(tmp_path, "web", "role: web\npurpose: W.\nsteps: [{ step: site, title: S }]\n", {
        "site": step(apply="Set-CsWebServiceConfiguration -Identity 'Site:Rome' -UseWsFedPassiveAuth $true")
    })  # fmt: skip
    write_role(tmp_path, "lync", "role: lync\npurpose: None.\nsteps: []\n", {})
    (found,) = [item for item in check(compile_lab(lab, tmp_path / "roles")) if item.code == "scope"]
    assert found.place is not None and found.place.line == 9
