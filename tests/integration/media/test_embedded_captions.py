"""An encoder whose picture carries captions: the shop hears its lines."""

import asyncio
import contextlib
import time
from pathlib import Path

from livestreams.media.ffmpeg import find_ffmpeg
from tests.captions_lab import PADDING, cut, make_picture, pop_on, put_captions
from tests.media_lab import run_lab, until

SHOW = "show00000001"
PATIENCE = 20


async def test_captions_of_an_encoder_reach_the_shop_with_their_moments(
    tmp_path: Path,
) -> None:
    said = [*pop_on("Hello all"), *[PADDING] * 8, *pop_on("Solid oak")]
    init, fragments = cut(put_captions(make_picture(seconds=3), said))
    video = tmp_path / "captioned.mp4"
    video.write_bytes(init.data + b"".join(piece.data for piece in fragments))
    began_at = time.time()
    async with run_lab(tmp_path / "shows") as lab:
        encoder = await asyncio.create_subprocess_exec(
            *(find_ffmpeg(), "-loglevel", "error", "-re", "-i", str(video)),
            *("-c", "copy", "-f", "flv", lab.rtmp_url(SHOW)),
            stdin=asyncio.subprocess.DEVNULL,
        )
        try:
            await until(lambda: ("published", SHOW) in lab.hooks.heard)
            show = lab.gateway.find_show(SHOW)
            assert show is not None
            lab.hooks.is_away = True
            await until(
                lambda: "Solid oak" in [line.text for line in show.captions.lines]
            )
            lab.hooks.is_away = False  # what was not heard is told again
            await until(lambda: len({line.text for line in lab.hooks.captions}) == 2)
        finally:
            with contextlib.suppress(ProcessLookupError):
                encoder.kill()
            await encoder.wait()
        lines = {line.text: line for line in lab.hooks.captions}
        assert set(lines) == {"Hello all", "Solid oak"}
        assert lines["Hello all"].ends_at == lines["Solid oak"].starts_at
        assert began_at < lines["Hello all"].starts_at < began_at + PATIENCE
