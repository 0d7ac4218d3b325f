"""Letters that creators may switch off: chosen, posted, sent where wanted (P1)."""

from collections.abc import Callable, Collection

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from creators.models import Creator, Guarantee, MutedNotice, Notice
from creators.selectors.notices import wants_notice
from shopfront.common.ids import new_public_id
from shopfront.common.letters import name_letter
from shopfront.models import Outbox
from shopfront.services import outbox

TOPIC = "creators.notice"
AGREED, REFUSED = "counter_agreed", "counter_refused"


def choose_notices(creator: Creator, wanted: Collection[str]) -> None:
    """Store which kinds of letters a creator wants; unknown ones count for nothing.

    Safe to repeat: yes.
    """
    muted = [kind for kind in Notice.values if kind not in wanted]
    with transaction.atomic():
        rows = MutedNotice.objects.filter(creator=creator)
        rows.exclude(kind__in=muted).delete()
        MutedNotice.objects.bulk_create(
            [MutedNotice(creator=creator, kind=kind) for kind in muted],
            ignore_conflicts=True,
        )


def post_offer_made(creator: Creator, *, ref: str, title: str, brand: str) -> None:
    """Write into the open transaction that a brand made this very creator an offer."""
    facts = {"title": title, "name": brand, "path": f"/creator/offers/{ref}/"}
    _post(creator, Notice.OFFER, ref, facts)


def post_counter_agreed(creator: Creator, *, ref: str, title: str, brand: str) -> None:
    """Write into the open transaction that a creator's own terms are agreed now.

    It binds them, so this letter always goes out.
    """
    facts = {"title": title, "name": brand, "path": "/creator/agreements/"}
    _post(creator, Notice.OFFER, f"{ref}:agreed", facts | {"words": AGREED})


def post_counter_refused(creator: Creator, *, ref: str, title: str, brand: str) -> None:
    """Write into the open transaction that a brand refused a creator's terms."""
    facts = {"title": title, "name": brand, "path": f"/creator/offers/{ref}/"}
    key = f"{ref}:refused:{new_public_id()}"  # the next counter may be refused too
    _post(creator, Notice.OFFER, key, facts | {"words": REFUSED})


def post_funded(guarantee: Guarantee) -> None:
    """Write into the open transaction that a guarantee is paid in."""
    facts = {
        "title": guarantee.title,
        "name": guarantee.creator.display_name,
        "path": f"/creator/shows/{guarantee.show_ref}/",
    }
    ref = f"{guarantee.public_id}:{guarantee.funded_at:%Y%m%d%H%M%S%f}"
    _post(guarantee.creator, Notice.FUNDED, ref, facts)


def post_report_ready(creator: Creator, *, show_ref: str, title: str) -> None:
    """Write into the open transaction that the report of a show can be read."""
    facts = {
        "title": title,
        "name": creator.display_name,
        "path": f"/creator/shows/{show_ref}/",
    }
    _post(creator, Notice.REPORT, show_ref, facts)


def send_notice(message: Outbox) -> None:
    """Write to a creator who wants it.

    Safe to repeat: the Message-ID stays the same.
    """
    facts = message.payload
    kind = Notice(facts["kind"])
    rows = Creator.objects.select_related("user")
    creator = rows.get(public_id=facts["creator"])
    words = facts.get("words", kind.value)
    is_wanted = words == AGREED or wants_notice(creator, kind)
    if not creator.is_verified or not is_wanted:
        return
    with translation.override(creator.user.language):
        subject, first = WORDS[words]()
        lines = [
            first % facts,
            settings.SITE_URL + facts["path"],
            _("You choose which letters you get: %(address)s")
            % {"address": f"{settings.SITE_URL}/creator/notices/"},
        ]
        EmailMessage(
            subject=subject % facts,
            body="\n\n".join(lines),
            to=[creator.user.email],
            headers=name_letter(f"notice-{message.key}"),
        ).send()


def _post(creator: Creator, kind: Notice, ref: str, facts: dict[str, str]) -> None:
    payload = {"creator": creator.public_id, "kind": kind.value}
    outbox.post(TOPIC, f"{kind}:{ref}", payload | facts)


def _say_offer() -> tuple[str, str]:
    return (
        _("An offer for you: %(title)s"),
        _("%(name)s offers you a collaboration: “%(title)s”. Rate and pay stand here:"),
    )


def _say_agreed() -> tuple[str, str]:
    return (
        _("Agreed: %(title)s"),
        _(
            "%(name)s agrees to the terms that you proposed for “%(title)s”. They hold "
            "now and stand among your agreements:"
        ),
    )


def _say_refused() -> tuple[str, str]:
    return (
        _("Your terms: %(title)s"),
        _(
            "%(name)s does not agree to the terms that you proposed for “%(title)s”. "
            "The first terms stay on offer:"
        ),
    )


def _say_funded() -> tuple[str, str]:
    return (
        _("Paid in: %(title)s"),
        _("The guarantee of “%(title)s” is paid in. You can go live:"),
    )


def _say_report() -> tuple[str, str]:
    return (
        _("Your report: %(title)s"),
        _("Who watched “%(title)s”, what sold and what you get of it:"),
    )


WORDS: dict[str, Callable[[], tuple[str, str]]] = {
    Notice.OFFER.value: _say_offer,
    AGREED: _say_agreed,
    REFUSED: _say_refused,
    Notice.FUNDED.value: _say_funded,
    Notice.REPORT.value: _say_report,
}
