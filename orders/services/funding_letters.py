"""Letters about guarantees' payments that were taken back: to payer, creator, staff."""

from collections.abc import Iterable

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import translation
from django.utils.translation import gettext as _

from catalog.models import BrandMember
from creators.models import Account
from orders.access import mint_funding_link
from orders.models import FundingLoss
from shopfront.common.letters import name_letter
from shopfront.models import Outbox, User
from shopfront.services import outbox

TOPIC = "orders.funding_loss"
PAYER, CREATOR, STAFF = "payer", "creator", "staff"
Letter = tuple[str, list[str]]


def tell_loss(loss: FundingLoss, *, is_missing: bool) -> None:
    """Have payer, staff and, where the show lacks money, its creator told.

    In the open transaction. Safe to repeat: each is told of each turn once.
    """
    turn = "back" if loss.back_at is not None else "taken"
    facts = {"loss": loss.public_id, "turn": turn, "is_missing": is_missing}
    for who in (STAFF, PAYER, CREATOR) if is_missing else (STAFF, PAYER):
        key = f"{who}:{loss.public_id}:{turn}"
        outbox.post(TOPIC, key, facts | {"to": who})


def send_loss(message: Outbox) -> None:
    """Write to those whom a message names.

    Safe to repeat: the Message-IDs stay the same.
    """
    related = ("payment__guarantee__creator__user", "payment__guarantee__agreement")
    rows = FundingLoss.objects.select_related(*related)
    loss = rows.get(public_id=message.payload["loss"])
    is_back = message.payload["turn"] == "back"
    write = {PAYER: _write_payer, CREATOR: _write_creator, STAFF: _write_staff}
    for address, language in _list_addresses(loss, message.payload["to"]):
        with translation.override(language):
            subject, lines = write[message.payload["to"]](
                loss, is_back, bool(message.payload["is_missing"])
            )
            EmailMessage(
                subject=subject,
                body="\n\n".join(lines),
                to=[address],
                headers=name_letter(f"loss-{message.key}-{address}"),
            ).send()


def _list_addresses(loss: FundingLoss, who: str) -> list[tuple[str, str]]:
    """Return the addresses of a kind of people, with the language of each."""
    if who == STAFF:
        return _read(User.objects.filter(is_staff=True, is_active=True).order_by("pk"))
    guarantee = loss.payment.guarantee
    if who == CREATOR:
        return _read([guarantee.creator.user])
    payer = guarantee.agreement.payer
    members = BrandMember.objects.filter(brand__public_id=payer.owner_ref)
    is_brand = payer.owner_kind == Account.Owner.BRAND
    people = [row.user for row in members.select_related("user")] if is_brand else []
    typed = str(loss.payment.request.get("email", ""))
    if people or not typed:
        return _read(people)
    return [(typed, settings.LANGUAGE_CODE)]


def _read(people: Iterable[User]) -> list[tuple[str, str]]:
    return [(person.email, person.language) for person in people if person.is_active]


def _facts(loss: FundingLoss) -> dict[str, str]:
    guarantee = loss.payment.guarantee
    locale = translation.to_locale(translation.get_language() or "en-gb")
    return {
        "amount": loss.amount.format(locale),
        "title": guarantee.title,
        "name": guarantee.creator.display_name,
        "missing": guarantee.missing.format(locale),
        "reason": loss.reason or loss.get_kind_display(),
    }


def _write_payer(loss: FundingLoss, is_back: bool, is_missing: bool) -> Letter:
    facts = _facts(loss)
    code = mint_funding_link(loss.payment.guarantee)
    address = f"{settings.SITE_URL}/funding/{code}/"
    if is_back:
        return _("It stays paid: the guarantee of “%(title)s”") % facts, [
            _("%(amount)s that had been taken back came to us again.") % facts,
            _("Where it stands now:"),
            address,
        ]
    went = _("%(amount)s that you paid in for “%(title)s” went back to your card.")
    subject = _("Paid back to your card: the guarantee of “%(title)s”") % facts
    if not is_missing:
        owed = _(
            "%(name)s is paid as agreed, so you owe this sum. It is taken off what "
            "your sales bring before anything is paid out to you."
        )
        return subject, [went % facts, owed % facts, address]
    wanted = _(
        "Before the sum is paid in again the show with %(name)s cannot start. If it "
        "has begun, %(name)s is paid as agreed and you owe it."
    )
    return subject, [went % facts, wanted % facts, _("Pay it in here:"), address]


def _write_creator(loss: FundingLoss, _is_back: bool, _is_missing: bool) -> Letter:
    facts = _facts(loss)
    show = loss.payment.guarantee.show_ref
    return _("Not paid in any more: %(title)s") % facts, [
        _(
            "The payer's bank took back what was paid in for “%(title)s”. The show "
            "cannot start before it is paid in again. If it has begun, go on: you "
            "are paid as agreed, whatever the bank does."
        )
        % facts,
        f"{settings.SITE_URL}/creator/shows/{show}/",
    ]


def _write_staff(loss: FundingLoss, is_back: bool, is_missing: bool) -> Letter:
    facts = _facts(loss)
    lines = [_("%(amount)s, show “%(title)s” with %(name)s: %(reason)s.") % facts]
    if is_back:
        subject = _("A guarantee's payment came back to us: %(amount)s") % facts
    else:
        subject = _("A guarantee's payment was taken back: %(amount)s") % facts
        lines.append(
            _("%(missing)s are missing: the show cannot start.") % facts
            if is_missing
            else _("The creator is paid; the payer owes it.")
        )
    desk = f"{settings.SITE_URL}/admin/orders/fundingloss/?q={loss.public_id}"
    return subject, [*lines, desk]
