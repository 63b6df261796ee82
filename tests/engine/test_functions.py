"""The functions that run steps, in PowerShell: steps of one pipeline are kept apart, values come back plain."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passivelab.engine.script import Answer, Request, ask
from tests.engine.local import LocalSession

LONG = st.integers(-(2**63), 2**63 - 1)
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
PLAIN = st.recursive(
    st.none() | st.booleans() | LONG | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", min_size=1), inner, max_size=3),
    max_leaves=6,
)


@pytest.fixture(scope="module")
def session() -> LocalSession:
    return LocalSession()


def read(session: LocalSession, *scripts: str, **more: object) -> list[Answer]:
    requests = [Request(str(number), "current", script, **more) for number, script in enumerate(scripts)]  # type: ignore[arg-type]
    answers = ask(session, requests, 30)
    return [answers[str(number)] for number in range(len(scripts))]


@settings(max_examples=40)
@given(st.dictionaries(st.text("abcdef", min_size=1), PLAIN, max_size=3))
def test_plain_values_survive_the_way_to_the_host_and_back(session: LocalSession, value: dict[str, object]) -> None:
    (answer,) = read(session, "$Desired", desired=value)
    assert (answer.state, answer.value) == ("present", value)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("[int]5", 5),
        ("[byte]5", 5),
        ("3.0", 3),
        ("1.5", "1.5"),
        ("[System.DayOfWeek]::Monday", "Monday"),
        ("[version]'1.2'", "1.2"),
        ("[guid]'5d89a20c-beab-4389-9447-324788eb944a'", "5d89a20c-beab-4389-9447-324788eb944a"),
        ("[timespan]'00:16:00'", "00:16:00"),
        ("@(1)", [1]),
        ("@()", []),
        ("@(@(1, 2), 'x')", [[1, 2], "x"]),
        ("@{ a = $null; b = @{ c = $true } }", {"a": None, "b": {"c": True}}),
        ("(New-Object -TypeName PSObject -Property @{ a = 1 })", {"a": 1}),
        ("[char]'x'", "x"),
    ],
)
def test_values_come_back_plain(session: LocalSession, expression: str, value: object) -> None:
    (answer,) = read(session, f"@{{ Value = {expression} }}")
    assert answer.fault is None
    assert answer.value == {"Value": value}


def test_nothing_and_null_are_absent(session: LocalSession) -> None:
    assert [answer.state for answer in read(session, "", "$null", "return", "if ($false) { @{} }")] == ["absent"] * 4


def test_stray_output_is_an_error_that_shows_it(session: LocalSession) -> None:
    (answer,) = read(session, "'stray'; @{ a = 1 }")
    assert answer.fault is not None
    assert answer.fault.id == "StrayOutput"
    assert "stray" in answer.fault.message


def test_steps_do_not_reach_each_other(session: LocalSession) -> None:
    answers = read(
        session,
        "$leak = 1; Set-StrictMode -Version Latest; $ErrorActionPreference = 'Continue'; @{ a = 1 }",
        "break",
        "foreach ($x in 1, 2) { continue }; continue",
        "return @{ a = 2 }",
        "throw 'broken'",
        "@{ Leak = (Test-Path -Path variable:leak); Preference = $ErrorActionPreference }",
    )
    assert [answer.state for answer in answers] == ["present", "absent", "absent", "present", "failed", "present"]
    assert answers[4].fault is not None
    assert answers[4].fault.message == "broken"
    assert answers[5].value == {"Leak": False, "Preference": "Stop"}


def test_a_parse_error_is_the_failure_of_its_step(session: LocalSession) -> None:
    bad, good = read(session, "@{ a = ", "@{ a = 1 }")
    assert bad.state == "failed"
    assert good.value == {"a": 1}


def test_exit_ends_the_pipeline_and_is_the_failure_of_its_step_alone(session: LocalSession) -> None:
    answers = read(session, "@{ a = 1 }", "exit 3", "@{ a = 2 }")
    assert [answer.state for answer in answers] == ["present", "failed", "present"]


def test_an_error_tells_its_place_in_the_block(session: LocalSession) -> None:
    (answer,) = read(session, "$a = 1\n\nGet-Item -Path 'C:\\no such thing'")
    assert answer.fault is not None
    assert answer.fault.id.startswith("PathNotFound")
    assert answer.fault.line == 3


def test_secrets_are_there_for_apply_and_never_for_current(session: LocalSession) -> None:
    requests = [Request("a", "apply", "$Secrets.ContainsKey('Word')"), Request("b", "current", "@{ S = $Secrets }")]
    answers = ask(session, requests, 30, {"Word": "hidden"})
    assert answers["a"].output == ("True",)
    assert answers["b"].value == {"S": None}


def test_apply_sees_all_values(session: LocalSession) -> None:
    script = '"$($Desired.a) $($Current -eq $null) $($Needs.Thumbprint) $($Before.x[1])"'
    request = Request("a", "apply", script, {"a": 1}, None, {"Thumbprint": "AB"}, {"x": [1, 2]})
    assert ask(session, [request], 30)["a"].output == ("1 True AB 2",)


def test_without_batches_each_request_is_a_script() -> None:
    session = LocalSession(batches=False)
    read(session, "@{}", "@{}", "@{}")
    assert session.statistics.pipelines == 3
