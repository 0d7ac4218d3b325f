"""The fault table: what goes wrong with a picture, and what its host is told.

Each entry has a case in the tests, which also shows that other shows go on.
"""

from enum import Enum

from django.utils.translation import gettext_noop

MOST_NAME_BYTES = 75


class Fault(Enum):
    """A fault by name; its value is the sentence, translated where it is read."""

    GARBAGE = gettext_noop("What your encoder sent could not be read. Restart it.")
    WRONG_CODEC = gettext_noop(
        "Set your encoder to H.264: this picture is in another format."
    )
    TOO_LARGE = gettext_noop(
        "Your picture is larger than 4K. Set your encoder to 1080p or less."
    )
    TOO_MUCH = gettext_noop(
        "Your encoder sends more than this server takes. Set it to 2,500 kbit/s."
    )
    NO_PICTURE = gettext_noop("No picture arrived. Add a video source to your encoder.")
    NO_SOUND = gettext_noop(
        "Your picture arrives without sound. Check your microphone's source."
    )
    NO_KEY_FRAME = gettext_noop("Set your encoder to send a key frame every 2 seconds.")
    CLOCK_JUMPED = gettext_noop(
        "Your encoder's clock jumped. Viewers saw a short gap; restart it if it stays."
    )
    NOT_READABLE = gettext_noop("The picture could not be read. Restart your encoder.")
    RESTARTED = gettext_noop(
        "The picture stopped at our side for a moment and was started again."
    )
    TAKEN_OVER = gettext_noop("Another encoder with the same key took over.")
    TAKEN_OVER_BY = gettext_noop("%(name)s took over the picture of this show.")
    BROWSER_FIRST = gettext_noop(
        "Your encoder waits while somebody sends from a browser. Stop sending there."
    )
    KEY_CHANGED = gettext_noop("The stream key was changed. Copy the new one.")
    DISMISSED = gettext_noop("Who sent from a browser no longer runs this show.")
    SHOW_OVER = gettext_noop("This show has ended.")
    TOO_MANY_FAILURES = gettext_noop("Too many wrong keys from here. Wait a minute.")
    TOO_MANY_SHOWS = gettext_noop("This server carries as many shows as it can.")
    SHOP_AWAY = gettext_noop("The shop does not answer. Try again in a moment.")
    DISK_FULL = gettext_noop(
        "This server's disk is full, so it takes no new show. Staff have been told."
    )
    NOT_RECORDED = gettext_noop(
        "Your show goes on, but it is not recorded: the disk is full. Staff are told."
    )

    BROWSER_GARBAGE = gettext_noop(
        "What your browser sent could not be read. Reload the page and go live again."
    )
    BROWSER_NO_PICTURE = gettext_noop(
        "No picture arrived from your browser. Choose a camera and go live again."
    )
    BROWSER_FORMAT = gettext_noop(
        "Your browser sends a format we do not take. Use Chrome, Edge, Firefox, Safari."
    )
    TOO_MANY_CONVERTED = gettext_noop(
        "This server converts as many pictures as it can. Go live from Chrome or Edge."
    )

    def tell_of(self, name: str) -> str:
        """Write the sentence of a person; long names are cut to fit a socket."""
        cut = name.encode()[:MOST_NAME_BYTES].decode("utf-8", "ignore")
        return self.sentence % {"name": cut if cut == name else f"{cut.rstrip()}…"}

    @property
    def sentence(self) -> str:
        """What the host is told, in English."""
        return str(self.value)
