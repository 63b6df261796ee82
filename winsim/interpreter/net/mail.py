"""System.Net.Mail.MailMessage and its collections, as values. Nothing is sent."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from winsim.interpreter.containers import GenericList
from winsim.interpreter.net.addresses import MailAddress
from winsim.interpreter.net.encodings import Encoding
from winsim.interpreter.nettypes import TypeDef, enumeration
from winsim.interpreter.values import EnumValue, NetObject

MAIL: Final = "System.Net.Mail."
_COLLECTIONS: Final = {"MailAddressCollection": "MailAddress", "AttachmentCollection": "Attachment",
                       "AlternateViewCollection": "AlternateView"}  # fmt: skip


class MailList(GenericList):
    """The collections of a message, which have types of their own."""

    def __init__(self, kind: str, items: Iterable[object] = ()) -> None:
        super().__init__(items, MAIL + _COLLECTIONS[kind])
        self.kind = kind

    @property
    def type_name(self) -> str:
        return MAIL + self.kind


class Headers(NetObject):
    """The headers of a message: always empty here."""

    type_names = (
        "System.Net.Mime.HeaderCollection",
        "System.Collections.Specialized.NameValueCollection",
        "System.Collections.Specialized.NameObjectCollectionBase",
        "System.Object",
    )


class MailMessage(NetObject):
    type_names = (MAIL + "MailMessage", "System.Object")

    def __init__(self) -> None:
        self.from_address: MailAddress | None = None
        self.sender: MailAddress | None = None
        self.reply_to: MailAddress | None = None
        self.reply_to_list = MailList("MailAddressCollection")
        self.to = MailList("MailAddressCollection")
        self.bcc = MailList("MailAddressCollection")
        self.copies = MailList("MailAddressCollection")
        self.priority = EnumValue(MAIL + "MailPriority", "Normal", 0)
        self.delivery_notification_options = EnumValue(MAIL + "DeliveryNotificationOptions", "None", 0)
        self.subject = ""
        self.subject_encoding: object = None
        self.headers = Headers()
        self.headers_encoding: object = None
        self.body = ""
        self.body_encoding: object = None
        self.body_transfer_encoding = EnumValue("System.Net.Mime.TransferEncoding", "Unknown", -1)
        self.is_body_html = False
        self.attachments = MailList("AttachmentCollection")
        self.alternate_views = MailList("AlternateViewCollection")


HEADERS = TypeDef("System.Net.Mime.HeaderCollection", python=(Headers,), enumerate=lambda this: [])
MESSAGE = TypeDef(MAIL + "MailMessage", python=(MailMessage,))


@MESSAGE.constructor()
def empty_message() -> MailMessage:
    return MailMessage()


@MESSAGE.constructor("System.String", "System.String", "System.String", "System.String", optional=2)
def message_of(sender: str, receivers: str, subject: str = "", body: str = "") -> MailMessage:
    made = MailMessage()
    made.from_address = MailAddress(sender)
    made.to.extend(MailAddress(text) for text in receivers.split(","))
    made.subject, made.body = subject, body
    made.body_encoding = Encoding("ASCII") if body.isascii() else Encoding("UTF8")
    return made


@MESSAGE.property("From", MAIL + "MailAddress")
def sender_of(this: MailMessage) -> object:
    return this.from_address


@MESSAGE.setter("From")
def set_sender(this: MailMessage, value: MailAddress) -> None:
    this.from_address = value


MESSAGE.attribute("Sender", "ReplyTo", readonly=False)
MESSAGE.attribute("ReplyToList", "To", "Bcc")


@MESSAGE.property("CC")
def copies_of(this: MailMessage) -> object:
    return this.copies


MESSAGE.attribute("Priority", "DeliveryNotificationOptions", "Subject", "SubjectEncoding", readonly=False)
MESSAGE.attribute("Headers")
MESSAGE.attribute("HeadersEncoding", "Body", "BodyEncoding", "BodyTransferEncoding", "IsBodyHtml", readonly=False)
MESSAGE.attribute("Attachments", "AlternateViews")

TYPES = (
    HEADERS,
    MESSAGE,
    *(
        TypeDef(MAIL + kind, base=f"System.Collections.ObjectModel.Collection`1[{MAIL}{element}]")
        for kind, element in _COLLECTIONS.items()
    ),
    enumeration(MAIL + "MailPriority", {"Normal": 0, "Low": 1, "High": 2}),
    enumeration(
        MAIL + "DeliveryNotificationOptions",
        {"None": 0, "OnSuccess": 1, "OnFailure": 2, "Delay": 4, "Never": 0x8000000},
        flags=True,
    ),
    enumeration(
        "System.Net.Mime.TransferEncoding",
        {"QuotedPrintable": 0, "Base64": 1, "SevenBit": 2, "EightBit": 3, "Unknown": -1},
    ),
)
