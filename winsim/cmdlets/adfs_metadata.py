"""Reading a partner's federation metadata from where AD FS itself runs."""

from __future__ import annotations

from winsim.cmdlets.adfs_common import failure, invalid
from winsim.interpreter.command import Call, CommandError
from winsim.world.adfs.metadata import MetadataError, RelyingPartyMetadata, read_relying_party


def read_file(call: Call, path: str) -> bytes:
    found = call.host.files.find(path)
    if found is None or found.is_directory:
        message = f"Could not find file '{path}'."
        raise CommandError(message, message, "InvalidData", path, "System.IO.FileNotFoundException")
    return found.content


def download(call: Call, url: str = "", *, path: str = "") -> RelyingPartyMetadata:
    """The metadata at a URL, over this computer's own name resolution and trust, or in a file."""
    document = read_file(call, path) if path else _get(call, url)
    try:
        return read_relying_party(document)
    except MetadataError:
        raise invalid(
            "The metadata document could not be read: it is not the federation metadata of a relying party.",
            "System.Xml.XmlException",
        ) from None


def _get(call: Call, url: str) -> bytes:
    from winsim.web.http import WebFailure, fetch

    if not url.lower().startswith("https://"):
        raise invalid("PS0066: The federation metadata URL must use HTTPS.")
    try:
        answer = fetch(call.world, call.host, url)
    except WebFailure as error:
        raise failure(error.message, "InvalidData", "System.Net.WebException") from None
    if answer.status != 200:
        message = f"The remote server returned an error: ({answer.status}) {answer.reason}."
        raise failure(message, "InvalidData", "System.Net.WebException")
    return answer.body
