"""How a show's picture arrives: figures, plot of the bitrate, advice in plain words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from django.utils.translation import gettext as _

from livestreams.broadcast.health import list_health
from livestreams.media.meter import Health
from livestreams.models import Livestream

WIDTH = 160
HEIGHT = 32
MOST_POINTS = 80
ROOM = 1.1
BEHIND_SECONDS = 1.5
MISSING_SHARE = 0.02
FEW_FRAMES = 20.0
FAR_KEYS = 2.2
FEW_BITS = 0.035
"""Bits for a pixel of a frame, below which H.264 blurs what moves."""

MANY_KBITS = 6_000
Advice: TypeAlias = tuple[bool, str]


@dataclass(frozen=True, slots=True)
class DrawnHealth:
    """The figures of a picture with their plot."""

    now: Health
    missing_percent: float
    line: str


def draw_health(livestream: Livestream) -> DrawnHealth | None:
    """Return what the studio draws of the picture that arrives, if one does."""
    reports = _read(livestream)
    if not reports:
        return None
    line = draw_bitrate([report.kbits for report in reports])
    return DrawnHealth(reports[-1], round(reports[-1].missing * 100, 1), line)


def give_advice(livestream: Livestream) -> Sequence[str]:
    """Return what the host should do about the picture, the worst first."""
    reports = _read(livestream, most=1)
    return list_advice(reports[-1]) if reports else ()


def _read(livestream: Livestream, *, most: int = MOST_POINTS) -> Sequence[Health]:
    reports = list_health(livestream.public_id, most=most)
    return [Health(**report) for report in reports]


def draw_bitrate(kbits: Sequence[int]) -> str:
    """Return the points of the line, newest at the right; empty for fewer than two."""
    if len(kbits) < 2:
        return ""
    step = WIDTH / (MOST_POINTS - 1)
    most = max(max(kbits) * ROOM, 1)
    left = WIDTH - step * (len(kbits) - 1)
    points = (
        f"{left + place * step:.1f},{HEIGHT - value * HEIGHT / most:.1f}"
        for place, value in enumerate(kbits)
    )
    return " ".join(points)


def list_advice(health: Health) -> Sequence[str]:
    """Return what its host should do about the picture, the worst first."""
    found = (*_weigh_sound(health), *_weigh_picture(health))
    return [sentence for is_so, sentence in found if is_so]


def _weigh_sound(health: Health) -> Sequence[Advice]:
    return (
        (not health.has_sound, _("No sound arrives: viewers hear nothing.")),
        (
            health.is_silent,
            _("Your sound is silent. Is the microphone muted or another one chosen?"),
        ),
    )


def _weigh_picture(health: Health) -> Sequence[Advice]:
    facts = {
        "frames": round(health.frames),
        "seconds": health.key_seconds,
        "percent": round(health.missing * 100),
    }
    return (
        (
            health.is_still,
            _("Nothing moves in your picture. Is the camera covered, or does it hang?"),
        ),
        (
            health.behind > BEHIND_SECONDS,
            _(
                "Your upload is slower than your picture: choose a smaller picture or "
                "a lower bitrate."
            ),
        ),
        (
            health.missing > MISSING_SHARE,
            _(
                "%(percent)s %% of the frames are missing: your computer or network "
                "drops them. Close other programs or choose 720p."
            )
            % facts,
        ),
        (
            0 < health.frames < FEW_FRAMES,
            _("Only %(frames)s frames a second arrive; 30 look smooth.") % facts,
        ),
        (
            health.key_seconds > FAR_KEYS,
            _(
                "Key frames are %(seconds)s s apart. Set the keyframe interval to 1 s, "
                "so that viewers join faster."
            )
            % facts,
        ),
        (
            _is_blurred(health),
            _("The bitrate is low: small things will look blurred."),
        ),
        (
            health.kbits > MANY_KBITS,
            _("The bitrate is more than many phones can load: 2,500 kbit/s do."),
        ),
    )


def _is_blurred(health: Health) -> bool:
    pixels = health.width * health.height * health.frames
    return health.kbits * 1_000 < FEW_BITS * pixels
