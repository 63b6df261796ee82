"""How net.exe answers: done, or failed with one of its two kinds of messages."""

from __future__ import annotations

from winsim.interpreter.command import NativeCall

RULE = "-" * 79
HELP = {
    2182: "The requested service has already been started.",
    2185: "The service name is invalid.",
    2220: "The group name could not be found.",
    2221: "The user name could not be found.",
    2224: "The account already exists.",
    2245: "The password does not meet the password policy requirements. Check the minimum password length, password "
    "complexity and password history requirements.",
    2310: "This shared resource does not exist.",
}
SYSTEM = {
    5: "Access is denied.",
    1376: "The specified local group does not exist.",
    1377: "The specified account name is not a member of the group.",
    1378: "The specified account name is already a member of the group.",
    1379: "The specified local group already exists.",
}


class Failed(Exception):
    """``helped`` messages end with a hint at NET HELPMSG, the others begin with the system error."""

    def __init__(self, code: int, text: str = "", helped: bool = True) -> None:
        super().__init__(text)
        self.lines = [text or HELP.get(code, ""), "", f"More help is available by typing NET HELPMSG {code}.", ""]
        if not helped:
            self.lines = [f"System error {code} has occurred.", "", text or SYSTEM[code], ""]


def completed(call: NativeCall) -> int:
    call.world.touch()
    call.out("The command completed successfully.")
    call.out("")
    return 0


def need_administrator(call: NativeCall) -> None:
    if not call.session.identity.is_admin:
        raise Failed(5, helped=False)
