"""Every way to be refused: one screen, the right exit code, no traceback, nothing changed, no host asked."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from passivelab.commands import terminal as boundary
from passivelab.commands.building import Options, plan
from passivelab.commands.passive import switch
from passivelab.commands.status import status
from passivelab.commands.teardown import rebuild_lab, teardown_lab
from passivelab.commands.terminal import Terminal
from passivelab.errors import Exit
from passivelab.state import Lock
from tests.commands.conftest import change

Screen = Callable[[], str]


@pytest.fixture
def screen(capsys: pytest.CaptureFixture[str]) -> Screen:
    def read() -> str:
        shown = capsys.readouterr()
        assert "Traceback" not in shown.out + shown.err
        return shown.out + shown.err

    return read


def test_broken_yaml_is_told_with_its_place(lab: Path, screen: Screen) -> None:
    change(lab / "lab.yml", "protected: false", "protected: [false")
    assert boundary.run(lambda terminal: plan(terminal, Options(str(lab)))) == Exit.INVALID
    text = screen()
    assert "lab.yml:" in text
    assert not (lab / ".passivelab").exists()


def test_an_unknown_variable_is_refused(lab: Path, screen: Screen) -> None:
    options = Options(str(lab), set=("adfs.no_such_variable=1",))
    assert boundary.run(lambda terminal: plan(terminal, options)) == Exit.INVALID
    assert "no_such_variable" in screen()


def test_an_unknown_lab_is_refused(tmp_path: Path, screen: Screen) -> None:
    assert boundary.run(lambda terminal: status(terminal, "nowhere")) == Exit.INVALID
    assert "there is no lab 'nowhere'" in screen()


def test_an_unknown_pool_is_refused(lab: Path, screen: Screen) -> None:
    code = boundary.run(lambda terminal: switch(terminal, Options(str(lab)), "se09.corp.contoso.com", True))
    assert code == Exit.USAGE
    assert "the lab has no pool 'se09.corp.contoso.com'" in screen()


def test_nobody_is_locked_out(lab: Path, screen: Screen) -> None:
    code = boundary.run(lambda terminal: switch(terminal, Options(str(lab)), "se02.corp.contoso.com", True))
    assert code == Exit.REFUSED
    text = screen()
    assert "carla, dario, elena could not sign in any more" in text
    assert not (lab / "overrides.yml").exists()


def test_a_director_homes_nobody(lab: Path, screen: Screen) -> None:
    code = boundary.run(lambda terminal: switch(terminal, Options(str(lab)), "dir01", True))
    assert code == Exit.REFUSED
    assert "nobody signs in there for good" in screen()


def test_a_protected_lab_stays(lab: Path, screen: Screen) -> None:
    change(lab / "lab.yml", "protected: false", "protected: true")
    assert boundary.run(lambda terminal: teardown_lab(terminal, Options(str(lab)), yes=True)) == Exit.REFUSED
    assert "is protected" in screen()


def test_a_lab_that_could_not_be_built_again_is_not_taken_down_for_it(lab: Path, screen: Screen) -> None:
    use = "certificates: { hosts: [dc01, adfs01, adfs02, se01, se02, dir01, owa01, arr01]"
    change(lab / "lab.yml", use, f"{use}, variables: {{ source: pfx, pfx_file: own.pfx, pfx_password: own_pfx }}")
    assert boundary.run(lambda terminal: rebuild_lab(terminal, Options(str(lab)), yes=True)) == Exit.INVALID
    assert "own.pfx cannot be read" in screen()
    assert not (lab / ".passivelab" / "journal.jsonl").exists()


def test_a_locked_lab_names_who_works_on_it(lab: Path, screen: Screen) -> None:
    from passivelab.commands.building import build_lab

    with Lock(lab / ".passivelab" / "lock", "simulated", "build-lab"):
        assert boundary.run(lambda terminal: build_lab(terminal, Options(str(lab)))) == Exit.LOCKED
    assert "is in use by" in screen()


def test_an_unknown_host_is_a_mistake_of_usage(lab: Path, screen: Screen) -> None:
    assert boundary.run(lambda terminal: plan(terminal, Options(str(lab), limit=("arr99",)))) == Exit.USAGE
    assert "the lab has no host 'arr99'" in screen()


def test_programs_get_the_error_as_an_event(lab: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = Options(str(lab), limit=("arr99",))
    assert boundary.run(lambda terminal: plan(terminal, options), json=True) == Exit.USAGE
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line)["error"]["code"] == "usage"


def test_a_defect_leaves_a_report_and_no_traceback(
    tmp_path: Path, screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(boundary, "crashes", lambda: tmp_path)

    def body(terminal: Terminal) -> Exit:
        terminal.hide(lambda: ["s3cret-word"])
        raise ZeroDivisionError("s3cret-word")

    assert boundary.run(body) == Exit.DEFECT
    (report,) = tmp_path.iterdir()
    assert "ZeroDivisionError" in report.read_text("utf-8")
    text = screen()
    assert report.name in text
    assert "s3cret-word" not in text + report.read_text("utf-8")


def test_an_interruption_says_that_the_next_build_goes_on(screen: Screen) -> None:
    def body(terminal: Terminal) -> Exit:
        raise KeyboardInterrupt

    assert boundary.run(body) == Exit.INTERRUPTED
    assert "the next build goes on from there" in screen()


def test_status_ends_with_the_next_command(lab: Path, screen: Screen) -> None:
    assert boundary.run(lambda terminal: status(terminal, str(lab))) == Exit.FINE
    text = screen()
    assert "se01.corp.contoso.com" in text
    assert text.rstrip().splitlines()[-1].startswith("Next: invoke build-lab")
