from __future__ import annotations

import pytest

from tests.world.lab import MACHINES, run
from winsim.world.feature_setup import FeatureError, install
from winsim.world.host import Host
from winsim.world.iis.server import schema_of
from winsim.world.lab import World
from winsim.world.machines import build_world

FILES = ["rewrite_amd64_en-US.msi", "webfarm_amd64_en-US.msi", "requestRouter_amd64.msi", "broken.msi", "sxs\\"]
LAB = {**MACHINES, "media": {"host": "se01", "share": "media", "files": FILES}}
INSTALL = """
    foreach ($name in {names}) {{
        $file = '\\\\192.168.50.31\\media\\' + $name
        msiexec.exe /i $file /qn | Out-Null
        $LASTEXITCODE
    }}
"""


def installed(world: World, host: Host, names: str) -> list[str]:
    return run(world, host, INSTALL.format(names=names), delegated=True).output


def test_the_packages_of_the_reverse_proxy_install_in_their_order_only() -> None:
    world = build_world(LAB)
    host = world.host("arr01")
    assert installed(world, host, "'requestRouter_amd64.msi', 'rewrite_amd64_en-US.msi'") == ["1603", "1603"]
    install(world, host, ["Web-Server"])
    in_order = "'rewrite_amd64_en-US.msi', 'webfarm_amd64_en-US.msi', 'requestRouter_amd64.msi'"
    assert installed(world, host, f"'requestRouter_amd64.msi', {in_order}") == ["1603", "0", "0", "0"]
    assert schema_of(host).section("webFarms") is not None
    seen = run(world, host, "msiexec.exe /x '{279B4CB0-A213-4F94-B224-19D6F5C59942}' /qn; $LASTEXITCODE")
    assert seen.output == ["0"]
    assert schema_of(host).section("system.webServer/proxy") is None


def test_what_is_no_package_or_out_of_reach_is_refused() -> None:
    world = build_world(LAB)
    host = world.host("arr01")
    assert installed(world, host, "'broken.msi', 'absent.msi'") == ["1620", "1619"]
    assert run(world, host, INSTALL.format(names="'rewrite_amd64_en-US.msi'")).output == ["1619"]


def test_net_3_5_comes_from_the_media() -> None:
    world = build_world(LAB)
    host = world.host("arr01")
    with pytest.raises(FeatureError, match="could not be found"):
        install(world, host, ["NET-Framework-Core"], sources=[r"\\192.168.50.31\media\nothing"])
    assert install(world, host, ["NET-Framework-Core"], sources=[r"\\192.168.50.31\media\sxs"]).exit_code == "Success"
