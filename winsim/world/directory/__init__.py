"""Active Directory Domain Services: one forest of one domain, as plain state with the rules of its controllers."""

from __future__ import annotations

from .errors import DirectoryError
from .state import Directory, DirectoryObject, KdsRootKey

__all__ = ["Directory", "DirectoryError", "DirectoryObject", "KdsRootKey"]
