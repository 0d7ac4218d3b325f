"""Letters about moderation: a ban, its end, an appeal's answer, a flood (C9)."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from livestreams.models import (
    Appeal,
    BanShare,
    Category,
    ModerationAction,
)
from livestreams.models.sayings import say
from livestreams.selectors.duties import list_called
from shopfront.common.letters import name_letter
from shopfront.models import Outbox, User


def send_action(message: Outbox) -> None:
    """Write to a person who was banned, or whose ban was undone.

    Safe to repeat: the Message-ID stays the same.
    """
    action = (
        ModerationAction.objects.select_related("person", "livestream__creator")
        .filter(public_id=message.payload["action"], person__is_active=True)
        .first()
    )
    if action is None or action.person is None:
        return
    state = message.key.partition(":")[2]
    with translation.override(action.person.language):
        subject = _("Closed to you: %(title)s")
        if state == "undone":
            subject = _("You may come back: %(title)s")
            lines = _describe_undone(action)
        elif share := message.payload.get("share"):
            lines = _describe_share(action, share)
        else:
            lines = _describe_ban(action)
        subject %= {"title": action.livestream.title}
        name = f"action-{action.public_id}-{state.replace(':', '-')}"
        _write(action.person.email, subject, lines, name=name)


def send_appeal(message: Outbox) -> None:
    """Write to a person what became of an appeal, and why.

    Safe to repeat: the Message-ID stays the same.
    """
    appeal = (
        Appeal.objects.select_related("person", "action__livestream")
        .filter(public_id=message.payload["appeal"], person__is_active=True)
        .first()
    )
    if appeal is None:
        return
    with translation.override(appeal.person.language):
        facts = {"title": appeal.action.livestream.title}
        decision = (
            _("We looked again at “%(title)s”: you were right, and it is undone.")
            if appeal.state == Appeal.State.GRANTED
            else _("We looked again at “%(title)s”: the decision stands.")
        )
        _write(
            appeal.person.email,
            _("Your appeal was decided: %(title)s") % facts,
            [decision % facts, appeal.answer],
            name=f"appeal-{appeal.public_id}",
        )


def send_appeal_due(message: Outbox) -> None:
    """Write to staff that a person still waits for the answer to an appeal.

    Safe to repeat: the Message-ID stays the same.
    """
    appeal = (
        Appeal.objects.select_related("action__livestream")
        .filter(public_id=message.payload["appeal"], state=Appeal.State.OPEN)
        .first()
    )
    if appeal is None:
        return
    facts = {"title": appeal.action.livestream.title}
    queue = f"{settings.SITE_URL}/admin/livestreams/appeal/?state__exact=open"
    staff = User.objects.filter(is_staff=True, is_active=True)
    for person in staff.order_by("pk"):
        with translation.override(person.language):
            _write(
                person.email,
                _("An appeal is due: %(title)s") % facts,
                [f"{appeal.action}", appeal.text, queue],
                name=f"appeal-due-{appeal.public_id}-{person.public_id}",
            )


def send_flood(message: Outbox) -> None:
    """Write to the show's moderators, or staff, that a flood is held.

    Safe to repeat: the Message-ID stays the same.
    """
    action = (
        ModerationAction.objects.select_related("livestream")
        .filter(public_id=message.payload["action"], undone_at=None)
        .first()
    )
    if action is None:
        return
    show = action.livestream
    facts = {"title": show.title}
    lines = [
        _("A flood is held in “%(title)s”.") % facts,
        say(action.reason),
        f"{settings.SITE_URL}/creator/studio/{show.public_id}/",
    ]
    subject = _("A flood is held: %(title)s") % facts
    for address in list_called(show):
        name = f"flood-{action.public_id}-{address.partition('@')[0]}"
        _write(address, subject, lines, name=name)


def _describe_ban(action: ModerationAction) -> list[str]:
    facts = {
        "title": action.livestream.title,
        "host": action.livestream.creator.display_name,
    }
    until = (
        _("It ends on %(when)s (UTC).")
        % {"when": date_format(action.until, "DATETIME_FORMAT")}
        if action.until
        else _("It lasts until it is undone.")
    )
    sanction = getattr(action, "sanction", None)
    is_wide = sanction is not None and sanction.creator_id is not None
    scope = (
        _("A moderator closed all shows of %(host)s to you.")
        if is_wide
        else _("A moderator closed the room of “%(title)s” to you.")
    )
    return [
        scope % facts,
        _say_why(action),
        say(action.reason),
        until,
        _("If you think this is wrong, say so here; somebody else looks at it:"),
        f"{settings.SITE_URL}/accounts/moderation/",
    ]


def _describe_share(action: ModerationAction, share: str) -> list[str]:
    taker = BanShare.objects.select_related("taker").get(public_id=share).taker
    facts = {"host": action.livestream.creator.display_name, "taker": taker}
    said = _("A ban by %(host)s now closes the shows of %(taker)s to you too.")
    return [
        said % facts,
        _say_why(action),
        _("If you think this is wrong, say so here; somebody else looks at it:"),
        f"{settings.SITE_URL}/accounts/moderation/",
    ]


def _say_why(action: ModerationAction) -> str:
    is_named = action.category != Category.OTHER
    return f"{action.get_category_display()}." if is_named else ""


def _describe_undone(action: ModerationAction) -> list[str]:
    facts = {"title": action.livestream.title}
    said = _("The ban that was made in “%(title)s” is undone.") % facts
    return [said, say(action.undo_reason)]


def _write(to: str, subject: str, lines: list[str], *, name: str) -> None:
    EmailMessage(
        subject=subject,
        body="\n\n".join(line for line in lines if line),
        to=[to],
        headers=name_letter(name),
    ).send()
