"""Refusals of the shield, with stable codes."""

from django.utils.translation import gettext_lazy as _

from shopfront.common.errors import Conflict, Invalid


class AlreadyChosen(Conflict):
    """The author has chosen before, maybe in another tab."""

    code = "livestreams.already_chosen"
    default_message = _("You have chosen already.")


class QuestionForTheShop(Invalid):
    """A question about an order does not belong in the host's queue (C6)."""

    code = "livestreams.question_for_the_shop"
    default_message = _(
        "This looks like something for the shop. Write it in the chat: "
        "there you can send it to the shop alone. If we misread you, put it "
        "in other words."
    )


class QuestionAboutPerson(Invalid):
    """Questions about the host's person are not passed on (C10)."""

    code = "livestreams.question_about_person"
    default_message = _(
        "Questions about the host's person are not passed on. "
        "If we misread you, put it in other words."
    )
