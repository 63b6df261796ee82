from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.world.lab import fresh, give, server
from winsim.store import BadStore, Store
from winsim.world import power, services
from winsim.world.codec import decode, encode
from winsim.world.digest import digest
from winsim.world.directory.promotion import promote
from winsim.world.feature_setup import FeatureError, install, remove
from winsim.world.pfx import PfxError, read_pfx, write_pfx

PLAIN = st.none() | st.booleans() | st.integers() | st.text() | st.binary() | st.datetimes() | st.timedeltas()


@settings(max_examples=60)
@given(st.recursive(PLAIN, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=12))
def test_state_survives_the_codec(value: object) -> None:
    assert decode(encode(value)) == value


def test_a_world_is_the_same_after_saving_and_loading(tmp_path: Path) -> None:
    world = fresh()
    world.host("arr01").files.write(r"C:\Windows\Temp\a.txt", b"\xff\x00")
    store = Store(tmp_path)
    store.save(world)
    loaded = Store(tmp_path).load()
    assert encode(loaded.hosts) == encode(world.hosts)
    assert loaded.host("ARR01").files.read("c:/windows/TEMP/A.TXT") == b"\xff\x00"


def test_a_damaged_store_is_refused(tmp_path: Path) -> None:
    Store(tmp_path).save(fresh())
    for path in tmp_path.glob("host-arr01.*"):
        path.write_text("{")
    with pytest.raises(BadStore):
        Store(tmp_path).load()


def test_a_save_that_is_cut_off_leaves_the_one_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = fresh()
    store = Store(tmp_path)
    store.save(world)
    for name in ("arr01", "se01"):
        world.host(name).workgroup = "OTHER"
    replace, moves = Path.replace, list[Path]()

    def cut_off(self: Path, target: Path) -> Path:
        moves.append(target)
        if len(moves) > 1:
            raise KeyboardInterrupt
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", cut_off)
    with pytest.raises(KeyboardInterrupt):
        store.save(world)
    monkeypatch.undo()
    assert {host.workgroup for host in Store(tmp_path).load().hosts.values()} == {"WORKGROUP"}
    store.save(world)
    assert Store(tmp_path).load().host("se01").workgroup == "OTHER"
    assert len(list(tmp_path.iterdir())) == 1 + len(world.hosts)


def test_the_hosts_file_wins_over_dns_and_utf16_makes_it_useless() -> None:
    world = fresh()
    host = world.host("arr01")
    hosts = r"C:\Windows\System32\drivers\etc\hosts"
    assert world.resolve(host, "sts.contoso.com") == ["203.0.113.10"]
    host.files.write(hosts, b"192.168.50.21  sts.contoso.com # AD FS\r\n")
    assert world.resolve(host, "STS.contoso.com") == ["192.168.50.21"]
    host.files.write(hosts, "192.168.50.21  sts.contoso.com\r\n".encode("utf-16"))
    assert world.resolve(host, "sts.contoso.com") == ["203.0.113.10"]


def test_2012_r2_opens_old_pfx_files_only() -> None:
    issued = server("web.contoso.com")
    old = write_pfx(issued.der, issued.pkcs8, "secret")
    assert read_pfx(old, "secret").certificate == issued.der
    modern = pkcs12.serialize_key_and_certificates(
        None, issued.key, issued.certificate, None, BestAvailableEncryption(b"secret")
    )
    for data, password in ((modern, "secret"), (old, "wrong")):
        with pytest.raises(PfxError, match="network password"):
            read_pfx(data, password)


def test_a_feature_brings_what_it_needs_and_takes_what_needs_it() -> None:
    world = fresh()
    host = world.host("arr01")
    install(world, host, ["Web-Server"])
    assert host.features.has("Web-Static-Content")
    assert host.services.running("W3SVC")
    assert not host.has_module("WebAdministration")
    install(world, host, ["Web-Scripting-Tools"])
    assert host.has_module("WebAdministration")
    with pytest.raises(FeatureError, match="could not be downloaded"):
        install(world, host, ["NET-Framework-Core"])
    result = remove(world, host, ["Web-Server"])
    assert result.restart_needed
    assert host.reboot_pending
    assert host.services.find("W3SVC") is None


def test_a_restart_finishes_a_rename_and_what_waited() -> None:
    world = fresh()
    host = world.host("se01")
    host.pending_name = "fe01"
    assert install(world, host, ["Server-Media-Foundation"]).exit_code == "SuccessRestartRequired"
    assert not host.features.has("Server-Media-Foundation")
    power.request_restart(world, host, 1)
    world.clock.skip(2)
    world.run_due()
    assert not host.is_up(world.clock.now())
    assert not host.reboot_pending or host.pending_name
    world.clock.skip(power.BOOT_SECONDS + 1)
    world.run_due()
    assert host.is_up(world.clock.now())
    assert (host.name, host.boots, host.reboot_pending) == ("FE01", 2, False)
    assert host.features.has("Server-Media-Foundation")
    assert world.find_host("fe01") is host


def test_stopping_a_service_that_others_need_takes_force() -> None:
    world = fresh()
    host = world.host("arr01")
    install(world, host, ["Web-Server"])
    with pytest.raises(services.ServiceError) as refused:
        services.stop(world, host, "WAS")
    assert refused.value.code == 1051
    services.stop(world, host, "WAS", force=True)
    assert not host.services.running("W3SVC")


def test_the_same_machine_has_the_same_ids_in_every_fresh_world() -> None:
    first, second = fresh().host("se01"), fresh().host("se01")
    assert (first.machine_sid, first.adapters[0].mac) == (second.machine_sid, second.adapters[0].mac)
    assert first.machine_sid != fresh().host("arr01").machine_sid


def test_the_digest_ignores_what_was_generated_and_sees_what_was_done() -> None:
    first, second = fresh(), fresh()
    issued = server("web.contoso.com")
    for world in (first, second):
        give(world.host("arr01"), issued)  # another container name each time
        install(world, world.host("se01"), ["Web-Server"])
    assert digest(first) == digest(second)
    second.host("se01").files.write(r"C:\Windows\Temp\note.txt", b"something")
    assert digest(first) != digest(second)


def test_after_the_promotion_the_built_in_administrator_is_the_domains() -> None:
    world = fresh()
    host = world.host("se01")
    promote(world, host, "corp.contoso.com", "CORP", "Start-2012-R2", with_dns=True)
    power.restart_at_once(world, host)
    for domain in ("", ".", "SE01", "CORP", "corp.contoso.com"):
        logon = world.authenticate(host, domain, "administrator")
        assert logon is not None
        assert (logon.account, logon.is_admin) == ("CORP\\Administrator", True)
    assert world.authenticate(host, "", "nobody") is None
