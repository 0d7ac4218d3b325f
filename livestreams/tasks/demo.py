"""Jobs of the demo."""

from celery import shared_task

from livestreams.services import demo_chat


@shared_task(name="livestreams.demo_chat_task", ignore_result=True)
def demo_chat_task() -> int:
    """Let invented shoppers chat in the demo's shows; nothing happens elsewhere."""
    return demo_chat.chat_in_demo_shows()
