"""The .NET surface: one module for each family of types, declared with ``winsim.interpreter.nettypes``.

A module exports ``TYPES: tuple[TypeDef, ...]``; ``MODULES`` below names them. ``catalogue.py`` knows which members
exist on 2012 R2 (``facts(full_name) -> TypeFacts | None`` with ``base``, ``interfaces`` and
``has_member(name, static=...)``), so that what exists and is not built is an error of the lab.
"""

from __future__ import annotations

from typing import Final

MODULES: Final[tuple[str, ...]] = (
    "enums",
    "strings",
    "string_changes",
    "chars",
    "numbers",
    "maths",
    "converting",
    "dates",
    "spans",
    "cultures",
    "identifiers",
    "uris",
    "uribuilder",
    "secrets",
    "regextypes",
    "encodings",
    "sequences",
    "arrays",
    "tuples",
    "patterns",
    "reflection",
    "dictionaries",
    "sets",
    "fileinfo",
    "paths",
    "registrykeys",
    "drives",
    "environment",
    "addresses",
    "mail",
    "bigintegers",
    "serializers",
    "webtext",
    "streams",
    "hashes",
    "console",
    "webbinding",
    "certificate_keys",
    "certificates",
    "certificate_stores",
    "principals",
    "filesecurity",
    "network",
    "directoryservices",
    "servicecontroller",
    "xml_documents",
    "xml_making",
    "xml_elements",
    "xml_writers",
)
"""Names of the modules of this package that export ``TYPES``."""
