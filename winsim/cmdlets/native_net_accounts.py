"""net.exe user and localgroup."""

from __future__ import annotations

import re

from winsim.cmdlets.account_names import mapped
from winsim.cmdlets.native_arguments import Arguments, Unknown, told_apart
from winsim.cmdlets.native_net_answers import RULE, Failed, completed, need_administrator
from winsim.interpreter.command import NativeCall, NotBuilt
from winsim.world.accounts import LocalGroup

# users --------------------------------------------------------------------------------------------------------------


def user(call: NativeCall, words: list[str]) -> int:
    """[name [password] [/add | /delete] [/active:yes|no] [/comment:text]] of this machine."""
    given = told_apart(
        words, ("add", "delete"), colon=("active", "comment"), signs="/", program="net user",
        unbuilt=("domain", "random", "expires", "fullname", "passwordchg", "passwordreq", "times", "usercomment",
                 "workstations", "homedir", "profilepath", "scriptpath", "logonpasswordchg", "countrycode"),
    )  # fmt: skip
    if call.host.is_domain_controller:
        raise NotBuilt("net user on a controller")
    if not given.words:
        names = sorted((one.name for one in call.host.accounts.users.values()), key=str.lower)
        _listed(call, "User accounts for", names)
        return completed(call)
    if len(given.words) > 2 or {"add", "delete"} <= set(given.switches):
        raise Unknown(words[-1])
    name, password = given.words[0], given.words[1] if len(given.words) > 1 else None
    if password == "*" or given.get("active", "yes").lower() not in ("yes", "no"):
        raise NotBuilt(f"net user {' '.join(words)}")
    present = call.host.accounts.user(name)
    if not given.switches and password is None:
        if present is None:
            raise Failed(2221)
        raise NotBuilt("net user of one account: its report")
    need_administrator(call)
    _change_user(call, given, name, password)
    return completed(call)


def _change_user(call: NativeCall, given: Arguments, name: str, password: str | None) -> None:
    accounts = call.host.accounts
    present = accounts.user(name)
    if "add" in given:
        if present is not None:
            raise Failed(2224)
        _check_password(password or "")
        present = accounts.add_user(name, password or "")
        accounts.add_member("Users", name)
    elif present is None:
        raise Failed(2221)
    elif "delete" in given:
        if password is not None or len(given.switches) > 1:
            raise Unknown("delete")
        if present.rid in (500, 501):
            raise Failed(1371, "Cannot perform this operation on built-in accounts.", helped=False)
        del accounts.users[name.lower()]
        for one in accounts.groups.values():
            one.members = [member for member in one.members if member.lower() != name.lower()]
        return
    elif password is not None:
        _check_password(password)
        present.password = password
    if "active" in given:
        present.enabled = given.get("active").lower() == "yes"
    if "comment" in given:
        present.description = given.get("comment")


def _check_password(password: str) -> None:
    """Complexity: three of four kinds of characters, six at least."""
    kinds = sum(bool(re.search(pattern, password)) for pattern in ("[a-z]", "[A-Z]", "[0-9]", "[^a-zA-Z0-9]"))
    if kinds < 3 or len(password) < 6:
        raise Failed(2245)


def _listed(call: NativeCall, title: str, names: list[str]) -> None:
    call.out("")
    call.out(f"{title} \\\\{call.host.name}")
    call.out("")
    call.out(RULE)
    for index in range(0, len(names), 3):
        call.out("".join(f"{name:<25}" for name in names[index : index + 3]))


# groups -------------------------------------------------------------------------------------------------------------


def group(call: NativeCall, words: list[str]) -> int:
    """[name [/add | /delete] [/comment:text]], or name with members and /add or /delete."""
    given = told_apart(
        words, ("add", "delete"), colon=("comment",), unbuilt=("domain",), signs="/", program="net localgroup"
    )
    accounts = call.host.accounts
    if not given.words:
        if given.switches:
            raise Unknown(words[0])
        call.out("")
        call.out(f"Aliases for \\\\{call.host.name}")
        call.out("")
        call.out(RULE)
        for name in sorted((one.name for one in accounts.groups.values()), key=str.lower):
            call.out(f"*{name}")
        return completed(call)
    name, *members = given.words
    verbs = {"add", "delete"} & set(given.switches)
    found = accounts.group(name)
    if len(verbs) > 1 or (members and not verbs) or ("comment" in given and (members or "delete" in given)):
        raise Unknown(words[-1])
    if not given.switches:
        if found is None:
            raise Failed(1376, helped=False)
        return _show_group(call, found)
    need_administrator(call)
    if members:
        if found is None:
            raise Failed(1376, helped=False)
        _change_members(call, found, members, "add" in verbs)
    else:
        _change_group(call, given, name, found)
    return completed(call)


def _show_group(call: NativeCall, found: LocalGroup) -> int:
    call.out(f"Alias name     {found.name}")
    call.out(f"Comment        {found.description}".rstrip())
    call.out("")
    call.out("Members")
    call.out("")
    call.out(RULE)
    for member in sorted(found.members, key=str.lower):
        call.out(member)
    return completed(call)


def _change_group(call: NativeCall, given: Arguments, name: str, found: LocalGroup | None) -> None:
    groups = call.host.accounts.groups
    if "add" in given:
        if found is not None:
            raise Failed(1379, helped=False)
        accounts = call.host.accounts
        rid, accounts.next_rid = accounts.next_rid, accounts.next_rid + 1
        found = groups.setdefault(name.lower(), LocalGroup(name, f"{call.host.machine_sid}-{rid}"))
    elif found is None:
        raise Failed(1376, helped=False)
    elif "delete" in given:
        if found.sid.startswith("S-1-5-32-"):
            raise Failed(1371, "Cannot perform this operation on built-in accounts.", helped=False)
        del groups[name.lower()]
    if "comment" in given:
        found.description = given.get("comment")


def _change_members(call: NativeCall, found: LocalGroup, members: list[str], adding: bool) -> None:
    own = f"{call.host.name}\\".lower()
    names = []
    for member in members:
        full = mapped(call.world, call.host, member)
        if full is None:
            raise Failed(3783, f"There is no such global user or group: {member}.")
        names.append(full.rpartition("\\")[2] if full.lower().startswith(own) else full)
    for name in names:
        present = name.lower() in (one.lower() for one in found.members)
        if present is adding:
            raise Failed(1378 if adding else 1377, helped=False)
        if adding:
            call.host.accounts.add_member(found.name, name)
        else:
            found.members = [one for one in found.members if one.lower() != name.lower()]
