"""Access control entries of files, registry keys and private keys."""

from __future__ import annotations

from dataclasses import dataclass, field

FULL_CONTROL = 0x1F01FF
MODIFY = 0x1301BF
READ_AND_EXECUTE = 0x1200A9
READ = 0x120089
WRITE = 0x116


@dataclass
class AccessEntry:
    account: str  # BUILTIN\Administrators, NT SERVICE\adfssrv, CORP\svc-adfs$
    rights: int
    allow: bool = True
    inherited: bool = False
    inheritance: int = 0  # 1 container inherit, 2 object inherit
    propagation: int = 0


def _default_entries() -> list[AccessEntry]:
    return []


@dataclass
class AccessList:
    """``entries`` are the explicit ones; what is inherited follows from the parents unless ``protected``."""

    owner: str = "BUILTIN\\Administrators"
    entries: list[AccessEntry] = field(default_factory=_default_entries)
    protected: bool = False

    def grant(self, account: str, rights: int, inheritance: int = 0) -> None:
        for entry in self.entries:
            if entry.allow and entry.account.lower() == account.lower() and entry.inheritance == inheritance:
                entry.rights |= rights
                return
        self.entries.append(AccessEntry(account, rights, inheritance=inheritance))

    def revoke(self, account: str) -> bool:
        kept = [entry for entry in self.entries if entry.account.lower() != account.lower()]
        changed = len(kept) != len(self.entries)
        self.entries = kept
        return changed

    def allows(self, account: str, rights: int) -> bool:
        """Whether the explicit entries of exactly this account give the rights."""
        granted = 0
        for entry in self.entries:
            if entry.account.lower() == account.lower():
                if not entry.allow and entry.rights & rights:
                    return False
                granted |= entry.rights
        return granted & rights == rights
