"""Questions and polls by public id, in a show that the caller may see."""

from livestreams.errors.asking import PollMissing, QuestionMissing
from livestreams.models import Livestream, Poll, Question


def get_question_for(livestream: Livestream, public_id: str) -> Question:
    """Return a question of a show that the caller helps to run.

    Raises:
        QuestionMissing: the show has no such question.
    """
    question = (
        Question.objects.select_related(
            "livestream", "asker", "taken_by__livestream", "taken_by__person"
        )
        .filter(livestream=livestream, public_id=public_id)
        .first()
    )
    if question is None:
        raise QuestionMissing
    return question


def get_poll_for(livestream: Livestream, public_id: str) -> Poll:
    """Return a poll of a show that the caller was allowed to see.

    Raises:
        PollMissing: the show has no such poll.
    """
    poll = (
        Poll.objects.select_related("livestream")
        .filter(livestream=livestream, public_id=public_id)
        .first()
    )
    if poll is None:
        raise PollMissing
    return poll
