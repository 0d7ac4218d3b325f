"""Samples: asked for within a brand's criteria, sent, and confirmed in hand (P4, P5).

The address is sealed from the moment it is typed and forgotten once the sample has
come or will not come.
"""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from catalog.errors import SampleCriteriaUnmet, SampleNotReady
from catalog.models import Product, SampleCriteria, SampleRequest
from creators.models import Creator
from creators.selectors.agreements import find_agreement
from creators.selectors.follows import count_followers
from creators.selectors.history import count_shows_that_sold
from shopfront.common import clock
from shopfront.common.sealing import seal, unseal
from shopfront.models import User
from shopfront.services import audit

PURPOSE = "catalog.sample_address"
State = SampleRequest.State
ON_THE_WAY = (State.ASKED, State.APPROVED, State.SENT)


def request_sample(
    product: Product, *, creator: Creator, address: str, note: str = ""
) -> SampleRequest:
    """Ask a brand for one piece of a product to try.

    Raises:
        SampleCriteriaUnmet: `unmet` names which of the brand's criteria.
        SampleNotReady: this creator has asked for it already, or gave no address.
    """
    if not address.strip():
        raise SampleNotReady(_("Please say where the sample should go."))
    unmet = find_unmet(product, creator)
    if unmet:
        raise SampleCriteriaUnmet(" ".join(unmet.values()), extra={"unmet": [*unmet]})
    try:
        with transaction.atomic():
            return SampleRequest.objects.create(
                product=product,
                creator=creator,
                note=note[:2000],
                sealed_address=seal(address.strip()[:500], purpose=PURPOSE),
            )
    except IntegrityError as fault:
        raise SampleNotReady(_("You have asked for this sample.")) from fault


def find_unmet(product: Product, creator: Creator) -> dict[str, str]:
    """Return the brand's criteria that a creator does not meet, with a sentence each.

    At most five queries.
    """
    criteria = SampleCriteria.objects.filter(brand=product.brand_id).first()
    if criteria is None:
        return {"none": _("This brand sends no samples.")}
    unmet: dict[str, str] = {}
    shows = count_shows_that_sold(creator) if criteria.least_shows else 0
    if shows < criteria.least_shows:
        words = _("It asks for %(count)d shows that sold.")
        unmet["least_shows"] = words % {"count": criteria.least_shows}
    followers = count_followers(creator) if criteria.least_followers else 0
    if followers < criteria.least_followers:
        words = _("It asks for %(count)d followers.")
        unmet["least_followers"] = words % {"count": criteria.least_followers}
    payer = product.brand.account
    if criteria.needs_agreement and not find_agreement(
        creator, payer=payer, at=clock.now()
    ):
        unmet["needs_agreement"] = _("It asks for an agreement with the brand.")
    on_the_way = SampleRequest.objects.filter(
        creator=creator, product__brand=product.brand_id, state__in=ON_THE_WAY
    )
    if on_the_way.count() >= criteria.most_open:
        unmet["most_open"] = _("Enough of its samples are on their way to you.")
    return unmet


def approve_sample(sample: SampleRequest, *, by: User) -> None:
    """Agree to send a sample. Raises SampleNotReady: it is decided."""
    _decide(sample, State.APPROVED, by, "")


def refuse_sample(sample: SampleRequest, *, by: User, answer: str) -> None:
    """Say no to a sample and why. Raises SampleNotReady: it is decided."""
    _decide(sample, State.REFUSED, by, answer)


def send_sample(
    sample: SampleRequest, *, by: User, carrier: str, tracking: str
) -> None:
    """Keep that an approved sample is on its way.

    Raises:
        SampleNotReady: it was not approved, or has gone already.
    """
    with transaction.atomic():
        _move(
            sample,
            State.APPROVED,
            State.SENT,
            carrier=carrier.strip()[:40],
            tracking=tracking.strip()[:60],
            sent_at=clock.now(),
        )
        _record("catalog.send_sample", sample, by)


def confirm_in_hand(sample: SampleRequest) -> None:
    """Keep that the creator holds the sample; the address is forgotten.

    Raises:
        SampleNotReady: it is not on its way.
    """
    _move(sample, State.SENT, State.IN_HAND, in_hand_at=clock.now(), sealed_address="")


def cancel_sample(sample: SampleRequest) -> None:
    """Take back a wish for a sample that has not gone yet; the address is forgotten.

    Raises:
        SampleNotReady: it is on its way, or decided.
    """
    rows = SampleRequest.objects.filter(
        pk=sample.pk, state__in=(State.ASKED, State.APPROVED)
    )
    if not rows.update(state=State.CANCELLED, sealed_address=""):
        raise SampleNotReady
    sample.refresh_from_db()


def read_address(sample: SampleRequest, *, by: User) -> str:
    """Return where an approved sample goes, and record who read it.

    Raises:
        SampleNotReady: it was not approved, or has come.
    """
    sample.refresh_from_db()
    if sample.state not in {State.APPROVED, State.SENT}:
        raise SampleNotReady
    with transaction.atomic():
        _record("catalog.read_sample_address", sample, by)
    return unseal(sample.sealed_address, purpose=PURPOSE)


def _decide(sample: SampleRequest, state: State, by: User, answer: str) -> None:
    facts: dict[str, object] = {"decided_by": by, "decided_at": clock.now()}
    if state == State.REFUSED:
        facts |= {"sealed_address": "", "answer": answer[:200]}
    with transaction.atomic():
        _move(sample, State.ASKED, state, **facts)
        _record(f"catalog.{state}_sample", sample, by, answer)


def _move(sample: SampleRequest, source: State, target: State, **facts: object) -> None:
    rows = SampleRequest.objects.filter(pk=sample.pk, state=source)
    if not rows.update(state=target, **facts):
        raise SampleNotReady
    sample.refresh_from_db()


def _record(action: str, sample: SampleRequest, by: User, reason: str = "") -> None:
    audit.record(
        action,
        actor=by,
        subject_kind="sample",
        subject_ref=sample.public_id,
        reason=reason[:200],
    )
