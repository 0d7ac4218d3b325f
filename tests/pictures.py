"""Pictures that tests draw and look at."""

import io

from django.core.files.storage import default_storage
from PIL import Image


def draw_noise(size: tuple[int, int] = (300, 300)) -> bytes:
    """Draw noise that nobody would take for a blurred picture."""
    noise = Image.effect_noise(size, 120).convert("RGB")
    buffer = io.BytesIO()
    noise.save(buffer, "JPEG", quality=92)
    return buffer.getvalue()


def spread_of(name: str) -> int:
    """Return how far apart the darkest and lightest points of a stored picture are."""
    with default_storage.open(name) as file, Image.open(file) as image:
        counts = image.convert("L").histogram()
    found = [value for value, count in enumerate(counts) if count]
    return found[-1] - found[0]
