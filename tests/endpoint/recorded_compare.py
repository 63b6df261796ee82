"""Compares the answers to a recorded conversation with the recorded ones.

What is compared is the structure: message names in order per pipeline, and per message elements, names, order, type
names and texts. What the version of the recorded server, its operating system or its .NET decide is made equal first.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Final
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

Message = dict[str, Any]

# Rules: what the README of the recordings says to be different on Server 2012 R2 is made equal before comparing. Each
# rule names its part of that README ("2012 R2": its last section; "compare": its section on comparing).

_ASSEMBLY = re.compile(r", [\w.]+, Version=[\d.]+, Culture=neutral, PublicKeyToken=[0-9a-f]+")
# Left out in both. compare, 3: StackTrace, TargetSite, Source, HResult, Data, User, Computer. 2012 R2: no Statement,
# no ErrorDetails_ScriptStackTrace, writeErrorStream first. The rest: line ends and cut lines (PositionMessage), ids.
_IGNORED: Final = frozenset(
    {"StackTrace", "TargetSite", "Source", "HResult", "Data", "User", "Computer", "Statement", "writeErrorStream",
     "ErrorDetails_ScriptStackTrace", "PSMessageDetails", "HistoryId", "InvocationInfo_HistoryId", "HelpUri",
     "DisplayScriptPosition", "PositionMessage", "InstanceId",
     # "DateTimeOffset without Microsecond, Nanosecond and TotalOffsetMinutes"; the zone of the recorded machine
     "Microsecond", "Nanosecond", "TotalOffsetMinutes", "LocalDateTime",
     # "records merged into output have a note as first property": not in the recorded version
     "WriteDebugStream", "WriteVerboseStream", "WriteWarningStream",
     "PSEventArgs.TimeGenerated", "PSEventArgs.RunspaceId",
     # Members that came after .NET Framework 4.5 and PowerShell 4.0 ("objects have the properties of .NET Framework";
     # "small differences in the header fields" of format objects).
     "repeatHeader", "HeaderMatchesProperty", "StandardDeviation", "IsIPv6UniqueLocal", "DebuggerEnabled"}
)  # fmt: skip


# 2012 R2: texts of .NET Framework and of PowerShell 4.0 for those of the recorded server; places of its machine.
_TEXTS: Final = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        # "ArgumentException says 'Parameter name: x' on a line of its own"
        (r" \(Parameter '(\w+)'\)", r"_x000A_Parameter name: \1"),
        # "conversions say 'Input string was not in a correct format.'"
        (r"The input string '[^']*' was not in a correct format\.", "Input string was not in a correct format."),
        # "the message of an unknown command speaks of 'the name of a cmdlet, ... or operable program'"
        (
            r"as a name of a cmdlet, function, script file, or executable program\._x000A_",
            "as the name of a cmdlet, function, script file, or operable program. ",
        ),
        # compare, 3: free text of messages; the console is Windows PowerShell's here
        (
            r"such as the PowerShell Console, and remove prompt-related commands from command types that do not "
            r"support user interaction\.",
            "such as the Windows PowerShell Console or Windows PowerShell ISE, and remove prompt-related commands from "
            "command types that do not support user interaction, such as Windows PowerShell workflows.",
        ),
        # .NET 10 puts a narrow space before AM and PM
        ("\u202f", " "),
        (r"Generic\.StringEqualityComparer", "Generic.GenericEqualityComparer`1[System.String]"),
        (
            r"(Unable to find type \[[^\]]*\]\.)(?! Make)",
            r"\1 Make sure that the assembly that contains this type is loaded.",
        ),
        # a type that .NET Framework does not have
        (r"\+ASCIIEncodingSealed", ""),
        # files of another operating system
        (r"/usr(?!\w)", r"C:\\usr"),
        (r"/home/user/(\w+)", r"C:\\Users\\Administrator\\\1"),
        (r"/no/such/(\w+)", r"C:\\no\\such\\\1"),
        (r"/no/such(?!\w)", r"C:\\no\\such"),
    )
)
# 2012 R2: "double and single have the text of .NET Framework"; the version of the engine that $Host tells.
_VALUES: Final = {
    ("Db", "5E-324"): "4.94065645841247E-324",
    ("Sg", "3.4028235E+38"): "3.40282347E+38",
    ("Version", "7.6.5"): "4.0",
}


# "objects have the properties of .NET Framework", which declares those of these types in another order.
_OF_ANOTHER_ORDER: Final = frozenset({"System.UriBuilder", "System.Net.IPAddress"})


_ZONE = re.compile(r"[+-]\d\d:\d\d\Z")  # the recorded machine stood in Europe/Berlin
_EXPLICIT: Final = frozenset({"Capacity", "IsReadOnly", "SyncRoot", "IsSynchronized"})


def canon(text: str) -> Any:
    """A message as nested lists: references by path, dictionary entries sorted, what versions decide left out."""
    if not text or 'N="ApplicationPrivateData"' in text:
        return text[:30]  # what it holds is told for Server 2012 R2 elsewhere
    text = re.sub(r'(N="protocolversion">)2\.[34]<', r"\g<1>2.2<", text)
    root = ElementTree.fromstring(re.sub(r"&#x[0-9A-Fa-f]+;", "?", text))
    return _Canon().walk(root, "")


def _is_whole(text: str) -> bool:
    try:
        canon(text)
    except ElementTree.ParseError:
        return False
    return True


class _Canon:
    def __init__(self) -> None:
        self._types: dict[str, list[str]] = {}
        self._objects: dict[str, str] = {}

    def walk(self, item: Element, path: str) -> Any:
        found: dict[str, Any] = {"tag": "TN" if item.tag == "TNRef" else item.tag}
        if "N" in item.attrib:
            found["N"] = item.attrib["N"]
        if item.tag == "Ref":
            return {**found, "to": self._objects.get(item.attrib["RefId"], "?")}
        if item.tag in ("TN", "TNRef"):
            return {**found, "types": self._type_names(item)}
        if item.tag == "Obj" and "RefId" in item.attrib:
            self._objects[item.attrib["RefId"]] = path
        of_exception = item.tag == "Props" and any("Exception" in name for name in self._latest)
        children = []
        for child in item:
            label = f"{path}/{child.tag}:{child.attrib.get('N', '')}"
            walked = self.walk(child, label)
            if child.attrib.get("N") not in _IGNORED:
                children.append(walked)
        if item.tag == "DCT":
            children.sort(key=lambda child: json.dumps(child, sort_keys=True))
        # 2012 R2: the properties of System.Exception come in another order
        if of_exception or (item.tag == "Props" and _OF_ANOTHER_ORDER.intersection(self._latest)):
            children.sort(key=lambda child: str(child.get("N")))
        if any(child["tag"] == "IE" for child in children):
            # "HashSet without Capacity"; and the adapter of 4.0 shows no members of explicit interfaces
            for child in children:
                inner = [member for member in child.get("children", ()) if member.get("N") not in _EXPLICIT]
                child.update({"children": inner} if child["tag"] == "Props" else {})
            children = [child for child in children if child["tag"] != "Props" or child["children"]]
        if children:
            found["children"] = children
        elif item.text:
            shown = _ZONE.sub("local", item.text) if item.tag == "DT" else item.text
            found["text"] = _VALUES.get((item.tag, shown)) or _plain(shown)
        return found

    _latest: tuple[str, ...] = ()

    def _type_names(self, item: Element) -> list[str]:
        if item.tag == "TN":
            names = [_plain(name.text or "") for name in item]
            self._types[item.attrib["RefId"]] = names
        names = self._types.get(item.attrib["RefId"], ["?"])
        self._latest = tuple(names)
        return names


_NEWER_STATEMENT = re.compile(r"; Write-Information [^;}_]*|; Write-Host 'gone' 6>\$null")
_NEW = re.compile(r"\[([\w.]+)\]::new\(")


def reworded(script: str) -> str:
    """A script without what came with PowerShell 5: ``[type]::new``, Write-Information, ``6>``."""
    script = _NEWER_STATEMENT.sub("", script)
    while found := _NEW.search(script):
        depth, end = 1, found.end()
        while depth and end < len(script):
            depth += {"(": 1, ")": -1}.get(script[end], 0)
            end += 1
        arguments = script[found.end() : end - 1]
        made = f"(New-Object {found[1]} -ArgumentList @({arguments}))"
        script = script[: found.start()] + made + script[end:]
    return script


def _plain(text: str) -> str:
    text = reworded(text)
    text = _ASSEMBLY.sub("", text.replace("_x000D__x000A_", "_x000A_"))  # 2012 R2: mscorlib; CR LF
    for pattern, replacement in _TEXTS:
        text = pattern.sub(replacement, text)
    if "Exception: " in text or " ---" in text:  # compare, 3: only the first line of an exception's ToString
        text = text.split("_x000A_")[0].split(" ---> ")[0]
    return text


_INFORMATION: Final = "System.Management.Automation.InformationRecord"


def by_pipeline(messages: list[Message], *, recorded: bool) -> dict[int, list[Message]]:
    found: dict[int, list[Message]] = {}
    for message in messages:
        if "message" not in message or (recorded and message["from"] != "server"):
            continue
        # 2012 R2: "InformationRecord and MergeInformation belong to protocol 2.3. A 2.2 server has none of them."
        merged = f"<T>{_INFORMATION}</T>" in message["data"][:120]
        # "the same packets (start, group start, entries, group end, end)": no blank line between groups
        blank = "Format.ComplexViewEntry<" in message["data"] and "Format.FormatTextField<" not in message["data"]
        if message["message"] != "InformationRecord" and not merged and not blank:
            found.setdefault(message.get("pipeline", 0), []).append(message)
    return found


def _uncut(recorded: Message, answer: str) -> Message:
    """A recorded text of which the middle was cut out, with the middle of the answer."""
    head, cut, tail = recorded["data"].partition("\u2026")
    if not cut or recorded["message"] != "PipelineOutput":
        return recorded
    fits = answer.startswith(head) and answer.endswith(tail)
    return {**recorded, "data": answer} if fits else recorded


@dataclass
class Verdict:
    """How one conversation compares."""

    name: str
    sequence: bool
    equal: int
    messages: int
    differences: list[str]


def compare(conversation: dict[str, Any], answers: list[Message]) -> Verdict:
    theirs = by_pipeline(conversation["messages"], recorded=True)
    ours = by_pipeline(answers, recorded=False)
    if "closing" in conversation or 0 not in theirs:
        ours.pop(0, None)
        theirs.pop(0, None)
    differences: list[str] = []
    equal = total = 0
    same = True
    for number in sorted(set(theirs) | set(ours)):
        left, right = theirs.get(number, []), ours.get(number, [])
        if [m["message"] for m in left] != [m["message"] for m in right][: len(left) if number == 0 else None]:
            same = False
            differences.append(f"{number}: {[m['message'] for m in left]} {[m['message'] for m in right]}")
        for index, recorded in enumerate(left):
            yours = _uncut(recorded, right[index]["data"] if index < len(right) else "")
            if not _is_whole(yours["data"]):
                continue  # the recording keeps only the beginning of very long messages
            total += 1
            mine = right[index] if index < len(right) else {"message": "", "data": ""}
            if mine["message"] == yours["message"] and canon(mine["data"]) == canon(yours["data"]):
                equal += 1
            else:
                differences.append(f"{number}.{index} {yours['message']}\n   {yours['data']}\n   {mine['data']}")
    return Verdict(conversation["file"], same, equal, total, differences)
