"""What the engine's tests share: a clip that is encoded once."""

from pathlib import Path

import pytest

from livestreams.media.flv import Tag
from tests.rtmp_pen import make_tags


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> list[Tag]:
    """Return two seconds of picture and tone as FLV tags."""
    folder: Path = tmp_path_factory.mktemp("clip")
    return make_tags(folder)
