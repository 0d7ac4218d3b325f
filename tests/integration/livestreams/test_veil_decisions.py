"""Reported pictures: taken down with a reason, appealed, decided anew, undone."""

import datetime as dt
import io

import pytest
import time_machine
from django.core import mail
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks

from catalog.models import Product, ProductPicture
from catalog.selectors import describe_picture
from catalog.services.pictures import add_picture, make_renditions
from creators.models import Creator
from creators.services.profiles import remove_picture, set_picture
from livestreams.errors.moderation import (
    AppealDecided,
    AppealedBefore,
    AppealEmpty,
    OwnDecision,
)
from livestreams.errors.veils import OwnPicture, PictureNotDown
from livestreams.models import Clip, Livestream, PictureAppeal, VeiledPicture
from livestreams.selectors.clips import list_clips_by, list_clips_of
from livestreams.services import veils
from livestreams.services.clips import delete_clip
from livestreams.services.veil_decisions import (
    appeal_picture,
    decide_picture,
    grant_picture_appeal,
    refuse_picture_appeal,
    undo_picture,
)
from livestreams.tasks import forget_pictures_task, remind_appeals_task
from shopfront.common import clock
from shopfront.models import Audit, User
from shopfront.models.appeals import APPEALED_WITHIN
from shopfront.services import outbox
from tests.factories import make_brand_member, make_user, make_variant
from tests.pictures import draw_noise

pytestmark = pytest.mark.django_db
State = VeiledPicture.State
Commit = DjangoCaptureOnCommitCallbacks


@pytest.fixture
def other_staff() -> User:
    """Make a second person who may decide."""
    return make_user(email="second@people.example", is_staff=True, is_superuser=True)


@pytest.fixture
def removed(
    creator: Creator,
    portrait: str,
    shopper: User,
    staff: User,
    django_capture_on_commit_callbacks: Commit,
) -> VeiledPicture:
    """Take a creator's picture down."""
    picture = veils.report_portrait(creator, reporter=shopper).picture
    with django_capture_on_commit_callbacks(execute=True):
        decide_picture(picture, is_offensive=True, by=staff, reason="It is cruel.")
    creator.refresh_from_db()
    return picture


def test_an_offensive_picture_goes_and_its_owner_learns_why(
    client: Client,
    posted: Livestream,
    shopper: User,
    stranger: User,
    staff: User,
    django_capture_on_commit_callbacks: Commit,
) -> None:
    name = str(posted.poster)
    picture = veils.report_poster(posted, reporter=shopper).picture
    posted.refresh_from_db()
    veils.report_poster(posted, reporter=stranger)
    with django_capture_on_commit_callbacks(execute=True):
        decide_picture(picture, is_offensive=True, by=staff, reason="It is cruel.")
    posted.refresh_from_db()
    assert not posted.poster
    assert not default_storage.exists(name)
    hidden = reverse("catalog:stored-file", args=[picture.original])
    assert client.get(hidden).status_code == 404
    assert client.get(f"/files/x/../{picture.original}").status_code == 404
    outbox.relay()
    told = {letter.to[0]: letter.body for letter in mail.outbox}
    assert set(told) == {shopper.email, stranger.email, posted.creator.user.email}
    assert all("It is cruel." in body for body in told.values())
    assert "/accounts/moderation/" in told[posted.creator.user.email]
    client.force_login(shopper)
    own = client.get(reverse("livestreams:decisions")).text
    assert "Taken down · It is cruel." in own
    assert "Your pictures" not in own


def test_a_granted_appeal_puts_the_picture_back_in_one_step(
    client: Client,
    creator: Creator,
    removed: VeiledPicture,
    shopper: User,
    other_staff: User,
    django_capture_on_commit_callbacks: Commit,
) -> None:
    client.force_login(creator.user)
    own = reverse("livestreams:decisions")
    assert "Decided by" in client.get(own).text
    address = reverse("livestreams:picture-appeal", args=[removed.public_id])
    client.post(address, {"text": " It is  a chair. "})
    appeal = PictureAppeal.objects.get()
    assert (appeal.text, appeal.person) == ("It is a chair.", creator.user)
    assert "Your appeal" in client.get(own).text
    with django_capture_on_commit_callbacks(execute=True):
        grant_picture_appeal(appeal, by=other_staff, answer="A chair indeed.")
    creator.refresh_from_db()
    removed.refresh_from_db()
    assert str(creator.picture) == removed.original
    assert removed.original.startswith("creators/")
    assert default_storage.exists(removed.original)
    assert not default_storage.exists(removed.veil)
    appeal.refresh_from_db()
    assert (appeal.state, appeal.decided_by) == ("granted", other_staff)
    assert "Shown again" in client.get(own).text
    mail.outbox.clear()
    outbox.relay()
    told = {letter.to[0] for letter in mail.outbox if "indeed" in letter.body}
    assert told == {creator.user.email, shopper.email}
    assert Audit.objects.filter(action="livestreams.undo_picture").count() == 1
    with pytest.raises(AppealDecided):
        grant_picture_appeal(appeal, by=other_staff, answer="Again")
    with pytest.raises(PictureNotDown):
        undo_picture(removed, by=other_staff, reason="Again")


def test_a_refused_appeal_deletes_the_picture_for_good(
    creator: Creator,
    removed: VeiledPicture,
    other_staff: User,
    django_capture_on_commit_callbacks: Commit,
) -> None:
    kept = removed.original
    appeal = appeal_picture(removed, person=creator.user, text="A chair!")
    with django_capture_on_commit_callbacks(execute=True):
        refuse_picture_appeal(appeal, by=other_staff, answer="No chair.")
    assert not default_storage.exists(kept)
    mail.outbox.clear()
    outbox.relay()
    letter = next(one for one in mail.outbox if "No chair." in one.body)
    assert letter.to == [creator.user.email]
    with pytest.raises(AppealDecided):
        refuse_picture_appeal(appeal, by=other_staff, answer="Still none")
    with pytest.raises(AppealedBefore):
        appeal_picture(removed, person=creator.user, text="But")


def test_only_somebody_else_decides_about_an_appeal(
    creator: Creator, removed: VeiledPicture, staff: User
) -> None:
    appeal = appeal_picture(removed, person=creator.user, text="A chair!")
    for by in (staff, creator.user):
        with pytest.raises(OwnDecision):
            grant_picture_appeal(appeal, by=by, answer="Mine")
        with pytest.raises(OwnDecision):
            refuse_picture_appeal(appeal, by=by, answer="Mine")
    with pytest.raises(OwnPicture):
        undo_picture(removed, by=creator.user, reason="Mine")
    appeal.refresh_from_db()
    assert appeal.state == "open"


def test_an_appeal_needs_words_and_the_person_whose_picture_it_was(
    client: Client, creator: Creator, removed: VeiledPicture, stranger: User
) -> None:
    address = reverse("livestreams:picture-appeal", args=[removed.public_id])
    client.force_login(stranger)
    assert client.post(address, {"text": "Mine"}).status_code == 404
    unknown = reverse("livestreams:picture-appeal", args=["nobody"])
    assert client.post(unknown, {"text": "Mine"}).status_code == 404
    with pytest.raises(AppealEmpty):
        appeal_picture(removed, person=creator.user, text=" \n\x00 ")
    undo_picture(removed, by=stranger, reason="Seen")
    with pytest.raises(PictureNotDown):
        appeal_picture(removed, person=creator.user, text="A chair!")
    assert not PictureAppeal.objects.exists()


@pytest.mark.parametrize("is_offensive", [True, False])
def test_a_picture_that_its_owner_took_down_meanwhile_does_not_come_back(
    creator: Creator,
    portrait: str,
    shopper: User,
    staff: User,
    is_offensive: bool,
    django_capture_on_commit_callbacks: Commit,
) -> None:
    picture = veils.report_portrait(creator, reporter=shopper).picture
    with django_capture_on_commit_callbacks(execute=True):
        remove_picture(creator)
        decide_picture(picture, is_offensive=is_offensive, by=staff, reason="Seen")
    assert not default_storage.exists(portrait)
    assert not default_storage.exists(picture.veil)
    if is_offensive:
        undo_picture(picture, by=staff, reason="Wrong")
    creator.refresh_from_db()
    assert not creator.picture


def test_a_picture_put_up_since_stays_when_the_first_one_is_cleared(
    creator: Creator,
    removed: VeiledPicture,
    staff: User,
    django_capture_on_commit_callbacks: Commit,
) -> None:
    set_picture(creator, draw_noise())
    newer = str(creator.picture)
    with django_capture_on_commit_callbacks(execute=True):
        undo_picture(removed, by=staff, reason="Wrong")
    creator.refresh_from_db()
    assert str(creator.picture) == newer
    assert not default_storage.exists(removed.original)


@pytest.fixture
def sold() -> Product:
    """Make a product of a brand with two people."""
    product = make_variant().product
    for name in ("one", "two"):
        user = make_user(email=f"{name}@brand.example")
        make_brand_member(brand=product.brand, user=user)
    return product


def test_a_photograph_goes_with_all_its_sizes_and_its_brand_can_have_it_back(
    client: Client,
    sold: Product,
    shopper: User,
    staff: User,
    other_staff: User,
    django_capture_on_commit_callbacks: Commit,
) -> None:
    row = make_renditions(add_picture(sold, io.BytesIO(draw_noise())))
    name = str(row.original)
    sizes = [size for kind in row.renditions.values() for _, size in kind]
    picture = veils.report_photograph(row, reporter=shopper).picture
    owner = sold.brand.members.order_by("pk")[0].user
    with pytest.raises(OwnPicture):
        decide_picture(picture, is_offensive=False, by=owner, reason="Mine")
    with django_capture_on_commit_callbacks(execute=True):
        decide_picture(picture, is_offensive=True, by=staff, reason="Cruel")
    assert not any(default_storage.exists(one) for one in (name, *sizes))
    row.refresh_from_db()
    assert describe_picture(row) is None
    assert row not in ProductPicture.objects.shown()
    outbox.relay()
    told = {letter.to[0] for letter in mail.outbox}
    assert told == {"one@brand.example", "two@brand.example", shopper.email}
    client.force_login(owner)
    assert sold.title in client.get(reverse("livestreams:decisions")).text
    appeal = appeal_picture(picture, person=owner, text="A chair!")
    with django_capture_on_commit_callbacks(execute=True):
        grant_picture_appeal(appeal, by=other_staff, answer="Indeed")
    view = describe_picture(make_renditions(row))
    assert view is not None
    assert view.sources
    assert not view.veil


def find_clips(show: Livestream) -> list[str]:
    """Return the ids of the clips that lists of a show and of its creator name."""
    found = [*list_clips_of(show), *list_clips_by(show.creator_id)]
    return [tile.public_id for tile in found]


def test_a_clip_whose_picture_is_offensive_plays_no_more_until_it_is_put_back(
    client: Client, clip: Clip, shopper: User, staff: User, other_staff: User
) -> None:
    page, show = clip.get_absolute_url(), clip.livestream
    picture = veils.report_clip(clip, reporter=shopper).picture
    assert client.get(page).status_code == 200
    assert find_clips(show) == [clip.public_id] * 2
    decide_picture(picture, is_offensive=True, by=staff, reason="Cruel")
    clip.refresh_from_db()
    assert (clip.cover, clip.state) == (picture.veil, Clip.State.DOWN)
    assert find_clips(show) == []
    owner = show.creator.user
    for person in (shopper, other_staff, owner):
        client.force_login(person)
        assert client.get(page).status_code == 404
    assert client.get(show.get_absolute_url()).status_code == 200
    assert (
        "Taken down"
        in client.get(reverse("creators:replay", args=[show.public_id])).text
    )
    outbox.relay()
    letter = next(one for one in mail.outbox if one.to == [owner.email])
    assert "The clip is not shown as long as that stands." in letter.body
    appeal = appeal_picture(picture, person=owner, text="A chair!")
    grant_picture_appeal(appeal, by=other_staff, answer="A chair")
    clip.refresh_from_db()
    assert (clip.cover, clip.state) == ("", Clip.State.READY)
    assert client.get(page).status_code == 200
    assert find_clips(show) == [clip.public_id] * 2


def test_a_clip_that_was_deleted_while_it_was_down_stays_deleted(
    clip: Clip, shopper: User, staff: User, other_staff: User
) -> None:
    picture = veils.report_clip(clip, reporter=shopper).picture
    decide_picture(picture, is_offensive=True, by=staff, reason="Cruel")
    delete_clip(clip)
    undo_picture(picture, by=other_staff, reason="A chair")
    clip.refresh_from_db()
    assert clip.state == Clip.State.REMOVED


def test_a_clip_that_was_deleted_before_the_decision_stays_deleted(
    clip: Clip, shopper: User, staff: User, other_staff: User
) -> None:
    picture = veils.report_clip(clip, reporter=shopper).picture
    delete_clip(clip)
    decide_picture(picture, is_offensive=True, by=staff, reason="Cruel")
    undo_picture(picture, by=other_staff, reason="A chair")
    clip.refresh_from_db()
    assert clip.state == Clip.State.REMOVED


def test_what_nobody_appealed_about_is_deleted_after_half_a_year(
    creator: Creator,
    removed: VeiledPicture,
    other_staff: User,
    django_capture_on_commit_callbacks: Commit,
) -> None:
    kept = removed.original
    appeal = appeal_picture(removed, person=creator.user, text="A chair!")
    later = clock.now() + APPEALED_WITHIN + dt.timedelta(hours=1)
    with time_machine.travel(later, tick=False):
        assert forget_pictures_task() == 0
        PictureAppeal.objects.filter(pk=appeal.pk).delete()
        with django_capture_on_commit_callbacks(execute=True):
            assert forget_pictures_task() == 1
        assert forget_pictures_task() == 0
    assert not default_storage.exists(kept)
    undo_picture(removed, by=other_staff, reason="Wrong all the same")
    creator.refresh_from_db()
    assert not creator.picture


def test_staff_are_reminded_once_of_an_appeal_that_is_due(
    creator: Creator, removed: VeiledPicture, other_staff: User
) -> None:
    appeal_picture(removed, person=creator.user, text="A chair!")
    assert remind_appeals_task() == 0
    outbox.relay()
    mail.outbox.clear()
    with time_machine.travel(clock.now() + dt.timedelta(days=6), tick=False):
        for _ in range(2):
            assert remind_appeals_task() == 1
            outbox.relay()
    told = [letter for letter in mail.outbox if letter.to == [other_staff.email]]
    assert len({letter.extra_headers["Message-ID"] for letter in told}) == 1


def test_staff_see_it_blurred_too_and_decide_at_their_desk(
    client: Client,
    creator: Creator,
    portrait: str,
    shopper: User,
    staff: User,
    other_staff: User,
    django_capture_on_commit_callbacks: Commit,
) -> None:
    picture = veils.report_portrait(creator, reporter=shopper).picture
    client.force_login(staff)
    desk = reverse("admin:livestreams_veiledpicture_change", args=[picture.pk])
    page = client.get(desk).text
    assert f'src="{default_storage.url(picture.veil)}"' in page
    assert f'data-unveil="{default_storage.url(portrait)}"' in page
    rows = reverse("admin:livestreams_veiledpicture_changelist")
    chosen = {"action": "take_down", "_selected_action": picture.pk}
    with django_capture_on_commit_callbacks(execute=True):
        client.post(rows, chosen | {"decided": "1", "reason": "Cruel"})
    picture.refresh_from_db()
    assert (picture.state, picture.decided_by) == (State.REMOVED, staff)
    file = reverse("admin:veiled-picture-file", args=[picture.pk])
    assert f'data-unveil="{file}"' in client.get(desk).text
    kept = client.get(file)
    assert len(b"".join(kept.streaming_content)) > 1000  # type: ignore[attr-defined]
    assert "no-store" in kept["Cache-Control"]
    appeal = appeal_picture(picture, person=creator.user, text="A chair!")
    client.force_login(other_staff)
    of_appeal = reverse("admin:livestreams_pictureappeal_change", args=[appeal.pk])
    assert f'data-unveil="{file}"' in client.get(of_appeal).text
    queue = reverse("admin:livestreams_pictureappeal_changelist")
    chosen = {"action": "refuse", "_selected_action": appeal.pk}
    client.post(queue, chosen | {"decided": "1", "reason": "No"})
    assert "Deleted" in client.get(desk).text
    assert client.get(file).status_code == 404
    client.force_login(make_user(is_staff=True))
    assert client.get(desk).status_code == 403
    assert client.get(file).status_code == 403
