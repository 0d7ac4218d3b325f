"""A gateway in a process of its own, so that its cost can be read."""

import asyncio
import json
import os
import sys
from pathlib import Path

import django


async def run(folder: Path) -> None:
    """Serve until the input ends; a line with a word is a command."""
    from livestreams.media.hooks import Standing
    from tests.media_lab import run_lab

    async with run_lab(folder, site=sys.argv[2]) as lab:
        ports = {"http": lab.port, "rtmp": lab.server.rtmp.port}
        print(json.dumps(ports), flush=True)
        while line := await asyncio.to_thread(sys.stdin.readline):
            if line.strip() == "end":
                lab.hooks.standing = Standing(is_allowed=False)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    asyncio.run(run(Path(sys.argv[1])))
