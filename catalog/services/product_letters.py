"""Letters about reported products: to who reported, to the brand, to staff (S5)."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from catalog.models import (
    Product,
    ProductAppeal,
    ProductReport,
    ReportAppeal,
    ReportedProduct,
)
from catalog.selectors.product_reports import list_members
from shopfront.common.letters import name_letter
from shopfront.models import Outbox, User

State = ReportedProduct.State


def send_receipt(message: Outbox) -> None:
    """Confirm to a reporter that a report came in, by its number.

    Safe to repeat: the Message-ID stays the same.
    """
    report = _find_report(message)
    if report is None:
        return
    with translation.override(report.language):
        facts = _describe(report)
        lines = [
            _("You reported “%(title)s”. A person looks at it and writes to you.")
            % facts,
            report.get_reason_display(),
            _("Receipt: %(receipt)s") % facts,
            _find_receipt(report),
        ]
        subject = _("We have your report: %(title)s") % facts
        name = f"product-report-{report.public_id}"
        _write(report.address, subject, lines, name=name)


def alert_of_danger(message: Outbox) -> None:
    """Write to staff that somebody says that a product is dangerous.

    Safe to repeat: the Message-ID stays the same.
    """
    rows = ProductReport.objects.select_related("case__product__brand")
    report = rows.filter(public_id=message.payload["report"]).first()
    if report is None or report.case.state != State.OPEN:
        return
    product = report.case.product
    facts = {"title": product.title, "brand": product.brand.name}
    address = reverse("admin:catalog_reportedproduct_change", args=[report.case_id])
    lines = [
        _("Somebody says that “%(title)s” by %(brand)s is dangerous:") % facts,
        f"“{report.words}”" if report.words else "",
        settings.SITE_URL + address,
    ]
    staff = User.objects.filter(is_staff=True, is_active=True)
    EmailMessage(
        subject=_("Reported as dangerous: %(title)s") % facts,
        body="\n\n".join(line for line in lines if line),
        bcc=list(staff.values_list("email", flat=True)),
        headers=name_letter(f"dangerous-{report.case.public_id}"),
    ).send()


def send_decision(message: Outbox) -> None:
    """Write to a reporter what was decided about a product, and why.

    Nothing is sent of a decision that another one followed meanwhile.

    Safe to repeat: the Message-ID stays the same.
    """
    report = _find_report(message)
    if report is None or report.case.state != message.payload["state"]:
        return
    case = report.case
    with translation.override(report.language):
        facts = _describe(report)
        lines = [
            _("You reported “%(title)s”.") % facts,
            _("We agree with you: it is withdrawn from sale.")
            if case.state == State.WITHDRAWN
            else _("We looked at it and let it stand."),
            case.answer,
            _("A person decided this."),
            _("If you know more, report it again.") if case.state == State.FINE else "",
            _(
                "You may appeal within six months; somebody else looks at it. Going to "
                "court is open to you too."
            )
            if report.can_be_appealed
            else "",
            _("Receipt: %(receipt)s") % facts,
            _find_receipt(report),
        ]
        subject = _("Your report was decided: %(title)s") % facts
        name = f"product-report-{message.key}"
        _write(report.address, subject, lines, name=name)


def send_withdrawn(message: Outbox) -> None:
    """Give a brand's people the reasons why a product was withdrawn from sale.

    What Art. 17(3) of Regulation (EU) 2022/2065 asks for; who reported it is not
    said. Safe to repeat: the Message-IDs stay the same.
    """
    case = _find_case(message)
    if case is None or case.state != State.WITHDRAWN:
        return
    for person in list_members(case):
        with translation.override(person.language):
            facts = {"title": case.product.title, "ground": case.get_ground_display()}
            lines = [
                _("Your product “%(title)s” was reported to us.") % facts,
                _(
                    "A person looked at it and withdrew it from sale in all countries, "
                    "until further notice. What is paid for is still delivered."
                ),
                _("Ground: %(ground)s") % facts,
                case.answer,
                _("Going to court is open to you.")
                if hasattr(case, "appeal")
                else _(
                    "You may appeal within six months; somebody else looks at it. "
                    "Going to court is open to you too."
                ),
                f"{settings.SITE_URL}/accounts/moderation/",
            ]
            subject = _("Withdrawn from sale: %(title)s") % facts
            name = f"product-withdrawn-{message.key}-{person.public_id}"
            _write(person.email, subject, lines, name=name)


def send_put_back(message: Outbox) -> None:
    """Write to a brand's people that we were wrong to withdraw a product.

    Safe to repeat: the Message-IDs stay the same.
    """
    case = _find_case(message)
    for person in list_members(case) if case else []:
        assert case is not None
        with translation.override(person.language):
            facts = {"title": case.product.title}
            lines = [
                _("We looked at “%(title)s” again: it should not have been withdrawn.")
                % facts,
                case.answer,
                _(
                    "It is as it was before, unless something else was decided about "
                    "it meanwhile. Sorry."
                ),
            ]
            subject = _("Your product is back: %(title)s") % facts
            name = f"product-back-{message.key}-{person.public_id}"
            _write(person.email, subject, lines, name=name)


def send_refused(message: Outbox) -> None:
    """Write to who appealed that a product stays off sale, and why.

    Safe to repeat: the Message-ID stays the same.
    """
    appeal = _find_appeal(message)
    if appeal is None or not appeal.person.is_active:
        return
    with translation.override(appeal.person.language):
        facts = {"title": appeal.case.product.title}
        lines = [
            _("We looked again at “%(title)s”: the decision stands.") % facts,
            appeal.answer,
        ]
        subject = _("Your appeal was decided: %(title)s") % facts
        name = f"product-appeal-{appeal.public_id}"
        _write(appeal.person.email, subject, lines, name=name)


def send_stays(message: Outbox) -> None:
    """Write to a reporter who appealed that a product stays on sale, and why.

    Safe to repeat: the Message-ID stays the same.
    """
    appeal = _find_report_appeal(message)
    if appeal is None or not appeal.report.address:
        return
    with translation.override(appeal.report.language):
        facts = _describe(appeal.report)
        lines = [
            _("We looked again at “%(title)s”: the decision stands.") % facts,
            appeal.answer,
            _("A person decided this."),
            _("Receipt: %(receipt)s") % facts,
            _find_receipt(appeal.report),
        ]
        subject = _("Your appeal was decided: %(title)s") % facts
        name = f"report-appeal-{appeal.public_id}"
        _write(appeal.report.address, subject, lines, name=name)


def send_appeal_due(message: Outbox) -> None:
    """Write to staff that a brand still waits for the answer to an appeal.

    Safe to repeat: the Message-IDs stay the same.
    """
    appeal = _find_appeal(message)
    if appeal is not None:
        queue = reverse("admin:catalog_productappeal_changelist")
        _alert_of_due(appeal, appeal.case.product, queue)


def send_report_appeal_due(message: Outbox) -> None:
    """Write to staff that a reporter still waits for the answer to an appeal.

    Safe to repeat: the Message-IDs stay the same.
    """
    appeal = _find_report_appeal(message)
    if appeal is not None:
        queue = reverse("admin:catalog_reportappeal_changelist")
        _alert_of_due(appeal, appeal.report.case.product, queue)


def _alert_of_due(
    appeal: ProductAppeal | ReportAppeal, product: Product, queue: str
) -> None:
    if appeal.state != appeal.State.OPEN:
        return
    staff = User.objects.filter(is_staff=True, is_active=True)
    for person in staff.order_by("pk"):
        with translation.override(person.language):
            _write(
                person.email,
                _("An appeal is due: %(title)s") % {"title": product.title},
                [
                    product.title,
                    appeal.text,
                    f"{settings.SITE_URL}{queue}?state__exact=open",
                ],
                name=f"product-due-{appeal.public_id}-{person.public_id}",
            )


def _describe(report: ProductReport) -> dict[str, str]:
    return {"title": report.case.product.shown_title, "receipt": report.public_id}


def _find_receipt(report: ProductReport) -> str:
    """Return where a reporter follows it: a guest by number, others in their account.

    That page asks for the sign-in; a receipt of an account is nobody else's.
    """
    if report.reporter_id is not None:
        return f"{settings.SITE_URL}/accounts/moderation/"
    return settings.SITE_URL + reverse(
        "catalog:report-receipt", args=[report.public_id]
    )


def _find_report(message: Outbox) -> ProductReport | None:
    """Return the report that a message names, if somebody reads letters about it."""
    rows = ProductReport.objects.select_related(
        "reporter", "appeal", "case__product__brand"
    )
    report = rows.filter(public_id=message.payload["report"]).first()
    return report if report is not None and report.address else None


def _find_case(message: Outbox) -> ReportedProduct | None:
    rows = ReportedProduct.objects.select_related("product", "appeal")
    return rows.filter(public_id=message.payload["case"]).first()


def _find_appeal(message: Outbox) -> ProductAppeal | None:
    rows = ProductAppeal.objects.select_related("person", "case__product")
    return rows.filter(public_id=message.payload["appeal"]).first()


def _find_report_appeal(message: Outbox) -> ReportAppeal | None:
    rows = ReportAppeal.objects.select_related("report__reporter")
    rows = rows.select_related("report__case__product__brand")
    return rows.filter(public_id=message.payload["appeal"]).first()


def _write(to: str, subject: str, lines: list[str], *, name: str) -> None:
    EmailMessage(
        subject=subject,
        body="\n\n".join(line for line in lines if line),
        to=[to],
        headers=name_letter(name),
    ).send()
