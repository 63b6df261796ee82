"""An unmodified pypsrp against the endpoint: pools, pipelines, streams, host calls, secrets."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from pypsrp.complex_objects import ObjectMeta, PSInvocationState, RunspacePoolState
from pypsrp.exceptions import WSManFaultError
from pypsrp.host import PSHost, PSHostUserInterface
from pypsrp.powershell import PowerShell, RunspacePool
from pypsrp.wsman import WSMan

from tests.endpoint.conftest import connect
from tests.endpoint.lab import PASSWORD, USER, ToyLab, ToyMachine
from winsim.endpoint.contracts import ServiceSettings


def run(pool: RunspacePool, script: str, *, input: Any = None, **parameters: object) -> PowerShell:
    pipeline = PowerShell(pool)
    pipeline.add_script(script)
    if parameters:
        pipeline.add_parameters(parameters)
    pipeline.invoke(input)
    return pipeline


def test_a_pool_opens_as_on_server_2012_r2(pool: RunspacePool) -> None:
    assert pool.application_private_data is not None
    data = pool.application_private_data.data
    assert pool.protocol_version == "2.2"
    assert list(data["PSVersionTable"])[:3] == ["PSVersion", "PSCompatibleVersions", "BuildVersion"]
    assert data["PSVersionTable"]["PSRemotingProtocolVersion"] == "2.2"


def test_parameters_of_many_types_come_back(pool: RunspacePool) -> None:
    values = ["text\r\n<&>_x0041_ \U0001f600", 7, True, 1.5, ["a", 2], {"k": [1]}]
    pipeline = run(pool, "echo", **{f"p{number}": value for number, value in enumerate(values)})
    assert pipeline.output == values


def test_input_is_streamed_to_the_pipeline(pool: RunspacePool) -> None:
    assert run(pool, "input", input=["a", 1, {"k": "v"}]).output == ["a", 1, {"k": "v"}]


def test_all_streams_arrive_as_records(pool: RunspacePool) -> None:
    streams = run(pool, "streams").streams
    assert str(streams.error[0]) == "the error"
    assert streams.error[0].fq_error == "Toy"
    assert [str(streams.warning[0]), str(streams.verbose[0]), str(streams.debug[0])] == [
        "the warning",
        "the verbose text",
        "the debug text",
    ]
    assert (streams.progress[0].activity, streams.progress[0].percent_complete) == ("the activity", 40)


def test_a_failed_pipeline_says_why(pool: RunspacePool) -> None:
    pipeline = run(pool, "fail for a reason")
    assert pipeline.state == PSInvocationState.FAILED
    assert str(pipeline.streams.error[0]) == "for a reason"


def test_a_defect_of_the_engine_fails_the_pipeline_and_not_the_pool(pool: RunspacePool) -> None:
    assert "RuntimeError: a defect" in str(run(pool, "crash").streams.error[0])
    assert run(pool, "echo alive").output == ["alive"]


def test_variables_live_on_in_a_pool_of_one(pool: RunspacePool) -> None:
    run(pool, "set 5")
    assert run(pool, "get").output == ["5"]


def test_secrets_travel_encrypted_both_ways(pool: RunspacePool) -> None:
    pool.exchange_keys()
    secret = pool.serialize("schlüssel \U0001f511", ObjectMeta("SS"))
    assert run(pool, "secret", p=secret).output == ["secure:schlüssel \U0001f511"]
    assert run(pool, "give-secret geheim").output == ["geheim"]


def test_pipelines_of_a_larger_pool_run_at_once(wsman: WSMan) -> None:
    with RunspacePool(wsman, max_runspaces=3) as pool:
        pipelines = [PowerShell(pool).add_script("wait 60") for _ in range(3)]
        for pipeline in pipelines:
            pipeline.begin_invoke()
        assert pool.get_available_runspaces() == 0
        for pipeline in pipelines:
            pipeline.stop()
        assert run(pool, "echo free").output == ["free"]


def test_a_pool_of_one_runs_one_after_the_other(pool: RunspacePool) -> None:
    first, second = (PowerShell(pool).add_script(text) for text in ("wait 0.3", "echo second"))
    first.begin_invoke()
    second.begin_invoke()
    assert second.end_invoke() == ["second"]
    assert first.end_invoke() == []


def test_runspace_counts_can_be_changed(pool: RunspacePool) -> None:
    pool.max_runspaces = 4
    assert pool.get_available_runspaces() == 4


def test_stop_ends_a_waiting_pipeline(pool: RunspacePool) -> None:
    pipeline = PowerShell(pool).add_script("wait 30")
    pipeline.begin_invoke()
    pipeline.stop()
    assert pipeline.state == PSInvocationState.STOPPED
    assert run(pool, "echo next").output == ["next"]


def test_a_queued_pipeline_can_be_stopped(pool: RunspacePool) -> None:
    first, second = (PowerShell(pool).add_script(text) for text in ("wait 0.5", "echo never"))
    first.begin_invoke()
    second.begin_invoke()
    second.stop()
    first.end_invoke()
    assert run(pool, "echo next").output == ["next"]


def test_output_larger_than_an_envelope(pool: RunspacePool) -> None:
    assert run(pool, "big 3000000").output == ["x" * 3_000_000]
    assert run(pool, "many 3000").output == list(range(3000))


def test_a_script_larger_than_an_envelope(pool: RunspacePool) -> None:
    text = "y" * 1_500_000
    assert run(pool, f"echo {text}").output == [text]


def test_operation_timeouts_are_polled_over(lab: ToyLab) -> None:
    with connect(lab, operation_timeout=1) as connection, RunspacePool(connection) as pool:
        assert run(pool, "wait 1.5").state == PSInvocationState.COMPLETED


def test_host_calls_reach_the_client(wsman: WSMan) -> None:
    class UI(PSHostUserInterface):
        def PromptForChoice(self, runspace: object, pipeline: object, *arguments: object) -> int:
            return 1

        def ReadLine(self, runspace: object, pipeline: object) -> str:
            return "typed"

    ui = UI()
    host = PSHost(None, None, False, "toy", None, ui, "1.0")
    with RunspacePool(wsman, host=host) as pool:
        assert run(pool, "ask why").output == [1, "typed"]
        run(pool, "host to the screen")
        assert "to the screen" in "".join(ui.stdout)
        run(pool, "exit 3")
        assert host.rc == 3


def test_a_client_without_host_gets_no_prompts(pool: RunspacePool) -> None:
    assert str(run(pool, "ask why").streams.error[0]) == "no host"


def test_changes_are_durable_before_the_end_is_told(lab: ToyLab, pool: RunspacePool) -> None:
    before = lab.machine.settled
    run(pool, "echo 1")
    assert lab.machine.settled == before + 1


def test_disconnect_and_reconnect_keep_a_running_pipeline(pool: RunspacePool) -> None:
    pipeline = PowerShell(pool).add_script("wait 0.3")
    pipeline.add_statement()
    pipeline.add_script("echo done")
    pipeline.begin_invoke()
    pool.disconnect()
    pool.connect()
    pipeline.state = PSInvocationState.RUNNING
    assert pipeline.end_invoke() == ["done"]


def test_another_client_takes_a_disconnected_pool_over(lab: ToyLab, wsman: WSMan) -> None:
    pool = RunspacePool(wsman)
    pool.open()
    pipeline = PowerShell(pool).add_script("wait 0.5")
    pipeline.add_statement()
    pipeline.add_script("echo kept")
    pipeline.begin_invoke()
    pool.disconnect()
    with connect(lab) as other:
        found = next(p for p in RunspacePool.get_runspace_pools(other) if p.id == pool.id)
        [kept] = found.create_disconnected_power_shells()
        found.connect()
        assert kept.connect() == ["kept"]  # type: ignore[no-untyped-call]
        found.close()


def test_a_finished_or_unknown_command_is_a_fault(pool: RunspacePool) -> None:
    pipeline = run(pool, "echo 1")
    pipeline.close()
    with pytest.raises(WSManFaultError) as caught:
        pool.shell.receive("stdout", command_id=pipeline.id)
    assert caught.value.code == 2150858843


def test_an_unknown_shell_is_a_fault(lab: ToyLab, pool: RunspacePool) -> None:
    async def remove() -> None:
        lab.endpoint.service.shells.remove_all()

    lab.call(remove())
    with pytest.raises(WSManFaultError) as caught:
        run(pool, "echo 1")
    pool.state = RunspacePoolState.CLOSED
    assert caught.value.code == 2150858843
    assert caught.value.provider == "Shell provider"


def test_the_quota_of_shells_is_enforced() -> None:
    with ToyLab(ToyMachine(ServiceSettings(max_shells_per_user=2))) as lab, connect(lab) as connection:
        pools = [RunspacePool(connection) for _ in range(3)]
        pools[0].open()
        pools[1].open()
        with pytest.raises(WSManFaultError) as caught:
            pools[2].open()
        assert caught.value.code == 2150859173
        pools[0].close()
        pools[2] = RunspacePool(connection)
        pools[2].open()
        pools[1].close()
        pools[2].close()


def test_the_quota_of_commands_counts_those_not_closed() -> None:
    machine = ToyMachine(ServiceSettings(max_commands_per_shell=2))
    with ToyLab(machine) as lab, connect(lab) as connection, RunspacePool(connection) as pool:
        first = run(pool, "echo 1")
        run(pool, "echo 2")
        with pytest.raises(WSManFaultError) as caught:
            run(pool, "echo 3")
        assert caught.value.code == 2150859241
        first.close()
        assert run(pool, "echo 4").output == ["4"]


def test_who_is_no_administrator_gets_no_shell(lab: ToyLab) -> None:
    with connect(lab, username="CORP\\guest") as connection, pytest.raises(WSManFaultError) as caught:
        RunspacePool(connection).open()
    assert caught.value.code == 5


def test_an_unknown_configuration_is_refused(wsman: WSMan) -> None:
    with pytest.raises(WSManFaultError) as caught:
        RunspacePool(wsman, configuration_name="nosuch").open()
    assert caught.value.code == 2150858752


def test_a_configuration_with_run_as_has_a_second_hop(wsman: WSMan) -> None:
    with RunspacePool(wsman, configuration_name="delegated") as pool:
        assert run(pool, "identity").output == ["CORP\\runas", True]


def test_a_network_log_on_has_no_second_hop(pool: RunspacePool) -> None:
    assert run(pool, "identity").output == [USER, False]


def test_the_configuration_tells_its_limits(wsman: WSMan) -> None:
    before = wsman.max_payload_size
    wsman.update_max_payload_size()
    assert wsman.max_envelope_size == 512000
    assert wsman.max_payload_size > before


def test_a_pool_knows_whether_it_is_alive(lab: ToyLab, pool: RunspacePool) -> None:
    assert pool.is_alive()


def test_threads_with_connections_of_their_own(lab: ToyLab) -> None:
    answers: list[object] = []

    def work(number: int) -> None:
        with connect(lab, password=PASSWORD) as connection, RunspacePool(connection) as pool:
            answers.extend(run(pool, f"echo {number}").output)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers, key=str) == [str(number) for number in range(6)]
