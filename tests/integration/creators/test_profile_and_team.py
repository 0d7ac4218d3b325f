"""A creator's profile, handle and team: changed, refused with a sentence, led on."""

import datetime as dt
import io

import pytest
import time_machine
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import reverse
from PIL import Image

from creators.errors import HandleTaken
from creators.models import Creator, FormerHandle, Notice
from creators.services.funding import fund_by_payment
from creators.services.guarantees import open_guarantee
from creators.services.people import apply_as_creator
from creators.services.profiles import change_handle
from livestreams.access.team import mint_team_link
from livestreams.models import CoHost, Livestream, TeamMember
from livestreams.services.planning import ShowPlan, schedule_livestream
from livestreams.services.shows import end_livestream
from shopfront.common import clock
from shopfront.models import Audit, User
from shopfront.services import outbox
from tests.factories import make_creator, make_livestream, make_market, make_user
from tests.integration.catalog.test_collaborations import make_collaboration
from tests.integration.creators.conftest import Stall

pytestmark = pytest.mark.django_db


@pytest.fixture
def portal(client: Client, creator: Creator) -> Client:
    """Be signed in as the creator."""
    client.force_login(creator.user)
    return client


def at(name: str, *args: str) -> str:
    return reverse(f"creators:{name}", args=args)


def post(client: Client, name: str, **facts: object) -> str:
    response = client.post(at(name), facts, follow=True)
    return response.content.decode()


def test_name_words_and_picture_reach_the_public_page(
    portal: Client, creator: Creator
) -> None:
    said = {"display_name": "Ada of Leeds", "bio": "Chairs <b>and</b> stools."}
    assert "Your profile is saved." in post(portal, "profile-change", **said)
    assert "error" in post(portal, "profile-change", display_name="", bio="x")
    raw = io.BytesIO()
    Image.new("RGB", (700, 700), "teal").save(raw, "PNG")
    file = SimpleUploadedFile("me.png", raw.getvalue(), "image/png")
    assert "Picture saved." in post(portal, "profile-picture", picture=file)
    broken = SimpleUploadedFile("me.png", b"not a picture", "image/png")
    post(portal, "profile-picture", picture=broken)
    assert "Choose a picture first." in post(portal, "profile-picture")
    creator.refresh_from_db()
    with creator.picture.open() as kept, Image.open(kept) as picture:
        assert picture.size == (640, 640)
    page = portal.get(reverse("creator-page", args=[creator.handle])).text
    assert "Ada of Leeds" in page
    assert "Chairs &lt;b&gt;and&lt;/b&gt; stools." in page
    assert "Picture removed." in post(portal, "profile-picture", act="remove")
    creator.refresh_from_db()
    assert not creator.picture


def test_an_old_handle_leads_on_and_is_nobody_elses(
    portal: Client, creator: Creator, shopper: User
) -> None:
    old = creator.handle
    for _ in range(2):
        assert "Your address has changed." in post(
            portal, "profile-handle", handle="Ada-Live"
        )
    answer = Client().get(reverse("creator-page", args=[old]))
    assert answer["Location"] == reverse("creator-page", args=["ada-live"])
    with pytest.raises(HandleTaken):
        apply_as_creator(shopper, market=creator.market, handle=old, display_name="Sam")
    other = make_creator(handle="bo")
    with pytest.raises(HandleTaken):
        change_handle(other, old, by=other.user)
    with pytest.raises(HandleTaken):
        change_handle(other, "ada-live", by=other.user)
    other.refresh_from_db()
    assert other.handle == "bo"
    assert FormerHandle.objects.count() == 1
    assert Audit.objects.filter(action="creators.change_handle").count() == 1


def test_a_handle_rests_for_thirty_days_and_may_be_taken_back(
    portal: Client, creator: Creator
) -> None:
    old = creator.handle
    post(portal, "profile-handle", handle="ada-live")
    assert "last 30 days" in post(portal, "profile-handle", handle=old)
    with time_machine.travel(clock.now() + dt.timedelta(days=31), tick=False):
        change_handle(creator, old, by=creator.user)
    assert creator.handle == old
    assert [row.handle for row in FormerHandle.objects.all()] == ["ada-live"]


@pytest.mark.parametrize(
    "handle", ["a", "a b", "ä" * 5, "x" * 41, "-a-", "a--b", "a_b", "Admin"]
)
def test_a_handle_that_is_no_address_is_refused(
    portal: Client, creator: Creator, handle: str
) -> None:
    answer = portal.post(at("profile-handle"), {"handle": handle})
    assert answer.status_code == 400
    creator.refresh_from_db()
    assert not FormerHandle.objects.exists()


def plan_show(creator: Creator) -> Livestream:
    return schedule_livestream(
        creator,
        ShowPlan(
            title="Tomorrow",
            description="",
            starts_at=clock.now() + dt.timedelta(days=1),
            language="en",
            latency="low",
        ),
    )


def ask(portal: Client, email: str, duty: str = "moderator") -> TeamMember:
    assert "Asked." in post(portal, "team", email=email, duty=duty)
    return TeamMember.objects.latest("id")


def join(person: User, member: TeamMember) -> int:
    client = Client()
    client.force_login(person)
    address = at("team-join", mint_team_link(member))
    client.get(address)
    return client.post(address).status_code


def make_adult(email: str = "mo@people.example") -> User:
    return make_user(email=email, display_name="Mo", age_band=User.AgeBand.ADULT)


def test_who_joins_has_the_duty_in_shows_there_are_and_to_come(
    portal: Client, creator: Creator
) -> None:
    before, over = make_livestream(creator=creator), make_livestream(creator=creator)
    end_livestream(over)
    mo = make_adult()
    member = ask(portal, "Mo@people.example")
    outbox.relay()
    (letter,) = mail.outbox
    assert letter.to == ["mo@people.example"]
    assert "/creator/team/join/" in letter.body
    assert Client().get(at("team-join", mint_team_link(member))).status_code == 302
    for _ in range(2):
        assert join(mo, member) == 302
    later = plan_show(creator)
    shows = set(CoHost.objects.filter(user=mo).values_list("livestream", flat=True))
    assert shows == {before.pk, later.pk}
    studio = Client()
    studio.force_login(mo)
    assert studio.get(at("studio", later.public_id)).status_code == 200
    assert "Mo" in portal.get(at("team")).text
    post(portal, "team-remove", member=member.public_id)
    assert studio.get(at("studio", later.public_id)).status_code == 404
    assert not CoHost.objects.filter(user=mo).exists()
    assert plan_show(creator).co_hosts.count() == 0
    assert join(mo, member) == 404


def test_duties_are_for_one_adult_account_that_is_not_the_host(
    portal: Client, creator: Creator, teen: User, shopper: User
) -> None:
    member = ask(portal, "someone@people.example", duty="co_host")
    assert join(teen, member) == 403
    unknown = make_user(age_band=User.AgeBand.UNKNOWN)
    assert join(unknown, member) == 403
    assert join(creator.user, member) == 403
    assert join(make_adult(), member) == 302
    assert join(make_adult("bo@people.example"), member) == 409
    again = ask(portal, "another@people.example")
    assert join(User.objects.get(email="mo@people.example"), again) == 409


def test_a_team_refuses_what_makes_no_sense(
    portal: Client, creator: Creator, stranger: User
) -> None:
    member = ask(portal, "mo@people.example")
    for email, words in (
        ("mo@people.example", "asked already"),
        (creator.user.email, "You host your shows"),
        ("nobody", "valid email"),
    ):
        assert words in post(portal, "team", email=email, duty="moderator")
    assert "valid choice" in post(
        portal, "team", email="bo@people.example", duty="boss"
    )
    other = make_creator(handle="bo", user=stranger, market=make_market())
    client = Client()
    client.force_login(other.user)
    foreign = client.post(at("team-remove"), {"member": member.public_id})
    assert foreign.status_code == 404
    assert client.get(at("team-join", "x:y:z")).status_code == 404


def test_a_member_leaves_by_themselves(portal: Client, creator: Creator) -> None:
    mo, show = make_adult(), make_livestream(creator=creator)
    member = ask(portal, "mo@people.example")
    join(mo, member)
    client = Client()
    client.force_login(mo)
    assert "Teams you are in" in client.get(at("apply")).text
    client.post(at("team-leave"), {"member": member.public_id})
    assert not show.co_hosts.exists()
    left = client.post(at("team-leave"), {"member": member.public_id})
    assert left.status_code == 404


def choose(portal: Client, *kinds: str) -> str:
    response = portal.post(at("notices"), {"kinds": list(kinds)}, follow=True)
    return response.content.decode()


def fund(stall: Stall, ref: str) -> None:
    """Open and fund the guarantee of a show."""
    with transaction.atomic():
        guarantee = open_guarantee(
            stall.agreement, show_ref=ref, title="Stools", starts_at=clock.now()
        )
        assert guarantee is not None
        fund_by_payment(guarantee, reference=ref, amount_minor=guarantee.amount_minor)
    for _ in range(2):
        outbox.relay()


def test_letters_are_sent_once_and_only_where_they_are_wanted(
    portal: Client, creator: Creator, stall: Stall
) -> None:
    assert portal.get(at("notices")).text.count(" checked") == len(Notice.values)
    make_collaboration(stall.brand, creator=creator)
    fund(stall, "a" * 16)
    said = sorted(letter.subject for letter in mail.outbox)
    assert [subject.partition(":")[0] for subject in said] == [
        "An offer for you",
        "Paid in",
    ]
    assert {letter.to[0] for letter in mail.outbox} == {creator.user.email}
    assert all("/creator/notices/" in letter.body for letter in mail.outbox)
    mail.outbox.clear()
    for _ in range(2):
        assert "Your choice is saved." in choose(portal, "briefing")
    assert portal.get(at("notices")).text.count(" checked") == 1
    make_collaboration(stall.brand, creator=creator)
    fund(stall, "b" * 16)
    assert mail.outbox == []
    assert portal.post(at("notices"), {"kinds": ["pay"]}).status_code == 400
    choose(portal, *Notice.values)
    fund(stall, "c" * 16)
    assert len(mail.outbox) == 1
