"""What the player's markup asks for."""

from django import template

from livestreams.access.playback import Playback, find_playback, find_replay
from livestreams.access.shows import Person
from livestreams.models import Livestream
from livestreams.selectors.captions import CaptionChoice, list_captions

register = template.Library()


@register.simple_tag(takes_context=True)
def playback_of(context: template.Context, livestream: Livestream) -> Playback | None:
    """Return what plays a show for this person: its picture now, else its recording.

    The person is `viewer`, where the page says so, else who is signed in.
    """
    person: Person = context.get("viewer") or context["request"].user
    if livestream.state == Livestream.State.ENDED:
        return find_replay(livestream, person)
    return find_playback(livestream, person)


@register.simple_tag
def captions_of(livestream: Livestream) -> list[CaptionChoice]:
    """Return the files of captions of a recording; one query.

    A running show's lines come through its room, without one.
    """
    is_over = livestream.state == Livestream.State.ENDED
    return list_captions(livestream) if is_over else []
