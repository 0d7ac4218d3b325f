"""Two pictures of the host's studio in a storm of complaints: before, and shielded.

`python -m tests.bench.storm_pictures FOLDER`
"""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

import django

if TYPE_CHECKING:
    from tests.rooms import RoomServer

STORM = (
    "WHERE IS MY PARCEL, three weeks now!!",
    "still no refund after 3 weeks, give me my money back",
    "Hello from Leeds",
    "you sent me the wrong size and nobody answers",
    "nobody answers my emails, terrible service, my parcel is still missing",
    "my mug arrived broken, who do I contact",
    "Is it walnut or oak?",
    "you look so fat in that dress",
    "ordered on monday and still nothing",
    "I was charged twice for one lamp",
    "That glaze is lovely",
    "mine fell apart after one wash",
    "where's my order it's been two weeks",
    "How much is the teapot?",
)
PRIVATE_EVERY = 2


def main(folder: Path) -> None:
    """Let the same storm pass over two shows, and look at each as its host."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    django.setup()
    from livestreams.services import shield
    from tests.bench.__main__ import empty_database
    from tests.rooms import RoomServer

    calm = shield.Verdict("ordinary", 100)
    folder.mkdir(parents=True, exist_ok=True)
    with empty_database():
        server = RoomServer()
        try:
            with patch.object(shield, "weigh", return_value=calm):
                take_picture(server, folder / "before.png")
            take_picture(server, folder / "shielded.png")
        finally:
            server.stop()


def take_picture(server: "RoomServer", path: Path) -> None:
    """Let the storm pass over a new show and keep the picture of its studio."""
    from django.conf import settings
    from django.test import Client
    from playwright.sync_api import sync_playwright

    from livestreams.models import Shielding
    from livestreams.services.chat import NewMessage, post_message
    from livestreams.services.shieldings import open_private_case
    from livestreams.services.shows import start_livestream
    from tests.browser.conftest import ARGUMENTS, find_chromium
    from tests.factories import make_creator, make_livestream, make_user

    show = start_livestream(make_livestream(creator=make_creator()))
    for number, text in enumerate(STORM):
        person = make_user(display_name=f"Shopper {number + 1}")
        post_message(
            NewMessage(
                livestream=show.public_id,
                person=person.public_id,
                badges=(),
                text=text,
            )
        )
    waiting = Shielding.objects.filter(message__state="offered")
    for row in waiting.select_related("message__livestream__market")[::PRIVATE_EVERY]:
        open_private_case(row.message)
    client = Client()
    client.force_login(show.creator.user)
    name = settings.SESSION_COOKIE_NAME
    origin = server.origin
    value = client.cookies[name].value
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        context.add_cookies([{"name": name, "value": value, "url": origin}])
        page = context.new_page()
        page.goto(f"{origin}/creator/studio/{show.public_id}/")
        page.locator("#studio-lines").wait_for()
        page.screenshot(path=path)
        browser.close()
    print(path)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
