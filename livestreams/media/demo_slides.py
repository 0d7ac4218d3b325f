"""Slides of a demo video: a product's photograph as portrait, its name as a caption."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont, ImageOps

WIDTH, HEIGHT = 360, 640
SCALE = 3  # slides are larger than the picture, so that a slow zoom does not shake
CAPTION_SIZE = 19
CAPTION_TOP = 116
MARGIN = 22
MOST_LETTERS = 60
FONT_PLACES = (
    "node_modules/@fontsource-variable/inter/files/inter-latin-wght-normal.woff2",
    "/usr/share/fonts/truetype/liberation/LiberationSans-Bold.ttf",
    "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf",
)


@dataclass(frozen=True, slots=True)
class Slide:
    """A photograph and what is said of it."""

    picture: bytes
    caption: str


def find_font(root: Path, size: int = CAPTION_SIZE) -> ImageFont.FreeTypeFont | None:
    """Return a font for captions, or None where none can be read."""
    for place in FONT_PLACES:
        try:
            font = ImageFont.truetype(str(root / place), size)
        except OSError:
            continue
        if "Inter" in place:
            font.set_variation_by_axes([650])
        return font
    return None


def draw_slide(slide: Slide) -> bytes:
    """Return the photograph as a portrait JPEG; a wide one lies on its own blur."""
    size = (WIDTH * SCALE, HEIGHT * SCALE)
    with Image.open(io.BytesIO(slide.picture)) as opened:
        opened.draft("RGB", (size[1], size[1]))
        photo = ImageOps.exif_transpose(opened).convert("RGB")
    if photo.width <= photo.height * 0.8:
        canvas = ImageOps.fit(photo, size)
    else:
        small = ImageOps.fit(photo, (WIDTH // 4, HEIGHT // 4))
        blurred = small.filter(ImageFilter.GaussianBlur(5)).resize(size)
        canvas = ImageEnhance.Brightness(blurred).enhance(0.62)
        middle = ImageOps.fit(photo, (size[0], size[0] * 5 // 4))
        canvas.paste(middle, (0, (size[1] - middle.height) // 2))
    out = io.BytesIO()
    canvas.save(out, "JPEG", quality=88)
    return out.getvalue()


def draw_caption(text: str, font: ImageFont.FreeTypeFont | None) -> bytes:
    """Return a transparent PNG with a caption; an empty one without a font."""
    layer = Image.new("RGBA", (WIDTH, HEIGHT), (0, 0, 0, 0))
    words = text[:MOST_LETTERS].strip()
    if font is not None and words:
        pen = ImageDraw.Draw(layer)
        lines = wrap(words, font, WIDTH - 2 * MARGIN - 28)
        height = font.size * 1.3
        box_width = max(pen.textlength(line, font) for line in lines) + 28
        left = (WIDTH - box_width) / 2
        box_height = len(lines) * height + 16
        box = (left, CAPTION_TOP, left + box_width, CAPTION_TOP + box_height)
        pen.rounded_rectangle(box, 14, fill=(12, 10, 9, 150))
        for number, line in enumerate(lines):
            top = CAPTION_TOP + 8 + (number + 0.5) * height
            pen.text((WIDTH / 2, top), line, (255, 255, 255, 255), font, "mm")
    out = io.BytesIO()
    layer.save(out, "PNG")
    return out.getvalue()


def wrap(text: str, font: ImageFont.FreeTypeFont, width: float) -> Sequence[str]:
    """Break a caption into lines that fit."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and font.getlength(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines[:3]
