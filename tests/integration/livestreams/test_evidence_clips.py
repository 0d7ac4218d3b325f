"""Evidence clips: at most a minute of what was on air, kept beyond the replay (R3)."""

import datetime as dt
from pathlib import Path

import pytest
import time_machine
from django.test import Client
from pytest_django.fixtures import DjangoCaptureOnCommitCallbacks, Settings

from catalog.models import Product
from livestreams.media.archive import Archive
from livestreams.models import EvidenceClip, Livestream, SaidOnAir
from livestreams.services import evidence_clips, replays
from orders.models import Case, Order
from orders.services.cases import open_case_on
from shopfront.common import clock
from shopfront.models import User
from tests.factories import make_paid_order, make_replay
from tests.media_lab import record_show

pytestmark = pytest.mark.django_db
State = EvidenceClip.State
ON_AIR = dt.datetime.fromtimestamp(1_800_000_000, tz=dt.UTC)


@pytest.fixture
def show(product: Product, settings: Settings, tmp_path: Path) -> Livestream:
    """Make a show with a recording of six seconds on this machine."""
    settings.MEDIA_DIR = tmp_path
    show = make_replay(products=(product,), started_at=ON_AIR)
    record_show(tmp_path / show.public_id)
    return show


@pytest.fixture
def order(show: Livestream, product: Product, shopper: User) -> Order:
    """Buy two pieces a second apart, and one at a moment that nobody recorded."""
    order = make_paid_order(product.variants.get(), user=shopper)
    for second in (2, 3, 900):
        other = make_paid_order(product.variants.get(), user=shopper)
        SaidOnAir.objects.create(
            line=(order if second == 2 else other).lines.get(),
            livestream=show,
            surface="pin",
            tapped_at=ON_AIR,
            media_time=ON_AIR + dt.timedelta(seconds=second),
        )
    return order


def make_all() -> None:
    for pk in EvidenceClip.objects.values_list("pk", flat=True):
        evidence_clips.make_evidence(pk)


def test_what_was_bought_is_cut_once_and_stays_when_the_replay_goes(
    show: Livestream,
    order: Order,
    shopper: User,
    client: Client,
    tmp_path: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks() as hints:
        assert evidence_clips.sweep_evidence() == 2
    assert len(hints) == 2
    assert evidence_clips.plan_evidence() == 0
    for _attempt in range(2):
        make_all()
    clip = EvidenceClip.objects.get(state=State.READY)
    assert 3 <= clip.seconds <= 60
    assert EvidenceClip.objects.get(state=State.FAILED).bytes_count == 0
    recording = show.recording
    replays.delete_replay(recording)
    replays.erase_files(recording.pk)
    left = {path.name for path in (tmp_path / show.public_id).iterdir()}
    assert {f"clip_{clip.public_id}.mp4", f"clip_{clip.public_id}.jpg"} <= left
    assert not any(name.endswith(".m4s") for name in left)
    client.force_login(shopper)
    part = client.get(f"/orders/{order.public_id}/on-air/").content.decode()
    assert f"/clip/clip_{clip.public_id}.mp4" in part
    assert "The replay is not there" not in part


def test_it_goes_once_no_claim_is_left_but_never_while_a_case_is_open(
    show: Livestream, order: Order, shopper: User, tmp_path: Path
) -> None:
    evidence_clips.plan_evidence()
    make_all()
    clip = EvidenceClip.objects.get(state=State.READY)
    line, kind = order.lines.get(), Case.Kind.QUALITY
    case = open_case_on(
        line, by=shopper, text="It wobbles.", kind=kind, key="key-of-it"
    )
    later = clock.now() + evidence_clips.KEPT_FOR + dt.timedelta(days=1)
    with time_machine.travel(later, tick=False):
        assert evidence_clips.forget_evidence() == 0
        Case.objects.filter(pk=case.pk).update(state=Case.State.CLOSED)
        assert evidence_clips.forget_evidence() == 1
    for _attempt in range(2):
        evidence_clips.erase_evidence(clip.pk)
    clip.refresh_from_db()
    assert clip.erased_at is not None
    assert not list((tmp_path / show.public_id).glob(f"clip_{clip.public_id}*"))


def test_what_staff_take_down_takes_its_evidence_along(
    show: Livestream, order: Order, staff: User, tmp_path: Path
) -> None:
    evidence_clips.plan_evidence()
    replays.take_down_replay(show.recording, by=staff, reason="Against the law")
    assert set(EvidenceClip.objects.values_list("state", flat=True)) == {State.REMOVED}
    make_all()
    assert not list((tmp_path / show.public_id).glob("clip_*"))


def test_without_files_it_fails_and_is_not_tried_for_ever(
    show: Livestream, order: Order, settings: Settings, tmp_path: Path
) -> None:
    settings.MEDIA_DIR = tmp_path / "elsewhere"
    evidence_clips.plan_evidence()
    make_all()
    assert set(EvidenceClip.objects.values_list("state", flat=True)) == {State.FAILED}
    assert evidence_clips.plan_evidence() == 0
    assert Archive(tmp_path / show.public_id).is_closed
