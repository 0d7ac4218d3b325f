"""Jobs of the demo."""

from celery import shared_task

from livestreams.services import demo_chat, demo_shows


@shared_task(name="livestreams.demo_chat_task", ignore_result=True)
def demo_chat_task() -> int:
    """Let invented shoppers chat in the demo's shows; nothing happens elsewhere."""
    return demo_chat.chat_in_demo_shows()


@shared_task(name="livestreams.demo_shows_task", ignore_result=True)
def demo_shows_task() -> int:
    """Let the pins of the demo's shows take turns; nothing happens elsewhere."""
    return demo_shows.tend_demo_shows()
