"""Two moderators decide on one report at once: one decision, one letter."""

import threading

import pytest
from django.db import connection

from creators.models import Creator
from livestreams.models import Livestream, Report
from livestreams.services import reports
from livestreams.services.chat import NewMessage, post_message
from shopfront.models import Audit, Outbox, User
from tests.factories import make_livestream, make_user

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
ACTS = {"upheld": reports.uphold_reports, "dismissed": reports.dismiss_reports}


def test_one_of_two_decisions_stands(
    creator: Creator, shopper: User, stranger: User
) -> None:
    show = make_livestream(creator=creator, state=Livestream.State.LIVE)
    row = post_message(
        NewMessage(
            livestream=show.public_id,
            person=shopper.public_id,
            badges=(),
            text="Buy at my shop",
        )
    )
    report = reports.report_message(row, reporter=stranger, reason="spam")
    start = threading.Barrier(4)
    decided: dict[str, int] = {"upheld": 0, "dismissed": 0}
    lock = threading.Lock()

    def decide(name: str, moderator: User) -> None:
        start.wait(timeout=30)
        count = ACTS[name](row, by=moderator, reason="Looked at")
        with lock:
            decided[name] += count
        connection.close()

    threads = [
        threading.Thread(target=decide, args=(name, make_user()))
        for name in ("upheld", "dismissed") * 2
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(decided.values()) == [0, 1]
    report.refresh_from_db()
    assert decided[report.state] == 1
    assert Outbox.objects.filter(topic=reports.TOPIC).count() == 1
    assert Audit.objects.filter(subject_ref=report.public_id).count() == 1
    assert not Report.objects.filter(state=Report.State.OPEN).exists()
