"""Letters about reported pictures: to who reported one, and to whose it was (C9)."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import translation
from django.utils.translation import gettext as _

from livestreams.models import PictureReport, VeiledPicture
from shopfront.models import Outbox, User

State = VeiledPicture.State


def send_decision(message: Outbox) -> None:
    """Write to a reporter what was decided about a picture, and why.

    Safe to repeat: the Message-ID stays the same.
    """
    report = (
        PictureReport.objects.select_related("reporter", "picture__creator")
        .filter(public_id=message.payload["report"], reporter__is_active=True)
        .first()
    )
    if report is None:
        return
    picture = report.picture
    with translation.override(report.reporter.language):
        facts = {"name": picture.creator.display_name, "receipt": report.public_id}
        lines = [
            _("You reported a picture of %(name)s.") % facts,
            _("We agree with you: it is taken down.")
            if picture.state == State.REMOVED
            else _("We looked at it and let it stand."),
            picture.answer,
            _("Receipt: %(receipt)s") % facts,
        ]
        subject = _("Your report was decided: %(title)s") % {"title": facts["name"]}
        _write(report.reporter, subject, lines, name=f"picture-{report.public_id}")


def send_removed(message: Outbox) -> None:
    """Write to a creator that a picture was taken down, and why.

    Safe to repeat: the Message-ID stays the same.
    """
    picture = (
        VeiledPicture.objects.select_related("creator__user", "livestream")
        .filter(public_id=message.payload["picture"], creator__user__is_active=True)
        .first()
    )
    if picture is None:
        return
    person = picture.creator.user
    with translation.override(person.language):
        first = _("The picture of your page was reported as offensive.")
        if picture.livestream is not None:
            said = _("The picture of your show “%(title)s” was reported as offensive.")
            first = said % {"title": picture.livestream.title}
        lines = [
            first,
            _("A person looked at it and took it down. This is why:"),
            picture.answer,
            _("You may put up another picture at any time."),
        ]
        name = f"picture-removed-{picture.public_id}"
        _write(person, _("We took a picture of yours down"), lines, name=name)


def _write(person: User, subject: str, lines: list[str], *, name: str) -> None:
    host = settings.SITE_URL.partition("://")[2].partition(":")[0]
    EmailMessage(
        subject=subject,
        body="\n\n".join(line for line in lines if line),
        to=[person.email],
        headers={"Message-ID": f"<{name}@{host}>"},
    ).send()
