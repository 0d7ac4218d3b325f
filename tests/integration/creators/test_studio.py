"""The studio: who may enter, what each act does, what is sent again."""

import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from creators.models import Creator
from livestreams.access.playback import get_stream_key, is_stream_key_right
from livestreams.models import (
    ChatMessage,
    CoHost,
    DutyShift,
    Livestream,
    Pin,
    Report,
    Sanction,
)
from livestreams.services import chat, reports
from livestreams.services.attribution import attribute_order
from livestreams.services.publishing import admit_browser
from shopfront.common import clock
from shopfront.models import Audit, User
from shopfront.services import outbox
from tests.factories import (
    make_duty,
    make_livestream,
    make_market,
    make_paid_order,
    make_product,
    make_user,
    make_variant,
)
from tests.integration.creators.conftest import Stall

pytestmark = pytest.mark.django_db
State = Livestream.State


@pytest.fixture
def host(client: Client, creator: Creator) -> Client:
    """Be signed in as the host."""
    client.force_login(creator.user)
    return client


@pytest.fixture
def moderator(stall: Stall) -> User:
    """Make a person who moderates the stall's show."""
    person = make_user(email="moderator@people.example", display_name="Mo")
    CoHost.objects.create(
        livestream=stall.show, user=person, duty=CoHost.Duty.MODERATOR
    )
    return person


def put_on_air(show: Livestream) -> None:
    Livestream.objects.filter(pk=show.pk).update(
        state=State.LIVE, started_at=clock.now(), publisher_seen_at=clock.now()
    )
    show.refresh_from_db()


def act(client: Client, show: Livestream, name: str, **facts: str) -> str:
    """Press a button as a plain form and return the page that follows."""
    kind = "studio-duty" if name in DUTIES else "studio-act"
    address = reverse(f"creators:{kind}", args=[show.public_id, name])
    response = client.post(address, facts, follow=True)
    assert response.status_code == 200
    return response.content.decode()


DUTIES = [
    "say",
    "line",
    "line-down",
    "rules",
    "remove",
    "release",
    "keep",
    "mute",
    "ban",
    "lift",
    "undo",
    "phrase",
    "shield-mode",
    "help",
    "help-answer",
    "question",
]
ACTS = [
    "start",
    "pause",
    "resume",
    "end",
    "key",
    "pin",
    "unpin",
    "part",
    "refuse",
    "allow",
    "poll-open",
    "poll-close",
    "next",
    "slate",
    "remote",
    "remote-off",
    "giveaway-open",
    "giveaway-close",
    "giveaway-draw",
]


def page_of(client: Client, show: Livestream) -> str:
    response = client.get(reverse("creators:studio", args=[show.public_id]))
    assert response.status_code == 200
    return response.content.decode()


def say(show: Livestream, person: User, text: str = "Hello") -> ChatMessage:
    return chat.post_message(
        chat.NewMessage(
            livestream=show.public_id,
            person=person.public_id,
            badges=(),
            text=text,
        )
    )


def test_guests_are_asked_to_sign_in(client: Client, stall: Stall) -> None:
    address = reverse("creators:studio", args=[stall.show.public_id])
    assert "/accounts/login/" in client.get(address)["Location"]


@pytest.mark.parametrize("name", sorted([*ACTS, *DUTIES]))
def test_strangers_find_nothing(
    client: Client, stranger: User, stall: Stall, name: str
) -> None:
    client.force_login(stranger)
    public_id = stall.show.public_id
    for page in ("studio", "studio-pulse"):
        assert (
            client.get(reverse(f"creators:{page}", args=[public_id])).status_code == 404
        )
    kind = "studio-duty" if name in DUTIES else "studio-act"
    address = reverse(f"creators:{kind}", args=[public_id, name])
    assert client.post(address).status_code == 404


def test_an_unknown_show_is_404(host: Client) -> None:
    address = reverse("creators:studio", args=["nothing"])
    assert host.get(address).status_code == 404


def test_the_host_sees_all_parts(host: Client, stall: Stall) -> None:
    page = page_of(host, stall.show)
    for text in ("Go live", "No picture yet", "rtmp://", "Stream key", "Get help"):
        assert text in page
    assert get_stream_key(stall.show) in page


def test_a_moderator_sees_the_chat_and_no_money_and_no_key(
    client: Client, moderator: User, stall: Stall
) -> None:
    put_on_air(stall.show)
    order = make_paid_order(stall.variant, source_ref=stall.source_ref)
    attribute_order(order.public_id)
    client.force_login(moderator)
    page = page_of(client, stall.show)
    assert "Get help" in page
    assert "£" not in page
    assert get_stream_key(stall.show) not in page
    for name in ACTS:
        address = reverse("creators:studio-act", args=[stall.show.public_id, name])
        assert client.post(address).status_code == 404


def test_staff_and_co_hosts_may_enter(
    client: Client, staff: User, shopper: User, stall: Stall
) -> None:
    CoHost.objects.create(livestream=stall.show, user=shopper, duty=CoHost.Duty.CO_HOST)
    for person in (staff, shopper):
        client.force_login(person)
        assert "Go live" in page_of(client, stall.show)


def test_going_live_without_a_picture_is_refused_plainly(
    host: Client, stall: Stall
) -> None:
    assert "No picture arrives yet" in act(host, stall.show, "start")
    stall.show.refresh_from_db()
    assert stall.show.state == State.SCHEDULED


def test_a_show_without_moderator_waits_until_somebody_is_on_call(
    host: Client, moderator: User, staff: User, stall: Stall
) -> None:
    show = stall.show
    show.publisher_seen_at = clock.now()
    show.save()
    CoHost.objects.all().delete()
    assert "has no moderator" in act(host, show, "start")
    make_duty(make_market(code="FR"), user=staff)
    assert "has no moderator" in act(host, show, "start")
    show.refresh_from_db()
    assert show.state == State.SCHEDULED
    CoHost.objects.create(livestream=show, user=moderator, duty=CoHost.Duty.MODERATOR)
    assert "You are live." in act(host, show, "start")
    DutyShift.objects.all().delete()
    CoHost.objects.all().delete()
    act(host, show, "pause")
    assert "Take a break" in act(host, show, "resume"), "nobody ends it under way"


def test_a_show_runs_from_start_over_a_break_to_its_end(
    host: Client, stall: Stall
) -> None:
    show = stall.show
    Livestream.objects.update(publisher_seen_at=clock.now())
    make_duty(show.market)
    assert "You are live." in act(host, show, "start")
    assert "Go on" in act(host, show, "pause")
    assert "Take a break" in act(host, show, "resume")
    assert "End show" in page_of(host, show)
    page = act(host, show, "end")
    assert "Sales, net of returns" in page
    show.refresh_from_db()
    assert show.state == State.ENDED


def test_staff_end_a_show_with_a_reason_in_the_audit_log(
    client: Client, staff: User, stall: Stall
) -> None:
    put_on_air(stall.show)
    client.force_login(staff)
    act(client, stall.show, "end", reason="A dangerous product")
    row = Audit.objects.get(action="livestreams.end")
    assert (row.actor, row.reason) == (staff, "A dangerous product")


def test_why_an_encoder_was_refused_is_told_on_the_page(
    host: Client, stall: Stall
) -> None:
    Livestream.objects.update(
        refused_at=clock.now(), refused_why="An encoder tried with a wrong key."
    )
    assert "An encoder tried with a wrong key." in page_of(host, stall.show)


def test_a_new_key_revokes_the_old_one_at_once(host: Client, stall: Stall) -> None:
    old = get_stream_key(stall.show)
    act(host, stall.show, "key")
    stall.show.refresh_from_db()
    assert stall.show.key_version == 2
    assert not is_stream_key_right(stall.show, old)
    assert Audit.objects.filter(action="livestreams.rotate_stream_key").exists()


def test_a_product_is_pinned_and_unpinned_by_its_button(
    host: Client, stall: Stall
) -> None:
    put_on_air(stall.show)
    product = stall.variant.product
    page = act(host, stall.show, "pin", product=product.public_id)
    assert "Unpin" in page
    assert "1 of 3 pinned" in page
    pin = Pin.objects.get()
    assert pin.product == product
    act(host, stall.show, "unpin", pin=pin.public_id)
    pin.refresh_from_db()
    assert pin.removed_at is not None


def test_pins_wait_until_the_show_is_on_air(host: Client, stall: Stall) -> None:
    product = stall.variant.product.public_id
    assert "not on air" in act(host, stall.show, "pin", product=product)
    assert "You can pin once you are live." in page_of(host, stall.show)


def test_orders_arrive_with_what_the_creator_earns(host: Client, stall: Stall) -> None:
    put_on_air(stall.show)
    order = make_paid_order(stall.variant, source_ref=stall.source_ref)
    attribute_order(order.public_id)
    page = page_of(host, stall.show)
    assert "£25.00" in page
    assert "+£2.50" in page
    assert "1 line, £2.50 for you" in page


def test_the_host_answers_in_the_chat(host: Client, stall: Stall) -> None:
    put_on_air(stall.show)
    assert "Good evening" in act(host, stall.show, "say", text="Good evening")
    message = ChatMessage.objects.get()
    assert message.badges == ["host"]


def test_a_moderator_removes_a_message(
    client: Client, moderator: User, shopper: User, stall: Stall
) -> None:
    put_on_air(stall.show)
    message = say(stall.show, shopper, "Buy elsewhere")
    client.force_login(moderator)
    assert "Buy elsewhere" in page_of(client, stall.show)
    page = act(client, stall.show, "remove", message=message.public_id)
    assert "Buy elsewhere" not in page
    message.refresh_from_db()
    assert message.decided_by == moderator


def test_a_mute_ends_by_itself_and_wipes_what_was_written(
    client: Client, moderator: User, shopper: User, stall: Stall
) -> None:
    put_on_air(stall.show)
    first, _ = (say(stall.show, shopper, text) for text in ("One", "Two"))
    client.force_login(moderator)
    act(client, stall.show, "mute", message=first.public_id)
    mute = Sanction.objects.get()
    assert mute.user == shopper
    assert mute.until is not None
    assert not ChatMessage.objects.filter(state=ChatMessage.State.VISIBLE).exists()


def test_a_mute_is_listed_and_undone_by_those_with_a_duty_only(
    client: Client, moderator: User, shopper: User, stranger: User, stall: Stall
) -> None:
    put_on_air(stall.show)
    message = say(stall.show, shopper)
    client.force_login(moderator)
    act(client, stall.show, "mute", message=message.public_id)
    mute = Sanction.objects.get()
    assert "Undo the mute of Sam" in page_of(client, stall.show)
    client.force_login(stranger)
    address = reverse("creators:studio-duty", args=[stall.show.public_id, "lift"])
    assert client.post(address, {"sanction": mute.public_id}).status_code == 404
    client.force_login(moderator)
    for _ in range(2):
        page = act(client, stall.show, "lift", sanction=mute.public_id)
    assert "Undo the mute" not in page
    assert Audit.objects.filter(action="livestreams.lift_sanction").count() == 1
    assert say(stall.show, shopper, "Thank you").seq


def test_a_held_message_is_shown_to_all_by_a_moderator(
    client: Client, moderator: User, shopper: User, stall: Stall
) -> None:
    put_on_air(stall.show)
    message = say(stall.show, shopper)
    ChatMessage.objects.update(state=ChatMessage.State.HELD, seq=None)
    client.force_login(moderator)
    assert "Show to all" in page_of(client, stall.show)
    act(client, stall.show, "release", message=message.public_id)
    message.refresh_from_db()
    assert message.state == ChatMessage.State.VISIBLE


def test_a_report_is_upheld_by_removal_and_its_reporter_is_told(
    client: Client, moderator: User, shopper: User, stranger: User, stall: Stall
) -> None:
    put_on_air(stall.show)
    message = say(stall.show, shopper, "Buy elsewhere")
    report = reports.report_message(message, reporter=stranger, reason="spam")
    client.force_login(moderator)
    assert "Reported by 1 person" in page_of(client, stall.show)
    for _ in range(2):
        act(client, stall.show, "remove", message=message.public_id)
    report.refresh_from_db()
    assert (report.state, report.decided_at is None) == ("upheld", False)
    outbox.relay()
    (letter,) = mail.outbox
    assert letter.to == [stranger.email]
    assert report.public_id in letter.body
    assert "agreed with you" in letter.body


def test_a_reported_message_may_stand_and_the_decision_stays(
    client: Client, moderator: User, shopper: User, stranger: User, stall: Stall
) -> None:
    put_on_air(stall.show)
    message = say(stall.show, shopper)
    report = reports.report_message(message, reporter=stranger, reason="other")
    client.force_login(moderator)
    page = act(client, stall.show, "keep", message=message.public_id)
    assert "Reported by" not in page
    act(client, stall.show, "remove", message=message.public_id)
    report.refresh_from_db()
    assert report.state == Report.State.DISMISSED
    outbox.relay()
    (letter,) = mail.outbox
    assert "lets it stand" in letter.body


def test_nobody_dismisses_a_report_of_their_own_message(
    host: Client, creator: Creator, stranger: User, stall: Stall
) -> None:
    put_on_air(stall.show)
    message = say(stall.show, creator.user)
    report = reports.report_message(message, reporter=stranger, reason="other")
    page = act(host, stall.show, "keep", message=message.public_id)
    assert "Somebody else has to decide" in page
    report.refresh_from_db()
    assert report.state == Report.State.OPEN


def test_strangers_decide_no_report(
    client: Client, shopper: User, stranger: User, stall: Stall
) -> None:
    put_on_air(stall.show)
    message = say(stall.show, shopper)
    report = reports.report_message(message, reporter=stranger, reason="other")
    client.force_login(stranger)
    address = reverse("creators:studio-duty", args=[stall.show.public_id, "keep"])
    assert client.post(address, {"message": message.public_id}).status_code == 404
    report.refresh_from_db()
    assert report.state == Report.State.OPEN


def test_a_message_of_another_show_does_not_exist(
    client: Client, moderator: User, shopper: User, stall: Stall
) -> None:
    foreign = make_livestream()
    put_on_air(foreign)
    message = say(foreign, shopper)
    client.force_login(moderator)
    page = act(client, stall.show, "remove", message=message.public_id)
    assert "cannot find this message" in page
    message.refresh_from_db()
    assert message.state == ChatMessage.State.VISIBLE


def test_help_reaches_staff_by_mail_and_audit_once_until_answered(
    host: Client, staff: User, stall: Stall
) -> None:
    assert "Help is called" in act(host, stall.show, "help")
    assert "called already" in act(host, stall.show, "help")
    assert Audit.objects.filter(action="livestreams.help_called").count() == 1
    outbox.relay()
    (letter,) = mail.outbox
    assert letter.bcc == [staff.email]
    assert stall.show.public_id in letter.body


def digests_of(page: str) -> dict[str, str]:
    return dict(re.findall(r'name="(digest-\w+)" value="(\w+)"', page))


def test_the_pulse_sends_only_what_changed(
    host: Client, shopper: User, stall: Stall
) -> None:
    put_on_air(stall.show)
    known = digests_of(page_of(host, stall.show))
    assert set(known) == {
        "digest-state",
        "digest-barred",
        "digest-run",
        "digest-health",
        "digest-advice",
        "digest-controls",
        "digest-shelf",
        "digest-offers",
        "digest-sales",
        "digest-chat",
        "digest-shield",
        "digest-line",
        "digest-rules",
        "digest-numbers",
        "digest-mutes",
        "digest-help",
        "digest-desk",
        "digest-questions",
        "digest-polls",
        "digest-simulcast",
        "digest-solo",
        "digest-giveaways",
        "digest-remotes",
        "digest-time",
    }
    address = reverse("creators:studio-pulse", args=[stall.show.public_id])
    assert host.get(address, known).status_code == 204
    say(stall.show, shopper, "New here")
    response = host.get(address, known)
    told = set(digests_of(response.content.decode()))
    assert told == {"digest-chat", "digest-numbers"}
    assert "New here" in response.content.decode()


def test_sales_alone_are_asked_for_at_few_queries_and_by_none_who_sees_no_money(
    host: Client,
    client: Client,
    moderator: User,
    stall: Stall,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    put_on_air(stall.show)
    known = digests_of(page_of(host, stall.show)) | {"part": "sales"}
    address = reverse("creators:studio-pulse", args=[stall.show.public_id])
    order = make_paid_order(stall.variant, source_ref=stall.source_ref)
    attribute_order(order.public_id)
    with django_assert_max_num_queries(12):
        response = host.get(address, known)
    assert set(digests_of(response.content.decode())) == {"digest-sales"}
    assert stall.variant.product.title in response.content.decode()
    client.force_login(moderator)
    assert client.get(address, {"part": "sales"}).status_code == 204


def test_an_act_by_htmx_answers_the_changed_parts_and_a_toast(
    host: Client, stall: Stall
) -> None:
    put_on_air(stall.show)
    address = reverse("creators:studio-act", args=[stall.show.public_id, "pause"])
    response = host.post(address, headers={"HX-Request": "true"})
    assert "Go on" in response.content.decode()
    assert "break slate" in response["HX-Trigger"]


def test_a_longer_shelf_and_chat_cost_no_more_queries(
    host: Client,
    shopper: User,
    stall: Stall,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    put_on_air(stall.show)
    say(stall.show, shopper)
    with django_assert_max_num_queries(49) as few:
        page_of(host, stall.show)
    for place in range(3):
        product = make_product()
        make_variant(product=product)
        stall.show.shelf.create(product=product, position=place + 1)
        say(stall.show, shopper, f"Message {place}")
    with django_assert_max_num_queries(len(few.captured_queries)):
        page_of(host, stall.show)


def test_who_runs_a_show_gets_a_ticket_for_the_camera_and_nobody_else(
    host: Client, stall: Stall, moderator: User
) -> None:
    address = reverse("creators:studio-ticket", args=[stall.show.public_id])
    answer = host.get(address).json()
    assert answer["address"].startswith("ws://")
    assert answer["address"].endswith(f"/ingest/{stall.show.public_id}")
    found, person = admit_browser(stall.show.public_id, answer["ticket"], at="")
    assert (found, person) == (stall.show, stall.show.creator.user)
    for stranger in (moderator, make_user()):
        other = Client()
        other.force_login(stranger)
        assert other.get(address).status_code == 404
    assert Client().get(address).status_code == 302
