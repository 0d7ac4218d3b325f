"""Refusals of questions and polls, with stable codes."""

from django.utils.translation import gettext_lazy as _

from shopfront.common.errors import Conflict, Invalid, Missing


class AskedJustNow(Conflict):
    """One open question a minute."""

    code = "livestreams.asked_just_now"
    default_message = _("Your question waits for the host. Ask the next in a minute.")


class QuestionMissing(Missing):
    """No such question in this show."""

    code = "livestreams.question_missing"
    default_message = _("We cannot find this question.")


class QuestionDecided(Conflict):
    """The question's state does not allow this."""

    code = "livestreams.question_decided"
    default_message = _("This question was decided already, or is still held.")


class PollMissing(Missing):
    """No such poll in this show."""

    code = "livestreams.poll_missing"
    default_message = _("We cannot find this poll.")


class PollAlreadyOpen(Conflict):
    """One poll at a time."""

    code = "livestreams.poll_already_open"
    default_message = _("A poll is open. Close it first.")


class PollOver(Conflict):
    """The poll takes no more votes."""

    code = "livestreams.poll_over"
    default_message = _("This poll is closed.")


class PollIncomplete(Invalid):
    """A question and two to five different options make a poll."""

    code = "livestreams.poll_incomplete"
    default_message = _("A poll has a question and two to five different options.")


class ChoiceUnknown(Invalid):
    """The poll has no such option."""

    code = "livestreams.choice_unknown"
    default_message = _("This poll has no such option.")
