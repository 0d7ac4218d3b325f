"""Making the video of a demo show once, and sending it as an encoder does."""

import os
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from PIL import ImageFont

from livestreams.media.demo_slides import (
    HEIGHT,
    WIDTH,
    Slide,
    draw_caption,
    draw_slide,
)
from livestreams.media.ffmpeg import find_ffmpeg

RATE = 24
SLIDE_SECONDS = 5.0
FADE_SECONDS = 0.6
LEAST_SLIDES, MOST_SLIDES = 8, 11
NICENESS = 15
CHORDS = ((220.0, 261.63, 329.63), (174.61, 220.0, 261.63), (196.0, 246.94, 293.66))
CHORD_SECONDS = 6


class DemoVideoError(RuntimeError):
    """The video could not be made; the message is what ffmpeg said."""


def choose_slides(slides: Sequence[Slide]) -> list[Slide]:
    """Return enough slides for forty seconds, repeating a short list."""
    if not slides:
        return []
    chosen = list(slides[:MOST_SLIDES])
    while len(chosen) < LEAST_SLIDES:
        chosen += slides[: LEAST_SLIDES - len(chosen)]
    return chosen


def length_of(count: int) -> float:
    """Return the length in seconds of a video of so many slides."""
    return count * SLIDE_SECONDS - (count - 1) * FADE_SECONDS


def picture_graph(count: int) -> str:
    """Describe the slow zooms, the captions and the fades between slides."""
    frames = round(SLIDE_SECONDS * RATE)
    parts = []
    for index in range(count):
        zoom = f"1+0.14*on/{frames}" if index % 2 else f"1.14-0.14*on/{frames}"
        across = ("(iw-iw/zoom)/2", "(iw-iw/zoom)*0.2", "(iw-iw/zoom)*0.8")[index % 3]
        parts.append(
            f"[{2 * index}:v]zoompan=z='{zoom}':x='{across}':y='(ih-ih/zoom)/2'"
            f":d={frames}:s={WIDTH}x{HEIGHT}:fps={RATE}[z{index}];"
            f"[z{index}][{2 * index + 1}:v]overlay,fps={RATE},setsar=1,format=yuv420p,"
            f"settb=AVTB[s{index}]"
        )
    last = "s0"
    for index in range(1, count):
        offset = index * (SLIDE_SECONDS - FADE_SECONDS)
        parts.append(
            f"[{last}][s{index}]xfade=transition=fade:duration={FADE_SECONDS}"
            f":offset={offset:.2f}[x{index}]"
        )
        last = f"x{index}"
    return ";".join(parts) + f";[{last}]scale=out_range=limited,format=yuv420p[v]"


def music() -> str:
    """Describe soft chords, one after the other, for both ears."""
    total = len(CHORDS) * CHORD_SECONDS
    swell = f"0.5-0.5*cos(2*PI*t/{CHORD_SECONDS})"

    def voice(detune: float) -> str:
        tones = []
        for place in range(3):
            tone = str(CHORDS[-1][place] * detune)
            for index in range(len(CHORDS) - 2, -1, -1):
                until = (index + 1) * CHORD_SECONDS
                here = CHORDS[index][place] * detune
                tone = f"if(lt(mod(t,{total}),{until}),{here},{tone})"
            tones.append(f"sin(2*PI*t*{tone})")
        return f"0.05*({swell})*({'+'.join(tones)})"

    return f"aevalsrc='{voice(1.0)}|{voice(1.002)}':s=44100"


def make_video(
    target: Path,
    slides: Sequence[Slide],
    *,
    font: ImageFont.FreeTypeFont | None,
    on_progress: Callable[[int], None],
) -> None:
    """Make the video at `target`; a half-made one is never seen.

    Raises:
        DemoVideoError: ffmpeg failed.
    """
    chosen = choose_slides(slides)
    target.parent.mkdir(parents=True, exist_ok=True)
    half = target.with_suffix(".half.mp4")
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        inputs: list[str] = []
        for index, slide in enumerate(chosen):
            photo = Path(folder) / f"{index}.jpg"
            photo.write_bytes(draw_slide(slide))
            caption = Path(folder) / f"{index}.png"
            caption.write_bytes(draw_caption(slide.caption, font))
            inputs += ["-i", str(photo), "-i", str(caption)]
        _run(_line(inputs, len(chosen), half), length_of(len(chosen)), on_progress)
    half.replace(target)


def _line(inputs: Sequence[str], count: int, target: Path) -> list[str]:
    return [
        find_ffmpeg(),
        *("-hide_banner", "-loglevel", "error", "-y", "-progress", "pipe:1"),
        *inputs,
        *("-f", "lavfi", "-i", music()),
        *("-filter_complex_threads", "1", "-filter_complex", picture_graph(count)),
        *("-map", "[v]", "-map", f"{2 * count}:a", "-t", f"{length_of(count):.2f}"),
        *("-c:v", "libx264", "-profile:v", "main", "-preset", "veryfast"),
        *("-threads", "1", "-bf", "0", "-g", str(RATE), "-keyint_min", str(RATE)),
        *("-sc_threshold", "0", "-crf", "26", "-maxrate", "800k", "-bufsize", "800k"),
        *("-c:a", "aac", "-b:a", "64k", "-ac", "2", "-movflags", "+faststart"),
        str(target),
    ]


def _run(
    line: Sequence[str], seconds: float, on_progress: Callable[[int], None]
) -> None:
    process = subprocess.Popen(  # noqa: S603 - our own binary
        ["nice", "-n", str(NICENESS), *line] if os.name == "posix" else line,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    with process:
        try:
            for row in process.stdout:
                name, _, value = row.strip().partition("=")
                if name == "out_time_us" and value.isdigit():
                    on_progress(min(100, int(int(value) / seconds / 10_000)))
            said = process.stderr.read()
        except BaseException:
            process.kill()
            raise
    if process.returncode != 0:
        raise DemoVideoError(said[-600:])


def sending_line(video: Path, url: str) -> list[str]:
    """Return the command that sends a video over and over without re-encoding."""
    return [
        find_ffmpeg(),
        *("-hide_banner", "-loglevel", "error", "-nostdin"),
        *("-re", "-stream_loop", "-1", "-i", str(video)),
        *("-c", "copy", "-f", "flv", "-flvflags", "no_duration_filesize", url),
    ]
