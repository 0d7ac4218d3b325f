"""How many people watched a replay: each once, by the rule of live viewers."""

import pytest
import redis
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from livestreams.broadcast import replay_views as kept
from livestreams.models import Livestream, ReplayView
from livestreams.services.replay_views import count_views, note_view
from shopfront.common import limits
from shopfront.models import User
from tests.factories import make_replay

pytestmark = pytest.mark.django_db


def watch(client: Client, show: Livestream) -> int:
    client.get(f"/replays/{show.public_id}/")
    return client.post(f"/replays/{show.public_id}/seen/").status_code


def total(show: Livestream) -> int:
    show.recording.refresh_from_db()
    return int(show.recording.views_total)


def test_an_account_counts_once_and_so_does_a_browser(
    client: Client, shopper: User
) -> None:
    show = make_replay()
    assert [watch(client, show), watch(client, show)] == [204, 204]
    assert count_views() == 1
    other = Client()
    other.force_login(shopper)
    watch(other, show)
    again = Client()
    again.force_login(shopper)
    watch(again, show)
    assert count_views() == 1
    assert total(show) == 2
    assert count_views() == 0


def test_host_staff_and_simulated_shoppers_never_count(
    staff: User, stranger: User
) -> None:
    show = make_replay()
    stranger.is_demo = True
    for user in (show.creator.user, staff, stranger):
        note_view(show, user=user, browser_key="key")
    assert count_views() == 0


def test_a_view_asks_the_database_only_whether_one_may_see(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    show = make_replay()
    with django_assert_num_queries(1):
        client.post(f"/replays/{show.public_id}/seen/")


def test_a_run_that_was_killed_is_done_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    show = make_replay()
    note_view(show, user=None, browser_key="one")

    def die() -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(kept, "drop_taken", die)
        with pytest.raises(KeyboardInterrupt):
            count_views()
    note_view(show, user=None, browser_key="two")
    count_views()
    count_views()
    assert total(show) == 2


def test_rows_tell_of_nobodys_habits(shopper: User) -> None:
    for show in (make_replay(), make_replay()):
        note_view(show, user=shopper, browser_key=None)
    count_views()
    viewers = set(ReplayView.objects.values_list("viewer", flat=True))
    assert len(viewers) == 2
    assert not any(shopper.public_id in viewer for viewer in viewers)


def test_a_recording_that_is_gone_is_left_out() -> None:
    kept.note_seen(0, "somebody")
    assert count_views() == 0
    assert kept.take_seen() == []


def test_without_valkey_the_page_goes_on(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise redis.ConnectionError

    monkeypatch.setattr(limits, "client", away)
    assert watch(client, make_replay()) == 204
    assert count_views() == 0


def test_a_replay_that_one_may_not_see_counts_nobody(client: Client) -> None:
    show = make_replay(audience=Livestream.Audience.INVITED)
    assert watch(client, show) in {403, 404}
    assert count_views() == 0


def test_replay_portal_and_report_show_the_number(client: Client) -> None:
    show = make_replay()
    for number in range(12):
        note_view(show, user=None, browser_key=str(number))
    assert "viewers" not in client.get(f"/replays/{show.public_id}/").content.decode()
    count_views()
    assert "12 viewers" in client.get(f"/replays/{show.public_id}/").content.decode()
    client.force_login(show.creator.user)
    page = client.get(f"/creator/shows/{show.public_id}/replay/").content.decode()
    assert "12 viewers" in page
    report = client.get(f"/creator/shows/{show.public_id}/").content.decode()
    assert "Viewers of the replay" in report
