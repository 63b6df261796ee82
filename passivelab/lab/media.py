"""Installers that hosts pull: which entry of media.yml lies behind a path of the share."""

from __future__ import annotations

from passivelab.lab.documents import MediaDocument, MediumDocument


def medium_at(media: MediaDocument | None, path: str) -> MediumDocument | None:
    """The installer that media.yml lists for a path below its share; None for any other path."""
    if media is None or not media.share:
        return None
    wanted = folded(path)
    return next((one for one in media.media.values() if folded(f"{media.share}\\{one.file}") == wanted), None)


def pulled_from(media: MediaDocument, medium: MediumDocument) -> str:
    """Where a host finds an installer."""
    return rf"{media.share}\{medium.file}".replace("/", "\\")


def folded(path: str) -> str:
    return path.replace("/", "\\").rstrip("\\").lower()
