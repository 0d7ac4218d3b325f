"""Sources: where in a show a product was tapped, signed so that it can be trusted."""

import datetime as dt
import enum
from dataclasses import asdict, dataclass
from typing import Any

import orjson

from livestreams.access.signing import decode, encode, is_signed, sign
from shopfront.common import clock

SALT = "livestreams.source"
GOOD_FOR = dt.timedelta(days=7)


class Surface(enum.StrEnum):
    """What was tapped (N2)."""

    PIN = "pin"
    SHELF = "shelf"
    REPLAY = "replay"
    CLIP = "clip"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A tap's origin: the show and product it counts for, until when."""

    surface: Surface
    livestream: str
    product: str
    pin: str = ""
    expires_at: int

    @property
    def id(self) -> str:
        """A short name of the source, which lower apps may compare."""
        return f"{self.surface}:{self.pin or self.livestream}"

    @property
    def minted_at(self) -> dt.datetime:
        """When the page with this source was made."""
        return dt.datetime.fromtimestamp(self.expires_at, tz=dt.UTC) - GOOD_FOR


def mint_source_ref(
    surface: Surface,
    *,
    livestream: str,
    product: str,
    pin: str = "",
    at: dt.datetime | None = None,
) -> str:
    """Return a signed source for a cart line, good for seven days.

    Args:
        surface: what carries the product.
        livestream: public id of the show.
        product: public id of the product.
        pin: public id of the pin, where it is one.
        at: from when the days run; now unless told.
    """
    expires_at = int(((at or clock.now()) + GOOD_FOR).timestamp())
    source = Source(
        surface=surface,
        livestream=livestream,
        product=product,
        pin=pin,
        expires_at=expires_at,
    )
    body = encode(orjson.dumps(asdict(source)))
    return f"{body}.{sign(SALT, body)}"


def find_source(value: str, *, at: dt.datetime | None = None) -> Source | None:
    """Return a source as it stood at a moment, now unless told.

    A forged, damaged or expired one counts as none.
    """
    body, _, signature = value.partition(".")
    if not is_signed(SALT, body, signature):
        return None
    fields: dict[str, Any] = orjson.loads(decode(body))
    source = Source(**fields | {"surface": Surface(fields["surface"])})
    return source if source.expires_at > (at or clock.now()).timestamp() else None
