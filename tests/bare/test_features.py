"""Features and what came along with them: installed, taken back, and nothing else touched."""

from __future__ import annotations

from passivelab.commands.paths import FUNCTIONS
from tests.products.running import Lab
from tests.products.test_domain_from_bare import bare  # noqa: F401
from winsim.world import feature_setup
from winsim.world.power import restart_at_once


def run(lab: Lab, names: str, before: set[str], no_payload: str = "") -> None:
    """Take features back on a machine that had those of ``before``."""
    there = ", ".join(f"'{name}'" for name in sorted(before))
    call = f"Remove-AddedFeature -Name @({names}) -Before @({there}) -NoPayload @({no_payload})"
    lab.run("arr01", f"{FUNCTIONS.read_text('utf-8')}\n{call}", user="ARR01\\Administrator").good()
    restart_at_once(lab.world, lab.world.host("arr01"))


def test_parents_and_dependencies_go_with_a_feature(bare: Lab) -> None:  # noqa: F811
    host = bare.world.host("arr01")
    before = set(host.features.installed)
    feature_setup.install(bare.world, host, ["Web-Asp-Net45", "Web-Mgmt-Console"])
    restart_at_once(bare.world, host)
    assert {"web-server", "web-webserver", "web-mgmt-tools"} <= host.features.installed
    run(bare, "'Web-Asp-Net45', 'Web-Mgmt-Console'", before)
    assert host.features.installed == before


def test_what_somebody_elses_feature_needs_stays(bare: Lab) -> None:  # noqa: F811
    host = bare.world.host("arr01")
    before = set(host.features.installed)
    feature_setup.install(bare.world, host, ["Web-Asp-Net45", "Web-Ftp-Service"])
    restart_at_once(bare.world, host)
    run(bare, "'Web-Asp-Net45'", before)
    assert not host.features.has("Web-Asp-Net45")
    assert host.features.has("Web-Ftp-Service") and host.features.has("Web-Server")


def test_payload_that_was_not_on_the_disk_leaves_it_again(bare: Lab) -> None:  # noqa: F811
    host = bare.world.host("arr01")
    assert host.features.state("NET-Framework-Core") == "Removed"
    before = set(host.features.installed)
    host.files.make_directory(r"C:\sxs")
    feature_setup.install(bare.world, host, ["NET-Framework-Core"], sources=[r"C:\sxs"])
    run(bare, "'NET-Framework-Core'", before, "'NET-Framework-Core'")
    assert host.features.state("NET-Framework-Core") == "Removed"
