"""WS-Management request by request: fault codes, time-outs, envelope sizes, repeated messages, life times."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Iterator

import pytest

from campaigns.recorded_requests import recorded
from campaigns.wire_client import Door, Link, Reply, post
from campaigns.wsman_requests import CMD, PLUGIN, Request, actions, envelope, receive, send, signal
from tests.endpoint.lab import PASSWORD, USER, ToyLab, ToyMachine
from winsim.endpoint.contracts import ServiceSettings
from winsim.endpoint.soap import ENUMERATION, SHELL, TRANSFER

CONFIG = "http://schemas.microsoft.com/wbem/wsman/1/config"


@pytest.fixture(scope="module")
def open_lab() -> Iterator[ToyLab]:
    settings = ServiceSettings(basic=True, allow_unencrypted=True, max_operation_timeout=0.4)
    with ToyLab(ToyMachine(settings)) as running:
        yield running


def ask(lab: ToyLab, body: bytes, user: str = USER) -> Reply:
    door = Door(lab.http, user, PASSWORD)
    with Link(door) as link:
        return link.ask(post(body, door.basic, close=True))


def code(reply: Reply) -> int:
    """The code of a fault; 0 for an answer."""
    found = re.search(rb'WSManFault [^>]*Code="(\d+)"', reply.body)
    assert (reply.status == 500) == (found is not None)
    return int(found.group(1)) if found else 0


def new_shell(lab: ToyLab, inner: str = "", options: str = "", shell: str = "") -> str:
    shell = shell or str(uuid.uuid4()).upper()
    body = f'<rsp:Shell ShellId="{shell}">{inner}</rsp:Shell>'
    assert code(ask(lab, envelope(f"{TRANSFER}/Create", body, resource=CMD, options=options))) == 0
    return shell


def start(lab: ToyLab, shell: str, line: str, command: str = "") -> str:
    command = command or str(uuid.uuid4()).upper()
    body = f'<rsp:CommandLine CommandId="{command}"><rsp:Command>{line}</rsp:Command></rsp:CommandLine>'
    assert code(ask(lab, envelope(f"{SHELL}/Command", body, shell, CMD))) == 0
    return command


def create(shell: str, inner: str = "", options: str = "", resource: str = CMD) -> bytes:
    body = f'<rsp:Shell ShellId="{shell}">{inner}</rsp:Shell>'
    return envelope(f"{TRANSFER}/Create", body, resource=resource, options=options)


NEW = "0A000000-0000-4000-8000-000000000001"
GONE = "0A000000-0000-4000-8000-00000000FFFF"
OPTIONS = '<w:OptionSet><w:Option Name="WINRS_CODEPAGE">12345</w:Option></w:OptionSet>'


@pytest.mark.parametrize(
    ("request_body", "expected"),
    [
        (b"<nonsense", 2150858817),
        (envelope("http://nothing/Such", ""), 2150858771),
        (envelope(f"{TRANSFER}/Get", "", resource=""), 2150858811),
        (envelope(f"{TRANSFER}/Get", "", resource="http://nothing/such"), 2150858752),
        (envelope(f"{TRANSFER}/Delete", ""), 2150858842),
        (envelope(f"{TRANSFER}/Delete", "", GONE), 2150858843),
        (envelope(f"{TRANSFER}/Get", "", resource=CONFIG).replace(b"MessageID", b"Message"), 2150858769),
        (envelope(f"{TRANSFER}/Get", "", resource=CONFIG).replace(b">153600<", b">100<"), 2150858878),
        (envelope(f"{TRANSFER}/Get", "", resource=CONFIG).replace(b"PT0.05S", b"PT-1S"), 2150858767),
        (create("no-guid"), 2150859221),
        (create(NEW, "<rsp:IdleTimeOut>PT1S</rsp:IdleTimeOut>"), 2150859250),
        (create(NEW, options=OPTIONS), 2150859072),
        (create(NEW, resource=f"{PLUGIN}NoSuch"), 2150858752),
        (receive("", GONE), 2150858843),
        (send(b"x", "", GONE), 2150858843),
        (signal("x", GONE, GONE), 2150858843),
        (envelope(f"{SHELL}/Reconnect", "", GONE), 2150858843),
    ],
)
def test_a_request_that_cannot_be_done_is_a_fault(open_lab: ToyLab, request_body: bytes, expected: int) -> None:
    reply = ask(open_lab, request_body)
    assert code(reply) == expected
    assert len(open_lab.endpoint.service.shells) == 0


def test_ids_are_used_once(open_lab: ToyLab) -> None:
    shell = new_shell(open_lab)
    assert code(ask(open_lab, create(shell))) == 2150859223
    command = start(open_lab, shell, "echo one")
    body = f'<rsp:CommandLine CommandId="{command}"><rsp:Command>echo two</rsp:Command></rsp:CommandLine>'
    assert code(ask(open_lab, envelope(f"{SHELL}/Command", body, shell, CMD))) == 2150859222
    assert code(ask(open_lab, envelope(f"{TRANSFER}/Delete", "", shell, CMD))) == 0
    assert code(ask(open_lab, envelope(f"{TRANSFER}/Delete", "", shell, CMD))) == 2150858843


def test_nobody_uses_the_shell_of_another_user(open_lab: ToyLab) -> None:
    shell = new_shell(open_lab)
    for body in (receive("", shell), envelope(f"{TRANSFER}/Delete", "", shell), envelope(f"{TRANSFER}/Get", "", shell)):
        assert code(ask(open_lab, body, "CORP\\guest")) == 5
    assert code(ask(open_lab, envelope(f"{TRANSFER}/Delete", "", shell))) == 0


def test_a_receive_without_output_times_out_as_it_says_or_as_the_service_allows(open_lab: ToyLab) -> None:
    shell = new_shell(open_lab)
    command = start(open_lab, shell, "powershell -Command wait 30")
    for text, least, most in ((b"PT0.05S", 0.05, 0.39), (b"PT60S", 0.4, 5)):
        started = time.monotonic()
        reply = ask(open_lab, receive(command, shell, resource=CMD).replace(b"PT0.05S", text))
        assert code(reply) == 2150858793
        assert least <= time.monotonic() - started < most
    ask(open_lab, envelope(f"{TRANSFER}/Delete", "", shell, CMD))


def test_a_message_that_is_sent_again_gets_the_same_answer(open_lab: ToyLab) -> None:
    shell = new_shell(open_lab)
    command = start(open_lab, shell, "echo precious")
    body = receive(command, shell, resource=CMD).replace(b"PT0.05S", b"PT5S")
    first, again = ask(open_lab, body), ask(open_lab, body)
    streams = [re.findall(rb"<rsp:Stream[^/]*", reply.body) for reply in (first, again)]
    assert streams[0] and streams[0] == streams[1]
    ask(open_lab, envelope(f"{TRANSFER}/Delete", "", shell, CMD))


def test_answers_keep_to_the_envelope_of_the_client(open_lab: ToyLab) -> None:
    shell = new_shell(open_lab)
    command = start(open_lab, shell, "powershell -Command big 100000")
    sizes = []
    for _ in range(40):
        reply = ask(open_lab, receive(command, shell, resource=CMD).replace(b">153600<", b">60000<"))
        if code(reply) == 0:
            sizes.append(len(reply.body))
        if b"CommandState/Done" in reply.body:
            break
    assert sum(sizes) > 130_000
    assert max(sizes) <= 60_000
    small = envelope(f"{TRANSFER}/Get", "", resource=CONFIG)
    assert code(ask(open_lab, small)) == 0
    for _ in range(8):
        new_shell(open_lab)
    everything = envelope(f"{ENUMERATION}/Enumerate", "", resource=SHELL)
    assert code(ask(open_lab, everything.replace(b">153600<", b">8192<"))) == 2150858824
    assert ask(open_lab, everything).body.count(b"<rsp:ShellId>") == 9

    async def forget() -> None:
        open_lab.endpoint.service.shells.remove_all()

    open_lab.call(forget())


def test_a_disconnected_shell_waits_for_its_client(open_lab: ToyLab) -> None:
    shell = new_shell(open_lab)
    assert code(ask(open_lab, envelope(f"{SHELL}/Disconnect", "<rsp:Disconnect/>", shell, CMD))) == 0
    assert code(ask(open_lab, receive("", shell, resource=CMD))) == 2150859204
    assert b"<rsp:State>Disconnected<" in ask(open_lab, envelope(f"{TRANSFER}/Get", "", shell, CMD)).body
    assert code(ask(open_lab, envelope(f"{SHELL}/Reconnect", "<rsp:Reconnect/>", shell, CMD))) == 0
    assert code(ask(open_lab, receive("", shell, resource=CMD))) == 87
    ask(open_lab, envelope(f"{TRANSFER}/Delete", "", shell, CMD))


def test_a_shell_that_nobody_uses_is_removed(open_lab: ToyLab) -> None:
    shell = new_shell(open_lab, "<rsp:IdleTimeOut>PT60S</rsp:IdleTimeOut>")
    busy = new_shell(open_lab, "<rsp:IdleTimeOut>PT60S</rsp:IdleTimeOut>")
    start(open_lab, busy, "powershell -Command wait 30")

    async def pass_time() -> None:
        shells = open_lab.endpoint.service.shells
        for one in shells.all():
            one.last_used -= 61
        shells.expire()

    open_lab.call(pass_time())
    assert code(ask(open_lab, envelope(f"{TRANSFER}/Get", "", shell, CMD))) == 2150858843
    assert code(ask(open_lab, envelope(f"{TRANSFER}/Get", "", busy, CMD))) == 0
    ask(open_lab, envelope(f"{TRANSFER}/Delete", "", busy, CMD))


def test_the_configuration_can_be_read(open_lab: ToyLab) -> None:
    told = ask(open_lab, envelope(f"{TRANSFER}/Get", "", resource=CONFIG)).body
    for element in (b"MaxEnvelopeSizekb>500", b"MaxTimeoutms>400", b"MaxShellsPerUser>30", b"MaxMemoryPerShellMB>1024",
                    b"CbtHardeningLevel>Relaxed", b"AllowUnencrypted>true"):  # fmt: skip
        assert element in told
    listeners = ask(open_lab, envelope(f"{ENUMERATION}/Enumerate", "", resource=f"{CONFIG}/listener")).body
    assert b"<cfg:Transport>HTTP</cfg:Transport>" in listeners
    assert code(ask(open_lab, envelope(f"{TRANSFER}/Get", "", resource=CONFIG), "CORP\\guest")) == 5


def test_every_action_around_a_pool_is_answered(open_lab: ToyLab) -> None:
    import random

    requests: list[Request] = actions(recorded()[0])(random.Random(3))
    answers = {request.label: code(ask(open_lab, request.body)) for request in requests}
    assert set(answers.values()) == {0}, answers
