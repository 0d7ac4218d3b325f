"""Refusals of the catalog app, each with its stable code."""

from django.utils.translation import gettext_lazy as _

from shopfront.common.errors import Conflict, Denied, Invalid, Missing


class ProductMissing(Missing):
    """There is no such product, or it is not for sale any more."""

    code = "catalog.product_missing"
    default_message = _("We do not sell this product, or not any more.")


class BrandMissing(Missing):
    """This person acts for no such brand."""

    code = "catalog.brand_missing"
    default_message = _("We cannot find this brand among yours.")


class BadQuantity(Invalid):
    """A quantity that is no positive whole number."""

    code = "catalog.bad_quantity"
    default_message = _("Choose a whole number of pieces, one or more.")


class UnderAge(Denied):
    """Assurance puts this person below 18: nothing may be held (S6)."""

    code = "catalog.under_age"
    default_message = _("You must be 18 or older to buy here. Watching stays free.")


class StockShort(Conflict):
    """There is not enough left; `extra["available"]` says how much is."""

    code = "catalog.stock_short"
    default_message = _("There is not enough left.")


class HoldLimit(Conflict):
    """This person holds as much as one person may."""

    code = "catalog.hold_limit"
    default_message = _(
        "You are holding many pieces already. Pay for them or let them go first."
    )


class StockPromised(Conflict):
    """A stock-take below what is promised; `extra["promised"]` says how much."""

    code = "catalog.stock_promised"
    default_message = _(
        "More pieces than this are promised to shoppers already. Count again."
    )


class BadPrice(Invalid):
    """A price that is not above zero."""

    code = "catalog.bad_price"
    default_message = _("A price must be above zero.")


class BadPicture(Invalid):
    """A file that is no picture we can show."""

    code = "catalog.bad_picture"
    default_message = _("This file is not a picture. Send a JPEG, PNG, WebP or AVIF.")


class PictureTooLarge(Invalid):
    """A picture with too many bytes or pixels."""

    code = "catalog.picture_too_large"
    default_message = _(
        "This picture is too large: at most 15 MB and 50 million pixels."
    )


class BelowFloor(Conflict):
    """A price below the floor of its shelf; `extra["floor_minor"]` says which."""

    code = "catalog.below_floor"
    default_message = _("This price is below the lowest one that is listed here.")


class FloorUnsound(Invalid):
    """A floor without counsel's view, or an exception without a reason or an end."""

    code = "catalog.floor_unsound"
    default_message = _(
        "A floor needs an amount above zero and counsel's view in words; an exception "
        "needs an amount, a reason and an end that lies ahead."
    )


class FloorSamePerson(Denied):
    """Who set a floor may not approve it as well."""

    code = "catalog.floor_same_person"
    default_message = _("A second person must approve a floor.")


class OfferMissing(Missing):
    """There is no such offer, or it is not this show's."""

    code = "catalog.offer_missing"
    default_message = _("There is no such offer.")


class OfferNotAllowed(Denied):
    """The brand allows no offers of this product here and now."""

    code = "catalog.offer_not_allowed"
    default_message = _("The brand allows no offers of this product at this time.")


class OfferTooLow(Conflict):
    """Below the brand's lowest price; `extra["lowest_minor"]` says which."""

    code = "catalog.offer_too_low"
    default_message = _("The brand does not allow a price as low as this.")


class OfferTooLong(Conflict):
    """Longer than the brand allows; `extra["longest_minutes"]` says how long."""

    code = "catalog.offer_too_long"
    default_message = _("The brand does not allow an offer as long as this.")


class OfferTooMany(Conflict):
    """More pieces than the brand allows; `extra["most_pieces"]` says how many."""

    code = "catalog.offer_too_many"
    default_message = _("The brand does not allow as many pieces in one offer.")


class OfferUnsound(Invalid):
    """An offer whose price, length, pieces or start make no sense."""

    code = "catalog.offer_unsound"
    default_message = _(
        "An offer needs a price above zero, a length of a minute or more, and a start "
        "that is not over."
    )


class OfferOverlaps(Conflict):
    """Another offer of the product is open or planned in this time."""

    code = "catalog.offer_overlaps"
    default_message = _("Another offer of this product is open or planned then.")


class OfferNoReduction(Conflict):
    """No variant costs more than the offer."""

    code = "catalog.offer_no_reduction"
    default_message = _("An offer must be below today's price.")


class OfferRunning(Conflict):
    """A price may not be changed while an offer promises it until its end."""

    code = "catalog.offer_running"
    default_message = _(
        "An offer of this product is open. Close it first, or wait for its end."
    )


class OfferOver(Conflict):
    """The offer ended before the pieces were taken."""

    code = "catalog.offer_over"
    default_message = _("This offer is over.")


class OfferShort(Conflict):
    """Fewer pieces are left at this price; `extra["available"]` says how many."""

    code = "catalog.offer_short"
    default_message = _("There are not as many pieces left at this price.")


class NotSoldOut(Conflict):
    """Nobody waits for what can be bought."""

    code = "catalog.not_sold_out"
    default_message = _("There are pieces left: you can buy one now.")


class BadEmail(Invalid):
    """Nothing that a letter could be sent to."""

    code = "catalog.bad_email"
    default_message = _("Enter the e-mail address that we may write to.")


class AddressWaits(Conflict):
    """Another browser or account waits with the same e-mail address."""

    code = "catalog.address_waits"
    default_message = _(
        "A place for this e-mail address is in the list already. One place each."
    )


class TooManyPlaces(Conflict):
    """One shopper waits for as much as one person may."""

    code = "catalog.too_many_places"
    default_message = _("You wait for many things already. Leave a place first.")


class TooManyTries(Conflict):
    """More attempts in a short time than a person makes."""

    code = "catalog.too_many_tries"
    default_message = _("That was very quick. Please wait a moment and try again.")


class PlaceMissing(Missing):
    """There is no such place, or it is somebody else's."""

    code = "catalog.place_missing"
    default_message = _("We found no such place in a waiting list.")


class CollaborationMissing(Missing):
    """No such collaboration for this person."""

    code = "catalog.collaboration_missing"
    default_message = _("We cannot find this collaboration.")


class CollaborationClosed(Conflict):
    """Answers are not taken any more: full, withdrawn or too late."""

    code = "catalog.collaboration_closed"
    default_message = _("This collaboration takes no answers any more.")


class CollaborationWrong(Invalid):
    """An offer of a brand that cannot be made so."""

    code = "catalog.collaboration_wrong"
    default_message = _("Period, places or products do not fit.")


class ProposalNotOpen(Conflict):
    """An answer that is not a counter-offer, or was decided."""

    code = "catalog.proposal_not_open"
    default_message = _("This counter-offer is decided.")


class SampleMissing(Missing):
    """No such sample for this person."""

    code = "catalog.sample_missing"
    default_message = _("We cannot find this sample.")


class SampleCriteriaUnmet(Denied):
    """A creator whom the brand does not send samples to yet."""

    code = "catalog.sample_criteria_unmet"
    default_message = _("This brand does not send you samples yet.")


class SampleNotReady(Conflict):
    """A sample that is not in the state that the act needs."""

    code = "catalog.sample_not_ready"
    default_message = _("This sample is not ready for that.")


class ShowcaseFull(Conflict):
    """More products than a page shows."""

    code = "catalog.showcase_full"
    default_message = _("Your showcase is full. Take a product out first.")


class LimitReached(HoldLimit):
    """The household has as many pieces as one may; `extra["limit"]` says how many."""

    code = "catalog.limit_reached"
    default_message = _(
        "You or your household have as many of these as one may. Nothing was charged."
    )


class DropTimes(Invalid):
    """Moments of a drop that cannot be: the order, or too short a time to enter."""

    code = "catalog.drop_times"
    default_message = _(
        "The waiting room must be open for a minute or more before the opening, "
        "and the end must come after it."
    )


class DropOverlaps(Conflict):
    """The product has another drop at that time."""

    code = "catalog.drop_overlaps"
    default_message = _("This product has another drop at that time.")


class DropMissing(Missing):
    """There is no such drop."""

    code = "catalog.drop_missing"
    default_message = _("We found no such drop.")


class DropNotOpen(Conflict):
    """Too early: `extra["opens_at"]` says when, `extra["drop"]` which."""

    code = "catalog.drop_not_open"
    default_message = _("This opens later, for everybody at the same moment.")


class DropOver(Conflict):
    """The waiting room is closed."""

    code = "catalog.drop_over"
    default_message = _("This drop is over.")


class AccountNeeded(Denied):
    """A drop that only accounts may enter."""

    code = "catalog.account_needed"
    default_message = _("Please sign in first: this drop is for accounts.")


class FormTooFresh(Invalid):
    """A form sent sooner than a person can read it, or one that is not ours."""

    code = "catalog.form_too_fresh"
    default_message = _("That did not work. Please press the button once more.")


class AdmissionNeeded(Conflict):
    """Sold in a drop to those whose turn it is; `extra["drop"]` says which."""

    code = "catalog.admission_needed"
    default_message = _(
        "This is sold in a drop at the moment. Enter its waiting room to buy."
    )


class AdmissionUsed(Conflict):
    """An admission counts for one purchase."""

    code = "catalog.admission_used"
    default_message = _("Your turn in this drop has been used already.")


class BundleMissing(Missing):
    """There is no such bundle, or it is not sold any more."""

    code = "catalog.bundle_missing"
    default_message = _("We do not sell this bundle, or not any more.")


class BundleUnsound(Invalid):
    """Too few or too many parts, of several brands, or no title."""

    code = "catalog.bundle_unsound"
    default_message = _(
        "A bundle has a title and two to six different variants of one brand, "
        "at most twenty pieces of each."
    )


class BundleNoSaving(Invalid):
    """It would cost as much as its parts; `extra["separate_minor"]` says how much."""

    code = "catalog.bundle_no_saving"
    default_message = _("A bundle costs less than its parts one by one.")


class VetoUnsound(Invalid):
    """A refusal of a product without a reason."""

    code = "catalog.veto_unsound"
    default_message = _("Choose why you will not show it; your own words may follow.")
