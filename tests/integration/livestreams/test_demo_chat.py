"""Invented shoppers: marked, in demo shows only, in the demo only."""

import pytest
from pytest_django.fixtures import Settings

from creators.models import Creator
from livestreams.models import ChatMessage, Livestream, WordList
from livestreams.services.demo_chat import FIRST_LINES, NAMES
from livestreams.services.shows import start_livestream
from livestreams.services.word_lists import ensure_starter_lists
from livestreams.tasks import demo_chat_task
from shopfront.models import User
from tests.factories import make_livestream, make_variant

pytestmark = pytest.mark.django_db


def make_demo_show(creator: Creator) -> Livestream:
    shelf = (make_variant().product,)
    show = make_livestream(creator=creator, products=shelf, is_demo=True)
    return start_livestream(show)


def test_invented_shoppers_are_marked_and_cannot_sign_in(creator: Creator) -> None:
    show = make_demo_show(creator)
    assert demo_chat_task() == FIRST_LINES
    messages = ChatMessage.objects.filter(livestream=show)
    assert {tuple(message.badges) for message in messages} == {("demo",)}
    assert len({message.text for message in messages}) == FIRST_LINES
    invented = User.objects.filter(display_name__in=NAMES)
    assert invented.count() == len(NAMES)
    assert not any(person.has_usable_password() for person in invented)


def test_they_go_on_calmly(creator: Creator) -> None:
    make_demo_show(creator)
    demo_chat_task()
    assert all(demo_chat_task() <= 1 for _ in range(5))


def test_real_shows_are_left_alone(show: Livestream) -> None:
    assert demo_chat_task() == 0
    assert not ChatMessage.objects.exists()


def test_nothing_happens_outside_the_demo(creator: Creator, settings: Settings) -> None:
    make_demo_show(creator)
    settings.DEMO = False
    assert demo_chat_task() == 0


def test_the_demo_has_word_lists_that_staff_may_change(creator: Creator) -> None:
    ensure_starter_lists()
    count = WordList.objects.count()
    WordList.objects.filter(language="en").update(words=["ours"])
    ensure_starter_lists()
    assert WordList.objects.count() == count
    assert WordList.objects.filter(words=["ours"]).count() == 4
