"""Applications refused and accounts closed: with a reason, nothing lost (P1, P8)."""

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from django.urls import reverse

from creators.access import get_creator_for
from creators.errors import NotACreator, NotVerified
from creators.errors.leaving import NotApplied, NotClosed, NotOpen, OnAir
from creators.models import Creator
from creators.services.people import (
    close_creator,
    refuse_application,
    reopen_creator,
    verify_creator,
)
from livestreams.services import rsvps
from livestreams.services.leaving import leave
from livestreams.services.shows import end_livestream, start_livestream
from shopfront.models import Audit, User
from shopfront.services.outbox import relay
from tests.factories import make_creator, make_livestream, make_operator

pytestmark = pytest.mark.django_db
APPLIED = Creator.State.APPLIED


def letters(creator: Creator) -> list[str]:
    """Relay the outbox and return what was written to a creator."""
    for _hop in range(3):
        relay()
    return [str(row.body) for row in mail.outbox if row.to == [creator.user.email]]


def test_staff_refuse_an_application_with_a_reason_that_the_applicant_reads(
    staff: User,
) -> None:
    applicant = make_creator(state=APPLIED)
    refuse_application(applicant, by=staff, reason="The passport had run out.")
    (letter,) = letters(applicant)
    assert "The passport had run out." in letter
    assert "another person looks at it again" in letter
    with pytest.raises(NotApplied):
        refuse_application(applicant, by=staff, reason="Twice")
    with pytest.raises(NotACreator):
        get_creator_for(applicant.user)
    reopen_creator(applicant, by=staff, reason="A new passport came.")
    with pytest.raises(NotClosed):
        reopen_creator(applicant, by=staff)
    with pytest.raises(NotVerified):
        get_creator_for(applicant.user)
    verify_creator(applicant, by=staff)
    assert get_creator_for(applicant.user) == applicant
    assert len(letters(applicant)) == 2
    steps = ["creators.refuse", "creators.reopen", "creators.verify"]
    rows = Audit.objects.filter(subject_ref=applicant.public_id).order_by("pk")
    assert [row.action for row in rows] == steps


def test_who_was_refused_reads_that_and_why_and_not_that_an_account_is_closed(
    client: Client, staff: User
) -> None:
    applicant = make_creator(state=APPLIED)
    client.force_login(applicant.user)
    address = reverse("creators:apply")
    refuse_application(applicant, by=staff, reason="The passport <had> run out.")
    page = client.get(address).text
    assert "You cannot host shows at present" in page
    assert "The passport &lt;had&gt; run out." in page
    assert "account is closed" not in page
    reopen_creator(applicant, by=staff)
    assert "We have your application" in client.get(address).text
    verify_creator(applicant, by=staff)
    close_creator(applicant, by=staff, reason="The papers were forged.")
    page = client.get(address).text
    assert "Your creator account is closed" in page
    assert "The papers were forged." in page
    assert "run out" not in page, "that was decided anew"


def test_who_was_refused_or_closed_reads_where_to_write_to(
    client: Client, staff: User
) -> None:
    applicant = make_creator(state=APPLIED)
    client.force_login(applicant.user)
    address = reverse("creators:apply")
    refuse_application(applicant, by=staff, reason="The passport had run out.")
    assert "mailto:" not in client.get(address).text, "nobody is named yet"
    make_operator(email="all@shopfront.example")
    own = make_operator(market=applicant.market, email="gb@shopfront.example")
    link = f'<a href="mailto:{own.email}">{own.email}</a>'
    assert link in client.get(address).text
    reopen_creator(applicant, by=staff)
    assert link not in client.get(address).text
    verify_creator(applicant, by=staff)
    close_creator(applicant, by=staff, reason="The papers were forged.")
    page = client.get(address).text
    assert link in page
    assert page.count("Why:") == 1


def test_a_creator_leaves_and_their_coming_shows_are_called_off(
    client: Client, creator: Creator, shopper: User
) -> None:
    planned = make_livestream(creator=creator, title="Stools on Sunday")
    foreign = make_livestream(creator=make_creator())
    rsvps.add_rsvp(planned, user=shopper)
    client.force_login(creator.user)
    address = reverse("creators:close")
    assert "Stools on Sunday" in client.get(address).text
    assert "Tick the box" in client.post(address, {}).text
    page = client.post(address, {"sure": "yes"}, follow=True).text
    assert "Your creator account is closed" in page
    assert "Why:" not in page, "they did it"
    assert client.post(address, {"sure": "yes"}).status_code == 403, "twice"
    assert letters(creator) == [], "they know"
    planned.refresh_from_db()
    foreign.refresh_from_db()
    assert planned.is_called_off
    assert not foreign.is_called_off
    (told,) = [row for row in mail.outbox if row.to == [shopper.email]]
    assert "will not take place" in str(told.body)
    for name in ("earnings", "payout-details", "take-along", "statement-list"):
        assert client.get(reverse(f"creators:{name}")).status_code == 200, name
    for name in ("overview", "show-new", "profile"):
        assert client.get(reverse(f"creators:{name}")).status_code == 403, name
    assert Client().get(f"/c/{creator.handle}/").status_code == 404


def test_nobody_leaves_in_the_middle_of_their_show(creator: Creator) -> None:
    show = make_livestream(creator=creator)
    start_livestream(show)
    with pytest.raises(OnAir):
        leave(creator, by=creator.user)
    creator.refresh_from_db()
    assert creator.is_verified
    end_livestream(show)
    leave(creator, by=creator.user)
    with pytest.raises(NotOpen):
        leave(creator, by=creator.user)


def test_staff_close_an_account_and_say_why(staff: User, creator: Creator) -> None:
    on_air = make_livestream(creator=creator)
    start_livestream(on_air)
    close_creator(creator, by=staff, reason="The papers were forged.")
    (letter,) = letters(creator)
    assert "The papers were forged." in letter
    assert "What you earned stays yours" in letter
    assert f"looks at it again: {settings.SITE_URL}/about/imprint/" in letter
    on_air.refresh_from_db()
    assert (on_air.state, on_air.end_reason) == ("ended", "The papers were forged.")


def test_an_account_that_is_open_again_keeps_its_shows(
    staff: User, creator: Creator
) -> None:
    planned = make_livestream(creator=creator)
    close_creator(creator, by=staff, reason="A slip.")
    reopen_creator(creator, by=staff)
    verify_creator(creator, by=staff)
    letters(creator)
    planned.refresh_from_db()
    assert not planned.is_called_off


@pytest.mark.parametrize(
    ("act", "state", "after"),
    [
        ("refuse", APPLIED, "closed"),
        ("close", Creator.State.VERIFIED, "closed"),
        ("reopen", Creator.State.CLOSED, "applied"),
    ],
)
def test_staff_do_it_in_the_admin(
    admin_client: Client, act: str, state: str, after: str
) -> None:
    creator = make_creator(state=state)
    address = reverse("admin:creators_creator_changelist")
    facts = {"action": act, "_selected_action": str(creator.pk), "decided": "1"}
    assert admin_client.post(address, facts).status_code == 200, "a reason is asked"
    admin_client.post(address, facts | {"reason": "As agreed"})
    creator.refresh_from_db()
    assert creator.state == after
