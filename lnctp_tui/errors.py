"""The one tree of errors. A code, a title and what to do; never a value somebody typed."""


class LnctpError(Exception):
    """Something a person can be told about.

    `code` is stable and names a pair of sentences in i18n (`title`, `what to do`); `facts` fill their
    placeholders and hold no personal data (file names, line numbers, field codes, counts).
    """

    code = "error"

    def __init__(self, code: str | None = None, **facts: object) -> None:
        self.code = code or type(self).code
        self.facts = facts
        super().__init__(self.code)


class Refused(LnctpError):
    """A request that is understood and not carried out (exit code 1)."""

    code = "refused"


class VaultError(LnctpError):
    """The vault cannot be opened, made or changed."""

    code = "vault"


class WrongPassphrase(VaultError):
    code = "wrong_passphrase"


class VaultTampered(VaultError):
    """vault.json was altered outside the program, or belongs to another database."""

    code = "vault_tampered"


class DatabaseDamaged(VaultError):
    """The key is right and the database does not open. The file is kept as it is."""

    code = "database_damaged"


class SavesMissing(VaultError):
    """What stands on the disk is not what was saved last (storage.vault.loss). Nothing was written or deleted.

    Codes: `saves_missing`, `database_other`, `vault_older`, `mark_gone`, `mark_damaged`.
    """

    code = "saves_missing"

    def __init__(self, code: str, loss: object, **facts: object) -> None:
        super().__init__(code, **facts)
        self.loss = loss


class VaultBusy(VaultError):
    """Another instance holds this vault."""

    code = "vault_busy"


class VaultUnfinished(VaultError):
    """The first run was cut off: nobody is named in it yet."""

    code = "vault_unfinished"


class StorageFailed(LnctpError):
    """Disk full, folder read-only, input/output error: the edit stays in memory and is retried."""

    code = "storage_failed"


class NotStored(StorageFailed):
    """The disk is well; what was to be written does not fit the database. Trying again changes nothing."""

    code = "not_stored"


class BadInput(LnctpError):
    """A value that cannot be stored as it is. `facts` names row, field and reason."""

    code = "bad_input"


class SyncFailed(LnctpError):
    """Something between this laptop and the server. What is recorded stays here and is sent later."""

    code = "sync_failed"


class Declined(LnctpError):
    """A request to the server that is not carried out. The code goes over the line:
    `malformed`, `too_large`, `forbidden`, `not_found`, `pending`, `revoked`, `upload_only`, `busy`, `server_full`.
    """

    code = "forbidden"


class Denied(LnctpError):
    """The same at the server's edge, with the status of HTTP. Nothing of the request goes over the line."""

    code = "forbidden"

    def __init__(
        self, status: int, code: str, wait: int | None = None, who: str = "", reason: str = ""
    ) -> None:
        """`wait` in seconds; `who`, an address or a device, asked too often; `reason`, a code that says more."""
        super().__init__(code)
        self.status, self.wait, self.who, self.reason = status, wait, who, reason
        self.close = False
        """Whether the connection ends with it: what still comes on it has no end that is worth waiting for."""


class BadProtocol(LnctpError):
    """A protocol or catalog file with a mistake. `facts`: file, line, reason."""

    code = "bad_protocol"
