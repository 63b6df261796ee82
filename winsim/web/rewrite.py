"""The URL Rewrite module: rules in order, conditions, back-references, and what a matching rule does."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote

from winsim.interpreter.command import NotBuilt
from winsim.web.messages import Request, Response
from winsim.world.iis.tree import Element

REFERENCE = re.compile(r"\{([A-Za-z_][\w\-]*(?::[^{}]*)?)\}")


@dataclass(frozen=True)
class Rewritten:
    """What the rules made of a request: an absolute URL to go to, a path on this site, an answer, or nothing."""

    url: str = ""  # absolute
    path: str | None = None  # on the same site, with query string
    response: Response | None = None
    aborted: bool = False


@dataclass
class Captures:
    rule: tuple[str, ...] = ()
    condition: tuple[str, ...] = ()


def apply_rules(rules: Element, asked: Request) -> Rewritten:
    """Runs the rules of one section over a request."""
    result = Rewritten()
    path, query = asked.path, asked.query
    for rule in rules.of("rule"):
        if rule.value("enabled") is not True:
            continue
        captures = _matches(rule, asked, path, query)
        if captures is None:
            continue
        action = rule.child("action")
        kind = action.text("type")
        if kind == "Rewrite":
            target = substitute(action.text("url"), asked, path, query, captures)
            if action.value("appendQueryString") is True and query:
                target += ("&" if "?" in target else "?") + query
            if re.match(r"https?://", target, re.I):
                result = Rewritten(url=target)
                path, query = _split(re.sub(r"^https?://[^/]*", "", target, flags=re.I) or "/")
            else:
                result = Rewritten(path="/" + target.lstrip("/"))
                path, query = _split(result.path or "/")
        elif kind in ("Redirect", "CustomResponse", "AbortRequest"):
            return _final(action, kind, asked, path, query, captures)
        if rule.value("stopProcessing") is True:
            return result
    return result


def _split(target: str) -> tuple[str, str]:
    path, _, query = target.partition("?")
    return path, query


def _final(action: Element, kind: str, asked: Request, path: str, query: str, captures: Captures) -> Rewritten:
    if kind == "AbortRequest":
        return Rewritten(aborted=True)
    if kind == "CustomResponse":
        status = int(action.text("statusCode"))
        return Rewritten(response=Response(status, action.text("statusDescription").encode()))
    target = substitute(action.text("url"), asked, path, query, captures)
    if action.value("appendQueryString") is True and query:
        target += ("&" if "?" in target else "?") + query
    schema = action.schema.attribute("redirectType")
    assert schema is not None
    status = schema.values[action.text("redirectType")]
    return Rewritten(response=Response(status, headers={"Location": target, "Server": "Microsoft-IIS/8.5"}))


def _matches(rule: Element, asked: Request, path: str, query: str) -> Captures | None:
    syntax = rule.text("patternSyntax")
    match = rule.child("match")
    found = compare(syntax, match.text("url"), unquote(path).lstrip("/"), match.value("ignoreCase") is True)
    if (found is None) is not (match.value("negate") is True):
        return None
    captures = Captures(found or ())
    conditions = rule.child("conditions")
    if not conditions.members:
        return captures
    every = conditions.text("logicalGrouping") == "MatchAll"
    held = False
    for condition in conditions.members:
        holds = _holds(condition, syntax, asked, path, query, captures)
        if every and not holds:
            return None
        held = held or holds
        if held and not every:
            break
    return captures if every or held else None


def _holds(condition: Element, syntax: str, asked: Request, path: str, query: str, captures: Captures) -> bool:
    if condition.text("matchType") != "Pattern":
        raise NotBuilt(f"a rewrite condition of type {condition.text('matchType')}")
    value = substitute(condition.text("input"), asked, path, query, captures)
    found = compare(syntax, condition.text("pattern"), value, condition.value("ignoreCase") is True)
    if found is not None:
        captures.condition = found
    return (found is not None) is not (condition.value("negate") is True)


def compare(syntax: str, pattern: str, value: str, ignore_case: bool) -> tuple[str, ...] | None:
    """The captures ({R:0}, {R:1} ...) of a match, None when there is none."""
    flags = re.IGNORECASE if ignore_case else 0
    if syntax == "ExactMatch":
        same = value.lower() == pattern.lower() if ignore_case else value == pattern
        return (value,) if same else None
    if syntax == "Wildcard":
        found = re.fullmatch("(.*)".join(re.escape(part) for part in pattern.split("*")), value, flags | re.DOTALL)
    else:
        try:
            found = re.search(pattern, value, flags)
        except re.error as error:
            raise NotBuilt(f"the rewrite pattern {pattern}: {error}") from None
    return (found[0], *(group or "" for group in found.groups())) if found else None


def substitute(text: str, asked: Request, path: str, query: str, captures: Captures) -> str:
    """Fills in back-references and server variables."""

    def value(found: re.Match[str]) -> str:
        name, _, argument = found[1].partition(":")
        if name in ("R", "C") and argument.isdigit():
            groups = captures.rule if name == "R" else captures.condition
            return groups[int(argument)] if int(argument) < len(groups) else ""
        if name == "ToLower":
            return argument.lower()
        if name == "UrlEncode":
            return quote(argument, safe="")
        if name == "UrlDecode":
            return unquote(argument)
        if argument:
            raise NotBuilt(f"the rewrite map or function {{{found[1]}}}")
        return variable(name.upper(), asked, path, query)

    previous = None
    while previous != text:  # functions may hold references
        previous, text = text, REFERENCE.sub(value, text)
    return text


def variable(name: str, asked: Request, path: str, query: str) -> str:
    secure = asked.scheme == "https"
    known = {
        "HTTP_HOST": asked.host,
        "HTTPS": "on" if secure else "off",
        "QUERY_STRING": query,
        "REQUEST_METHOD": asked.method,
        "REQUEST_URI": asked.path + (f"?{asked.query}" if asked.query else ""),
        "UNENCODED_URL": asked.path + (f"?{asked.query}" if asked.query else ""),
        "URL": unquote(path),
        "PATH_INFO": unquote(path),
        "SCRIPT_NAME": unquote(path),
        "SERVER_PORT": str(asked.port),
        "SERVER_PORT_SECURE": "1" if secure else "0",
        "SERVER_NAME": asked.host_name,
        "REMOTE_ADDR": asked.client,
        "REMOTE_HOST": asked.client,
        "SERVER_PROTOCOL": "HTTP/1.1",
        "CACHE_URL": asked.url,
        "CONTENT_LENGTH": str(len(asked.body)),
        "CONTENT_TYPE": asked.header("content-type"),
    }
    if name in known:
        return known[name]
    if name.startswith("HTTP_"):
        return asked.header(name[5:].replace("_", "-"))
    raise NotBuilt(f"the server variable {name}")
