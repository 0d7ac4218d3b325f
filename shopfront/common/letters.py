"""How letters are told apart: by a Message-ID of this site (RFC 5322, 3.6.4)."""

from urllib.parse import urlsplit

from django.conf import settings


def name_letter(name: str) -> dict[str, str]:
    """Return the header by which mail programs know a letter that comes twice.

    Args:
        name: what is the same however often this letter is sent, and in no other.
    """
    safe = name.replace(":", "-").replace("@", "-")
    return {"Message-ID": f"<{safe}@{urlsplit(settings.SITE_URL).hostname}>"}
