"""Questions and polls in real browsers: asked, told, shown, chosen, counted."""

from playwright.sync_api import expect

from creators.models import Creator
from livestreams.models import Livestream, Question
from livestreams.services import polls, questions
from tests.browser.test_room import (
    Enter,
    apart,
    creator,
    enter,
    pytestmark,
    queries_beside_playwright,
    show,
)
from tests.factories import make_user
from tests.rooms import RoomServer

__all__ = [
    "creator",
    "enter",
    "pytestmark",
    "queries_beside_playwright",
    "show",
]


def test_a_question_is_asked_answered_and_shown_and_a_poll_is_counted(
    server: RoomServer, enter: Enter, show: Livestream, creator: Creator
) -> None:
    asker = enter(server, make_user(display_name="Sam"))
    asker.get_by_role("button", name="Ask a question").click()
    dialog = asker.get_by_role("dialog", name="Ask a question")
    dialog.get_by_role("textbox").fill("Is it oak?")
    dialog.get_by_role("button", name="Ask", exact=True).click()
    expect(dialog.get_by_role("listitem")).to_contain_text("Waits for the host.")
    dialog.get_by_role("button", name="Close").click()
    question = apart(Question.objects.select_related("livestream", "asker").get)
    apart(lambda: questions.pin_question(question, by=creator.user))
    card = asker.locator("[data-question-card]")
    expect(card).to_contain_text("Sam asks")
    apart(lambda: questions.answer_question(question, by=creator.user, answer="Oak."))
    expect(card).to_contain_text("Oak.")
    poll = apart(
        lambda: polls.open_poll(
            show,
            question="Which first?",
            options=["The stool", "The bench"],
            by=creator.user,
        )
    )
    option = asker.get_by_role("button", name="The bench")
    option.focus()
    asker.keyboard.press("Enter")
    expect(option).to_contain_text("100 %")
    expect(option).to_have_attribute("aria-pressed", "true")
    apart(lambda: questions.unpin_question(question))
    expect(card).to_be_hidden()
    apart(lambda: polls.close_poll(poll))
    expect(asker.locator("[data-poll]")).to_contain_text("Poll closed")
    asker.locator("[data-poll]").get_by_role("button", name="Close").click()
    expect(asker.locator("[data-poll]")).to_be_hidden()
