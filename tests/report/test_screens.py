"""What people and programs see: golden screens of every kind of event and error."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from passivelab.blueprint.model import Key, Unknown
from passivelab.compare import ABSENT, Difference
from passivelab.engine.events import Planned, ProofFinished, RunStarted, Said, StepFinished, Summary
from passivelab.engine.plan import Change, Plan
from passivelab.errors import InventoryErrors, NotConverged, Place, Problem, StepFailed, Waiting
from passivelab.report import JsonLines, Lines, LogFiles, Mask, make_console, show_error

FARM = Key("adfs01", "adfs/farm")
RULE = Key("arr01", "reverse_proxy/rule[meet]")
PLAN = Plan(
    "simulated",
    (
        Change(FARM, "AD FS farm", "create", (Difference("HostName", "sts.contoso.com", ABSENT),), reboot=True),
        Change(
            RULE,
            "Rule for meet.contoso.com",
            "change",
            (Difference("Enabled", True, False), Difference("Thumbprint", Unknown(FARM, "Thumbprint"), "AB12")),
        ),
        Change(Key("arr01", "reverse_proxy/rule[old]"), "Rule of old", "remove", owned=True),
        Change(Key("arr01", "reverse_proxy/binding"), "Binding", "unknown", known_after=FARM),
        Change(Key("se01", "lync_pool/methods"), "Methods", "unchanged"),
    ),
)
SUMMARY = Summary("simulated", 5, 2, 1, 0, 1, False, {"arr01": 3}, {"arr01": 9}, 1.25)


def screen(*events: object, whole: bool = False) -> str:
    stream = io.StringIO()
    lines = Lines(make_console(stream), Mask(lambda: ["s3cret-word"]), whole_plan=whole)
    for event in events:
        lines(event)  # type: ignore[arg-type]
    return stream.getvalue()


def test_a_proof_says_over_what_the_hosts_were_read() -> None:
    reached = {"arr01": "https://10.0.0.10:5986/wsman", "se01": "http://192.168.50.31:5985/wsman"}
    text = screen(ProofFinished(True, 5, 0.5, reached=reached))
    assert "Proved: 5 steps read again over https 5986 and http 5985, no difference" in text


def test_a_plan_shows_every_property_and_counts_what_is_unchanged() -> None:
    assert screen(Planned(PLAN), whole=True) == (
        "adfs01\n"
        "  + adfs/farm  AD FS farm  (restarts the host)\n"
        "      HostName  'sts.contoso.com'\n"
        "\n"
        "arr01\n"
        "  ~ reverse_proxy/rule[meet]  Rule for meet.contoso.com\n"
        "      Enabled     false → true\n"
        "      Thumbprint  'AB12' → (known after adfs01 adfs/farm)\n"
        "  - reverse_proxy/rule[old]  Rule of old  (no longer wanted)\n"
        "  ? reverse_proxy/binding  Binding\n"
        "      known after adfs01 adfs/farm\n"
        "\n"
        "Plan: 1 to create, 1 to change, 1 to remove, 1 known later, 1 unchanged. Only --prune removes what "
        "is no longer wanted (1).\n"
    )


def test_a_long_list_shows_the_members_that_differ() -> None:
    agents = [f"Mozilla/5.0 (Windows NT 6.{number})" for number in range(4)]
    agents_differ = Difference("Agents", [*agents, "new"], [*agents, "old"])
    change = Change(FARM, "Agents", "change", (agents_differ, Difference("Z", agents, agents[::-1])))
    text = screen(Planned(Plan("simulated", (change,))), whole=True)
    assert "      Agents  (members)\n        - 'old'\n        + 'new'\n" in text
    assert "      Z       (members)\n          in another order\n" in text


def test_one_line_for_each_finished_step_and_a_summary() -> None:
    text = screen(
        RunStarted("build-lab", "simulated", 1, ("adfs01", "arr01"), 5),
        StepFinished(FARM, "AD FS farm", "changed", 1.2),
        StepFinished(RULE, "Rule", "skipped", 0.0, blocked_by=FARM),
        ProofFinished(False, 5, 0.5, {RULE: (Difference("Enabled", True, False),)}),
        SUMMARY,
    )
    assert text == (
        "build-lab simulated: 5 steps on 2 hosts\n"
        "● adfs01  adfs/farm  changed 1.2 s  AD FS farm\n"
        "· arr01   reverse_proxy/rule[meet]  not started  waits for adfs01 adfs/farm\n"
        "✖ Not proved\n"
        "  arr01 reverse_proxy/rule[meet]\n"
        "      Enabled  false → true\n"
        "simulated: 5 steps, 2 changed, 1 failed, 1 not started, not proved  in 1.2 s\n"
        "Round trips (requests/pipelines): arr01 9/3\n"
    )


def test_an_error_says_where_what_and_what_to_try(tmp_path: Path) -> None:
    template = tmp_path / "farm.ps1.j2"
    template.write_text("first\nInstall-AdfsFarm\n")
    error = StepFailed(
        step="adfs/farm",
        host="adfs01",
        phase="apply",
        reason="The password s3cret-word is wrong",
        error_id="Oops",
        place=Place(template, 2, 1),
        hint="try again",
    )
    stream = io.StringIO()
    show_error(make_console(stream), error, Mask(lambda: ["s3cret-word"]), "runs/0001/adfs01.log")
    assert stream.getvalue() == (
        "╷\n"
        "│ error[step-failed]: adfs01 adfs/farm: apply failed: The password ******** is wrong [Oops]\n"
        f"│  --> {template}:2:1\n"
        "│ 2 │ Install-AdfsFarm\n"
        "│   │ ^\n"
        "│   = try: try again\n"
        "│   = record: runs/0001/adfs01.log\n"
        "╵\n"
    )


def test_every_problem_of_an_inventory_is_shown() -> None:
    problems = (Problem("wrong-type", "not a number"), Problem("unknown-host", "no host x", hint="arr01?"))
    stream = io.StringIO()
    show_error(make_console(stream), InventoryErrors(problems), Mask())
    assert stream.getvalue().count("╷") == 2
    assert "= try: arr01?" in stream.getvalue()


def test_a_step_that_did_not_converge_lists_its_properties() -> None:
    error = NotConverged(step="a/b", host="arr01", differences=("Port: wanted 1, got 2",))
    stream = io.StringIO()
    show_error(make_console(stream), error, Mask())
    assert "│ error[not-converged]: arr01 a/b: still different after the change\n" in stream.getvalue()
    assert "│       Port: wanted 1, got 2\n" in stream.getvalue()


def test_the_summary_for_programs_has_exactly_these_members() -> None:
    stream = io.StringIO()
    JsonLines(stream, Mask())(SUMMARY)
    assert json.loads(stream.getvalue()) == {
        "event": "summary",
        "lab": "simulated",
        "steps": 5,
        "changed": 2,
        "failed": 1,
        "unreachable": 0,
        "proved": False,
        "pipelines": {"arr01": 3},
        "requests": {"arr01": 9},
        "seconds": 1.25,
    }


def test_programs_get_every_event_as_one_line_and_no_secret() -> None:
    stream = io.StringIO()
    lines = JsonLines(stream, Mask(lambda: ["s3cret-word"]))
    lines(Planned(PLAN))
    error = NotConverged(step="a/b", host="arr01", differences=("Password: wanted 's3cret-word'",))
    lines(StepFinished(FARM, "t", "failed", 0.1, (Difference("P", "s3cret-word", ABSENT),), error))
    plan, step = map(json.loads, stream.getvalue().splitlines())
    assert plan["plan"]["changes"][1]["differences"][0] == {"path": "Enabled", "wanted": True, "got": False}
    assert step["error"]["code"] == "not-converged"
    assert "s3cret-word" not in stream.getvalue()


def test_a_host_has_a_log_of_its_own_without_secrets(tmp_path: Path) -> None:
    logs = LogFiles(tmp_path, Mask(lambda: ["s3cret-word"]))
    logs(StepFinished(FARM, "t", "changed", 0.1, (Difference("Port", 1, 2), Difference("P", "s3cret-word", ABSENT))))
    logs.close()
    text = (tmp_path / "adfs01.log").read_text("utf-8")
    assert "adfs/farm: changed in 0.10 s" in text
    assert "Port: 2 -> 1" in text
    assert "s3cret-word" not in text


def test_no_color_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in screen(StepFinished(FARM, "t", "changed", 0.1))
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[3" not in screen(StepFinished(FARM, "t", "changed", 0.1))


def test_what_steps_say_is_shown_while_something_is_taken_away() -> None:
    words = Said(FARM, "output", "Removed from Active Directory: CN=DKM."), Said(FARM, "warning", "Restart it.")
    told = "  adfs01  adfs/farm: Removed from Active Directory: CN=DKM.\n"
    shown = screen(RunStarted("teardown-lab", "simulated", 1, ("adfs01",), 1), *words)
    assert told in shown and "Restart it" not in shown
    assert "CN=DKM" not in screen(RunStarted("build-lab", "simulated", 1, ("adfs01",), 1), *words)


def test_a_step_that_waits_for_somebody_says_so() -> None:
    key = Key("adfs01", "certificates/answer")
    error = Waiting(step=key.step, host=key.host, what="the certification authority: have public.csr signed")
    shown = screen(StepFinished(key, "The answer lies beside the request", "waiting", 0.0, error=error))
    assert "certificates/answer  waiting" in shown
    assert "waits for the certification authority: have public.csr signed" in shown
