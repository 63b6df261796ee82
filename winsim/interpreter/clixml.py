"""CLIXML both ways: ``serialize(value, depth)`` and ``deserialize(text)``.

``serialize_element`` writes one value without the ``Objs`` document around it, as remoting messages carry them, and
``deserialize`` reads one; ``deserialize_all`` reads a document. A ``Cipher`` (``encrypt``, ``decrypt``) carries secure
strings.
"""

from winsim.interpreter.clixml_reader import BrokenClixml, Reader, deserialize, deserialize_all
from winsim.interpreter.clixml_writer import Cipher, Writer, serialize, serialize_all, serialize_element

__all__ = [
    "BrokenClixml",
    "Cipher",
    "Reader",
    "Writer",
    "deserialize",
    "deserialize_all",
    "serialize",
    "serialize_all",
    "serialize_element",
]
