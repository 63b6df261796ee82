"""pywinrm and pypsrp's WinRS against the endpoint: processes, streams, exit codes, code pages; cmd.exe's language."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator

import pytest
import winrm
from hypothesis import given, settings
from hypothesis import strategies as st
from pypsrp.exceptions import WSManFaultError
from pypsrp.shell import Process, SignalCode, WinRS
from pypsrp.wsman import WSMan

from tests.endpoint.lab import PASSWORD, USER, ToyLab
from winsim.endpoint.winrs import powershell
from winsim.endpoint.winrs.command_line import NotUnderstood, expand, parse, split_words
from winsim.endpoint.winrs.powershell import BadCommandLine
from winsim.endpoint.winrs.streams import StandardInput


@pytest.fixture
def session(lab: ToyLab) -> winrm.Session:
    url = f"http://127.0.0.1:{lab.http}/wsman"
    return winrm.Session(url, auth=(USER, PASSWORD), transport="ntlm", ca_trust_path=None)


@pytest.fixture
def shell(wsman: WSMan) -> Iterator[WinRS]:
    with WinRS(wsman) as opened:
        yield opened


def test_run_cmd(session: winrm.Session) -> None:
    answer = session.run_cmd("whoami")
    assert (answer.status_code, answer.std_out, answer.std_err) == (0, b"corp\\administrator\r\n", b"")


def test_run_ps(session: winrm.Session) -> None:
    answer = session.run_ps("echo hello from the script")
    assert (answer.status_code, answer.std_out) == (0, b"hello from the script\r\n")


def test_an_exit_code(session: winrm.Session) -> None:
    assert session.run_ps("exit 7").status_code == 7
    assert session.run_cmd("exit 5").status_code == 5


def test_errors_of_an_encoded_command_are_clixml(session: winrm.Session) -> None:
    answer = session.run_ps("streams")
    assert answer.std_err.startswith(b"the error")  # pywinrm takes it out of the CLIXML


@pytest.mark.parametrize(
    ("line", "output", "code"),
    [
        ("echo a  b", "a  b\r\n", 0),
        ("echo first&& echo second", "first\r\nsecond\r\n", 0),
        ("nosuch || echo other", "other\r\n", 0),
        ("nosuch && echo never", "", 1),
        ("echo one & echo two", "one \r\ntwo\r\n", 0),
        ('echo "a & b"', '"a & b"\r\n', 0),
        ("echo a ^& b", "a & b\r\n", 0),
        ("echo %OS%", "Windows_NT\r\n", 0),
        ("set ZZ=5&& set ZZ", "ZZ=5\r\n", 0),
        ("echo hidden > nul", "", 0),
        ("ver", "\r\nMicrosoft Windows [Version 6.3.9600]\r\n", 0),
        ("cmd /c echo inner", "inner\r\n", 0),
        ("rem nothing", "", 0),
        ("exit 3 & echo never", "", 3),
        ("chcp", "Active code page: 437\r\n", 0),
        ("chcp 65001 > nul & echo \u20ac", "\u20ac\r\n", 0),
        ("chcp 99999", "", 1),
        ("for %i in (1) do echo x", "", 1),
    ],
)
def test_command_lines(shell: WinRS, line: str, output: str, code: int) -> None:
    process = Process(shell, line)
    process.invoke()
    assert (process.stdout.decode(), process.rc) == (output, code)


@pytest.mark.parametrize("words", [["-File", "C:\\nosuch.ps1"], ["-nonsense"], ["-enc", "%"]])
def test_arguments_that_powershell_cannot_use(shell: WinRS, words: list[str]) -> None:
    process = Process(shell, "powershell", words)
    process.invoke()
    assert process.rc == 0xFFFD0000
    assert process.stderr


def test_standard_error_can_be_joined(shell: WinRS) -> None:
    process = Process(shell, "nosuch 2>&1")
    process.invoke()
    assert process.stdout.startswith(b"'nosuch' is not recognized as an internal or external command,\r\n")
    assert process.stderr == b""


def test_standard_input_reaches_powershell(shell: WinRS) -> None:
    process = Process(shell, "powershell", ["-Command", "stdin"])
    process.begin_invoke()
    process.send("first, ".encode("cp437"), end=False)
    process.send("sécond".encode("cp437"), end=True)
    process.end_invoke()
    assert process.stdout.decode("cp437") == "got first, sécond\r\n"


def test_a_script_on_standard_input(shell: WinRS) -> None:
    process = Process(shell, "powershell", ["-NoProfile", "-"])
    process.begin_invoke()
    process.send(b"echo from input", end=True)
    process.end_invoke()
    assert process.stdout == b"from input\r\n"


def test_code_page_65001(wsman: WSMan) -> None:
    with WinRS(wsman, codepage=65001) as shell:
        process = Process(shell, "echo \u20ac \U0001f600")
        process.invoke()
        assert process.stdout.decode() == "\u20ac \U0001f600\r\n"


def test_environment_of_the_shell(wsman: WSMan) -> None:
    with WinRS(wsman, environment={"Colour": "blue"}, working_directory="C:\\Temp") as shell:
        process = Process(shell, "echo %colour% %CD%")
        process.invoke()
        assert process.stdout == b"blue C:\\Temp\r\n"


def test_a_process_can_be_interrupted(shell: WinRS) -> None:
    process = Process(shell, "powershell", ["-Command", "wait 30"])
    process.begin_invoke()
    time.sleep(0.1)
    process.signal(SignalCode.CTRL_C)
    process.end_invoke()
    assert process.rc == 0xC000013A


def test_a_command_line_has_8191_characters_at_most(shell: WinRS) -> None:
    process = Process(shell, "echo " + "x" * 8186)
    process.invoke()
    assert process.rc == 0
    process = Process(shell, "echo " + "x" * 8187)
    process.invoke()
    assert (process.rc, process.stderr) == (1, b"The command line is too long.\r\n")


def test_receive_without_a_command_is_a_fault(shell: WinRS) -> None:
    with pytest.raises(WSManFaultError) as caught:
        shell.receive()
    assert caught.value.code == 87


def test_an_unknown_code_page_is_refused(wsman: WSMan) -> None:
    with pytest.raises(WSManFaultError):
        WinRS(wsman, codepage=12345).open()


def test_the_parameters_of_powershell_can_be_shortened() -> None:
    script = base64.b64encode("'x'".encode("utf-16-le")).decode()
    for name in ("-EncodedCommand", "-enc", "/e", "-ec", "-encoded"):
        assert powershell.parse(["-NoP", "-NonI", "-Exec", "Bypass", name, script]).script == "'x'"
    assert powershell.parse(["Get-Date", "-Year", "1"]).script == "Get-Date -Year 1"
    file = powershell.parse(["-File", "a.ps1", "-X", "1", "-Y:2", "z"])
    assert file.parameters == (("X", "1"), ("Y", "2"), (None, "z"))
    for wrong in (["-enc", "%"], ["-enc"], ["-nonsense"], ["-ExecutionPolicy"]):
        with pytest.raises(BadCommandLine):
            powershell.parse(wrong)


@settings(max_examples=200)
@given(st.text(st.sampled_from(list('ab "^&|<>%12()')), max_size=30))
def test_any_command_line_parses_or_is_refused(line: str) -> None:
    try:
        commands = parse(expand(line, lambda name: None))
    except NotUnderstood:
        return
    assert all(isinstance(word, str) for command in commands for word in command.words)


@settings(max_examples=100)
@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters='"\r\n'), min_size=1), min_size=1, max_size=5))
def test_quoted_words_come_back(words: list[str]) -> None:
    assert split_words(" ".join(f'"{word}"' for word in words)) == words


@settings(max_examples=50)
@given(st.text(max_size=50), st.integers(1, 5))
def test_standard_input_survives_any_cutting(text: str, size: int) -> None:
    text = text.encode("utf-8", "ignore").decode()
    source, data = StandardInput("utf-8"), text.encode()
    for offset in range(0, len(data), size):
        source.put(data[offset : offset + size], end=False)
    source.put(b"", end=True)
    assert source.read_to_end() == text
