"""What a domain controller refuses, with the Windows error number that clients report."""

from __future__ import annotations


class DirectoryError(Exception):
    def __init__(self, code: int, message: str, exception: str = "ADException", category: str = "NotSpecified") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.exception = exception
        self.category = category


def not_found(identity: str, base: str) -> DirectoryError:
    message = f"Cannot find an object with identity: '{identity}' under: '{base}'."
    return DirectoryError(0, message, "ADIdentityNotFoundException", "ObjectNotFound")


def no_such_object() -> DirectoryError:
    return DirectoryError(8333, "Directory object not found", "ADIdentityNotFoundException", "ObjectNotFound")


def account_exists(what: str = "account") -> DirectoryError:
    code = {"account": 1316, "group": 1318}.get(what, 1316)
    return DirectoryError(
        code, f"The specified {what} already exists", "ADIdentityAlreadyExistsException", "ResourceExists"
    )


def name_in_use() -> DirectoryError:
    text = "An attempt was made to add an object to the directory with a name that is already in use"
    return DirectoryError(8305, text)


def access_denied() -> DirectoryError:
    return DirectoryError(8344, "Insufficient access rights to perform the operation")


def protected() -> DirectoryError:
    return DirectoryError(5, "Access is denied", "System.UnauthorizedAccessException", "PermissionDenied")


def has_children() -> DirectoryError:
    text = "The operation failed because it has child objects; remove them first or use -Recursive"
    return DirectoryError(8213, text)


def value_not_unique(kind: str) -> DirectoryError:
    code = {"SPN": 8647, "UPN": 8648}[kind]
    text = f"The operation failed because {kind} value provided for addition/modification is not unique forest-wide."
    return DirectoryError(code, text)


def weak_password() -> DirectoryError:
    text = "The password does not meet the length, complexity, or history requirement of the domain."
    return DirectoryError(1325, text, "ADPasswordComplexityException", "InvalidData")


def no_such_attribute() -> DirectoryError:
    text = "The specified directory service attribute or value does not exist"
    return DirectoryError(8202, text, "System.ArgumentException", "InvalidArgument")


def already_member() -> DirectoryError:
    return DirectoryError(1378, "The specified account name is already a member of the group")


def not_member() -> DirectoryError:
    return DirectoryError(1377, "The specified account name is not a member of the group")


def unwilling(text: str = "The server is unwilling to process the request") -> DirectoryError:
    return DirectoryError(8245, text, "ADInvalidOperationException", "InvalidOperation")
