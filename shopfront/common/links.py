"""Links in letters that need no signing in: they name one row, for a time."""

from dataclasses import dataclass

from django.core import signing

DAY_SECONDS = 24 * 3600


@dataclass(frozen=True, slots=True)
class SignedLink:
    """One kind of link; a code of one kind opens none of another."""

    salt: str
    days: int | None = None
    """How long a code opens; None where the row itself says until when."""

    def mint(self, public_id: str) -> str:
        """Return the signed part of an address that names a row."""
        return signing.dumps(public_id, salt=self.salt)

    def read(self, code: str) -> str | None:
        """Return the public id that a code names, None if it is not ours or too old."""
        age = None if self.days is None else self.days * DAY_SECONDS
        try:
            return str(signing.loads(code, salt=self.salt, max_age=age))
        except signing.BadSignature:
            return None
