"""The life of a show: each step once, told to the room, kept in the audit."""

import datetime as dt

import orjson
import pytest
import redis
from django.db import transaction
from pytest_django import DjangoCaptureOnCommitCallbacks

from catalog.models import Product
from creators.models import Creator
from livestreams.access.shows import (
    Role,
    find_role,
    get_hosted_livestream_for,
    get_livestream_for,
)
from livestreams.broadcast.viewers import PEAK, name_peak, name_total
from livestreams.errors import LivestreamMissing, NotYourShow, ShowEnded, ShowNotOnAir
from livestreams.models import AudienceMinute, CoHost, Livestream
from livestreams.services.curves import count_audiences
from livestreams.services.pins import place_pin
from livestreams.services.shows import (
    end_livestream,
    pause_livestream,
    resume_livestream,
    start_livestream,
)
from shopfront.common import clock
from shopfront.models import Audit, User
from tests.factories import make_livestream
from tests.integration.livestreams.conftest import Listen

pytestmark = pytest.mark.django_db


def test_a_show_goes_through_its_states_and_tells_each_once(
    creator: Creator, listen: Listen
) -> None:
    show = make_livestream(creator=creator)
    with listen() as told:
        for _ in range(2):
            start_livestream(show)
        for _ in range(2):
            pause_livestream(show)
        for _ in range(2):
            resume_livestream(show)
        for _ in range(2):
            end_livestream(show, reason="Done")
    types = [orjson.loads(event.body)["type"] for event in told]
    assert types == ["show.started", "show.paused", "show.resumed", "show.ended"]
    assert [event.seq for event in told] == [1, 2, 3, 4]
    assert show.started_at is not None
    assert (show.state, show.end_reason) == (Livestream.State.ENDED, "Done")


def test_a_paused_show_goes_on_by_start(creator: Creator) -> None:
    show = start_livestream(make_livestream(creator=creator))
    started_at = show.started_at
    pause_livestream(show)
    start_livestream(show)
    assert show.state == Livestream.State.LIVE
    assert show.started_at == started_at


def test_an_ended_show_stays_ended(show: Livestream) -> None:
    end_livestream(show)
    for step, refusal in (
        (start_livestream, ShowEnded),
        (pause_livestream, ShowNotOnAir),
        (resume_livestream, ShowNotOnAir),
    ):
        with pytest.raises(refusal):
            step(show)


def test_staff_end_any_show_with_its_pins_and_an_audit_row(
    show: Livestream, creator: Creator, product: Product, staff: User, listen: Listen
) -> None:
    place_pin(show, product, by=creator.user)
    with listen() as told:
        end_livestream(show, by=staff, reason="Unsafe goods")
        end_livestream(show, by=staff, reason="again")
    types = [orjson.loads(event.body)["type"] for event in told]
    assert types == ["pin.removed", "show.ended"]
    row = Audit.objects.get(action="livestreams.end")
    assert (row.actor, row.reason) == (staff, "Unsafe goods")
    assert row.subject_ref == show.public_id
    show.refresh_from_db()
    assert (show.ended_by, show.end_reason) == (staff, "Unsafe goods")


def test_a_host_who_ends_an_own_show_leaves_no_audit_row(
    show: Livestream, creator: Creator
) -> None:
    end_livestream(show, by=creator.user)
    assert not Audit.objects.exists()


def test_the_end_keeps_how_many_watched(
    show: Livestream,
    clean_valkey: redis.Redis,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    clean_valkey.sadd(name_total(show.public_id), "ada", "bob", "eve")
    clean_valkey.zadd(name_peak(show.public_id), {PEAK: 2})
    with django_capture_on_commit_callbacks(execute=True):
        end_livestream(show)
    show.refresh_from_db()
    assert (show.viewers_total, show.viewers_peak) == (3, 2)


def test_the_end_knows_the_peak_that_valkey_lost(
    show: Livestream,
    clean_valkey: redis.Redis,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    for minute, viewers in enumerate([3, 8, 5]):
        at = clock.now() + dt.timedelta(minutes=minute)
        AudienceMinute.objects.create(livestream=show, at=at, viewers=viewers)
    clean_valkey.sadd(name_total(show.public_id), "ada", "bob")
    clean_valkey.zadd(name_peak(show.public_id), {PEAK: 2})
    with django_capture_on_commit_callbacks(execute=True):
        end_livestream(show)
    show.refresh_from_db()
    assert (show.viewers_total, show.viewers_peak) == (8, 8)


def test_the_total_never_falls_though_valkey_is_lost_mid_show(
    show: Livestream,
    clean_valkey: redis.Redis,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    def watch(*viewers: str) -> int:
        clean_valkey.sadd(name_total(show.public_id), *viewers)
        count_audiences()
        show.refresh_from_db()
        return show.viewers_total

    assert watch("ada", "bob", "eve") == 3
    clean_valkey.flushdb()
    assert watch("ada") == 3
    assert watch("fay") == 3
    with django_capture_on_commit_callbacks(execute=True):
        end_livestream(show)
    show.refresh_from_db()
    assert show.viewers_total == 3


def test_the_total_goes_on_once_the_new_set_has_outgrown_it(
    show: Livestream, clean_valkey: redis.Redis
) -> None:
    for viewers, total in [(("ada", "bob"), 2), (("eve", "fay", "gus"), 3)]:
        clean_valkey.flushdb()
        clean_valkey.sadd(name_total(show.public_id), *viewers)
        count_audiences()
        show.refresh_from_db()
        assert show.viewers_total == total


def test_an_end_that_is_rolled_back_keeps_no_viewers(
    show: Livestream,
    clean_valkey: redis.Redis,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    clean_valkey.sadd(name_total(show.public_id), "ada", "bob")

    def end_and_fail() -> None:
        with transaction.atomic():
            end_livestream(show)
            raise RuntimeError

    with django_capture_on_commit_callbacks(execute=True):
        with pytest.raises(RuntimeError):
            end_and_fail()
        show.refresh_from_db()
        assert (show.state, show.viewers_total) == (Livestream.State.LIVE, 0)
    show.refresh_from_db()
    assert show.viewers_total == 0


def test_roles_follow_from_duties(
    show: Livestream, creator: Creator, shopper: User, staff: User, stranger: User
) -> None:
    CoHost.objects.create(livestream=show, user=shopper, duty=CoHost.Duty.MODERATOR)
    assert find_role(creator.user, show) is Role.HOST
    assert find_role(shopper, show) is Role.MODERATOR
    assert find_role(staff, show) is Role.STAFF
    assert find_role(stranger, show) is Role.VIEWER
    assert find_role(None, show) is Role.VIEWER


def test_a_stranger_watches_and_never_hosts(
    show: Livestream, creator: Creator, stranger: User
) -> None:
    assert get_livestream_for(stranger, show.public_id) == show
    assert get_hosted_livestream_for(creator.user, show.public_id) == show
    with pytest.raises(NotYourShow):
        get_hosted_livestream_for(stranger, show.public_id)
    with pytest.raises(LivestreamMissing):
        get_livestream_for(stranger, "nothing")
