"""Labs for campaigns: those of the inventory, and one that uses what they do not."""

from __future__ import annotations

from pathlib import Path

from campaigns.kills import copy_lab

HOSTS = "{ hosts: [dc01, adfs01, adfs02, se01, se02, dir01, owa01, arr01] }"
# The default lab with the sources of certificates, the profile and the settings that neither inventory has.
OTHER = {
    f"  certificates: {HOSTS}\n": "  certificate_authority: { hosts: [dc01] }\n"
    f"  certificates: {HOSTS.replace(' }', ', variables: { source: ad-cs } }')}\n",
    f"  base: {HOSTS}\n": f"  base: {HOSTS.replace(' }', ', variables: { time_server: time.contoso.com } }')}\n",
    "    profile: web ": "    profile: strict ",
    "  reverse_proxy: { hosts: [arr01] }\n": "  reverse_proxy:\n    hosts: [arr01]\n"
    "    variables: { listeners: { 10.0.0.10: public, 10.0.0.11: public } }\n",
}


def make_lab(name: str, folder: Path) -> Path:
    """The inventory of that name, or ``other``."""
    if name != "other":
        return copy_lab(folder, name)
    copy_lab(folder)
    text = (folder / "lab.yml").read_text("utf-8")
    for old, new in OTHER.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    (folder / "lab.yml").write_text(text, "utf-8")
    return folder
