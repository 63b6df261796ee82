"""Files on the share of another machine: who reaches them, and with which words Windows refuses the others."""

from __future__ import annotations

import pytest

from tests.products.running import Answer, Lab
from winsim.interpreter.texts import to_text
from winsim.world.security import AccessEntry

ARR = "ARR01\\Administrator"
ROOT = r"\\192.168.50.10\drop"
PASSWORDS = {"CORP\\labadmin": "Build-The-Lab-2013", "CORP\\anna": "Rome-Signs-In-1", "CORP\\nobody": "x"}
NOT_MAPPED = "CouldNotMapNetworkDrive,Microsoft.PowerShell.Commands.NewPSDriveCommand"


@pytest.fixture
def files(lab: Lab) -> Lab:
    make = (
        r"$null = mkdir C:\Drop; Set-Content C:\Drop\one.txt 'one'; "
        r"$null = New-SmbShare -Name drop -Path C:\Drop -ReadAccess CORP\labadmin"
    )
    lab.run("dc01", make).good()
    return lab


def on_arr(lab: Lab, script: str, user: str = "CORP\\labadmin", password: str = "") -> Answer:
    """Runs it on the machine without a domain, with ``$c`` as the credential."""
    made = (
        f"$s = ConvertTo-SecureString '{password or PASSWORDS[user]}' -AsPlainText -Force; "
        f"$c = New-Object PSCredential '{user}', $s; "
    )
    return lab.run("arr01", made + script, user=ARR, delegated=False)


def failure(answer: Answer) -> tuple[str, str]:
    (error,) = answer.errors
    return to_text(error.full_id), to_text(error.exception.message)


MAP = f"$d = New-PSDrive -Name M -PSProvider FileSystem -Root {ROOT} -Credential $c -ErrorAction Continue; "


def test_a_file_is_copied_under_credentials_and_the_connection_ends_with_the_drive(files: Lab) -> None:
    script = (
        MAP + r"Copy-Item -LiteralPath M:\one.txt -Destination C:\copy.txt; Get-Content C:\copy.txt; "
        rf"Test-Path {ROOT}\one.txt; Remove-PSDrive -Name M; Test-Path {ROOT}\one.txt"
    )
    answer = on_arr(files, script)
    assert answer.texts == ["one", "True", "False"]
    assert failure(answer) == ("ItemExistsUnauthorizedAccessError,Microsoft.PowerShell.Commands.TestPathCommand",
                               "Access is denied")  # fmt: skip


def test_a_network_logon_reaches_no_share_of_another_machine(files: Lab) -> None:
    answer = on_arr(files, rf"Copy-Item {ROOT}\one.txt C:\copy.txt")
    assert failure(answer) == ("ItemExistsUnauthorizedAccessError,Microsoft.PowerShell.Commands.CopyItemCommand",
                               "Access is denied")  # fmt: skip
    drive = on_arr(files, f"New-PSDrive M FileSystem {ROOT}")
    assert failure(drive)[0] == "DriveRootError,Microsoft.PowerShell.Commands.NewPSDriveCommand"
    member = files.run("se01", rf"Test-Path {ROOT}\one.txt", user="CORP\\labadmin")
    assert member.good().texts == ["True"]  # with a second hop
    assert files.run("se01", rf"Test-Path {ROOT}\one.txt", user="CORP\\anna").ids[0].startswith("ItemExistsUnauth")


@pytest.mark.parametrize(
    ("user", "password", "root", "said"),
    [
        ("CORP\\labadmin", "wrong", ROOT, "The user name or password is incorrect"),
        ("CORP\\nobody", "", ROOT, "The user name or password is incorrect"),
        ("CORP\\anna", "", ROOT, "Access is denied"),
        ("CORP\\labadmin", "", r"\\192.168.50.10\other", "The network name cannot be found"),
        ("CORP\\labadmin", "", r"\\nowhere\drop", "The network path was not found"),
    ],
)
def test_a_connection_that_fails_says_why(files: Lab, user: str, password: str, root: str, said: str) -> None:
    answer = on_arr(files, MAP.replace(ROOT, root), user, password)
    assert failure(answer) == (NOT_MAPPED, said)


def test_one_server_is_connected_under_one_account(files: Lab) -> None:
    files.run("dc01", r"Grant-SmbShareAccess -Name drop -AccountName CORP\anna -AccessRight Read -Force").good()
    other = "$s = ConvertTo-SecureString 'Rome-Signs-In-1' -AsPlainText -Force; "
    other += "$c = New-Object PSCredential 'CORP\\anna', $s; "
    answer = on_arr(files, MAP + other + MAP.replace("-Name M", "-Name N"))
    assert failure(answer)[1].startswith("Multiple connections to a server")


def test_rights_on_the_file_count_as_well(files: Lab) -> None:
    folder = files.world.host("dc01").files.need(r"C:\Drop")
    folder.access.entries.append(AccessEntry("CORP\\labadmin", 0x1, allow=False, inheritance=2, propagation=2))
    answer = on_arr(files, MAP + r"Copy-Item M:\one.txt C:\copy.txt")
    assert failure(answer)[1] == "Access is denied"
    folder.access.entries.clear()
    folder.access.protected = True
    assert failure(on_arr(files, MAP))[0].startswith("DriveRootError")


def test_what_is_not_modelled_is_said(files: Lab) -> None:
    for script in (r"Remove-Item M:\one.txt", r"Set-Content M:\two.txt x"):
        outcome = on_arr(files, MAP + script).outcome
        assert outcome.state == "failed"
        assert "share" in str(outcome.error)
