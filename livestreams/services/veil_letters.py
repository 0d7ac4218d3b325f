"""Letters about reported pictures: to who reported one, and to whose it was (C9)."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import translation
from django.utils.translation import gettext as _

from livestreams.models import PictureAppeal, PictureReport, VeiledPicture
from livestreams.selectors.veils import ABOUT, list_owners
from shopfront.common.letters import name_letter
from shopfront.models import Outbox, User

State = VeiledPicture.State


def send_decision(message: Outbox) -> None:
    """Write to a reporter what was decided about a picture, and why.

    Safe to repeat: the Message-ID stays the same.
    """
    about = (f"picture__{name}" for name in ABOUT)
    report = (
        PictureReport.objects.select_related("reporter", *about)
        .filter(public_id=message.payload["report"], reporter__is_active=True)
        .first()
    )
    if report is None:
        return
    picture = report.picture
    with translation.override(report.reporter.language):
        facts = {"name": picture.subject, "receipt": report.public_id}
        lines = [
            _("You reported a picture of %(name)s.") % facts,
            _("We agree with you: it is taken down.")
            if picture.state == State.REMOVED
            else _("We looked at it and let it stand."),
            picture.answer,
            _("Receipt: %(receipt)s") % facts,
        ]
        subject = _("Your report was decided: %(title)s") % {"title": facts["name"]}
        name = f"picture-{report.public_id}-{picture.state}"
        _write(report.reporter, subject, lines, name=name)


def send_removed(message: Outbox) -> None:
    """Write to whose a picture was that it was taken down, and why.

    Safe to repeat: the Message-ID stays the same.
    """
    picture = _find(message)
    for person in list_owners(picture) if picture else []:
        assert picture is not None
        with translation.override(person.language):
            lines = [
                _describe(picture),
                _("A person looked at it and took it down. This is why:"),
                picture.answer,
                _("The clip is not shown as long as that stands.")
                if picture.clip is not None
                else _("You may put up another picture at any time."),
                *_say_where_to_appeal(),
            ]
            name = f"picture-removed-{picture.public_id}-{person.public_id}"
            _write(person, _("We took a picture of yours down"), lines, name=name)


def send_put_back(message: Outbox) -> None:
    """Write to whose a picture is that we were wrong to take it down.

    Safe to repeat: the Message-ID stays the same.
    """
    picture = _find(message)
    for person in list_owners(picture) if picture else []:
        assert picture is not None
        with translation.override(person.language):
            lines = [
                _describe(picture),
                _("We looked at it again: it should not have been taken down. Sorry."),
                picture.answer,
                _(
                    "It is shown again, unless another took its place or it was "
                    "deleted meanwhile; you may put it up anew then."
                ),
            ]
            name = f"picture-back-{picture.public_id}-{person.public_id}"
            _write(person, _("Your picture may be shown"), lines, name=name)


def send_refused(message: Outbox) -> None:
    """Write to a person that a picture stays away after an appeal, and why.

    Safe to repeat: the Message-ID stays the same.
    """
    appeal = _find_appeal(message)
    if appeal is None or not appeal.person.is_active:
        return
    with translation.override(appeal.person.language):
        facts = {"title": appeal.picture.subject}
        lines = [
            _describe(appeal.picture),
            _("We looked again at “%(title)s”: the decision stands.") % facts,
            appeal.answer,
        ]
        subject = _("Your appeal was decided: %(title)s") % facts
        _write(appeal.person, subject, lines, name=f"picture-appeal-{appeal.public_id}")


def send_appeal_due(message: Outbox) -> None:
    """Write to staff that somebody still waits for the answer to an appeal.

    Safe to repeat: the Message-ID stays the same.
    """
    appeal = _find_appeal(message)
    if appeal is None or appeal.state != PictureAppeal.State.OPEN:
        return
    queue = f"{settings.SITE_URL}/admin/livestreams/pictureappeal/?state__exact=open"
    staff = User.objects.filter(is_staff=True, is_active=True)
    for person in staff.order_by("pk"):
        with translation.override(person.language):
            subject = _("An appeal is due: %(title)s")
            _write(
                person,
                subject % {"title": appeal.picture.subject},
                [f"{appeal.picture}", appeal.text, queue],
                name=f"picture-due-{appeal.public_id}-{person.public_id}",
            )


def _describe(picture: VeiledPicture) -> str:
    said = {
        VeiledPicture.Kind.PORTRAIT: _(
            "The picture of your page was reported as offensive."
        ),
        VeiledPicture.Kind.POSTER: _(
            "The picture of your show “%(title)s” was reported as offensive."
        ),
        VeiledPicture.Kind.CLIP: _(
            "The picture of your clip “%(title)s” was reported as offensive."
        ),
        VeiledPicture.Kind.PRODUCT: _(
            "A picture of your product “%(title)s” was reported as offensive."
        ),
    }
    kind = VeiledPicture.Kind(picture.kind)
    return said[kind] % {"title": picture.subject}


def _say_where_to_appeal() -> list[str]:
    return [
        _("If you think this is wrong, say so here; somebody else looks at it:"),
        f"{settings.SITE_URL}/accounts/moderation/",
    ]


def _find(message: Outbox) -> VeiledPicture | None:
    rows = VeiledPicture.objects.select_related(*ABOUT)
    return rows.filter(public_id=message.payload["picture"]).first()


def _find_appeal(message: Outbox) -> PictureAppeal | None:
    about = (f"picture__{name}" for name in ABOUT)
    rows = PictureAppeal.objects.select_related("person", *about)
    return rows.filter(public_id=message.payload["appeal"]).first()


def _write(person: User, subject: str, lines: list[str], *, name: str) -> None:
    EmailMessage(
        subject=subject,
        body="\n\n".join(line for line in lines if line),
        to=[person.email],
        headers=name_letter(name),
    ).send()
