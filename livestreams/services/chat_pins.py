"""The line at the top of a room's chat: put up, replaced, taken down (C1)."""

from collections.abc import Collection

from django.db import transaction

from livestreams.errors import ShowNotOnAir
from livestreams.errors.rules import LineNotShown
from livestreams.models import ChatMessage, ChatPin, Livestream
from livestreams.protocol.events import Event
from livestreams.protocol.talking import ChatUnpinned
from livestreams.selectors.rules import describe_pin
from livestreams.services import room
from shopfront.common import clock
from shopfront.models import User
from shopfront.services import audit


def pin_message(message: ChatMessage, *, by: User) -> ChatPin:
    """Keep a line at the top of the chat in place of the one that is there.

    Raises:
        ShowNotOnAir: the show is not live or paused.
        LineNotShown: the line is held or was removed.

    Locks: the livestream's row. Safe to repeat: a line that is up stays as it is.
    """
    with transaction.atomic():
        show = Livestream.objects.select_for_update(no_key=True).get(
            pk=message.livestream_id
        )
        if not show.is_on_air:
            raise ShowNotOnAir
        # The row is locked too, or its removal could miss the pin that is being made.
        row = ChatMessage.objects.select_for_update(of=("self",)).get(pk=message.pk)
        if row.state != ChatMessage.State.VISIBLE or row.seq is None:
            raise LineNotShown
        known = ChatPin.objects.filter(message=row, removed_at=None).first()
        if known is not None:
            return known
        before = clear_line(show)
        pin = ChatPin.objects.create(livestream=show, message=row, pinned_by=by)
        pin.seq = room.append_events(show, [*before, describe_pin(pin)]) + len(before)
        pin.save(update_fields=["seq"])
        _audit("livestreams.pin_message", row, by)
    return pin


def unpin_message(message: ChatMessage, *, by: User) -> None:
    """Take a line down from the top of the chat. Safe to repeat: yes."""
    with transaction.atomic():
        events = take_down([message])
        if events:
            room.append_events(message.livestream, events)
            _audit("livestreams.unpin_message", message, by)


def clear_line(livestream: Livestream) -> list[Event]:
    """Take down what is up in the open transaction and return what says so."""
    up = ChatPin.objects.filter(livestream=livestream, removed_at=None)
    return take_down([pin.message for pin in up.select_related("message")])


def take_down(messages: Collection[ChatMessage]) -> list[Event]:
    """Take these lines down in the open transaction and return what says so."""
    rows = ChatPin.objects.filter(
        message__in=[message.pk for message in messages], removed_at=None
    )
    up = list(rows.select_for_update(of=("self",)).select_related("message"))
    ChatPin.objects.filter(pk__in=[pin.pk for pin in up]).update(removed_at=clock.now())
    return [ChatUnpinned(id=pin.message.public_id) for pin in up]


def _audit(action: str, message: ChatMessage, by: User) -> None:
    audit.record(
        action,
        actor=by,
        subject_kind="chat_message",
        subject_ref=message.public_id,
    )
