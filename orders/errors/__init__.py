"""Refusals of the orders app, each with its stable code."""

from django.utils.translation import gettext_lazy as _

from shopfront.common.errors import Conflict, Denied, Invalid, Missing


class UnderAge(Denied):
    """Assurance puts this person below 18: nothing may be bought (S6)."""

    code = "orders.under_age"
    default_message = _("You must be 18 or older to buy here. Watching stays free.")


class AgeNotAssured(Denied):
    """Goods with a minimum age go only to people whose age is assured (S6)."""

    code = "orders.age_not_assured"
    default_message = _(
        "This product has an age limit. Confirm your age in your account first."
    )


class AgeNotStated(Invalid):
    """A person of unknown age has not said that they are 18."""

    code = "orders.age_not_stated"
    default_message = _("Please confirm that you are 18 or older.")


class BadQuantity(Invalid):
    """A quantity that is no whole number within the limits of a line."""

    code = "orders.bad_quantity"
    default_message = _("Choose a whole number from 1 to 20.")


class AttemptKeyMissing(Invalid):
    """A form came without the key of its attempt."""

    code = "orders.attempt_key_missing"
    default_message = _("This form is incomplete. Reload the page and try again.")


class PriceUnknown(Invalid):
    """The price that was shown is not a price of this product."""

    code = "orders.price_unknown"
    default_message = _("We could not read the price. Reload the page and try again.")


class PriceRaised(Conflict):
    """The price has risen since it was shown; `extra` holds the new one."""

    code = "orders.price_raised"
    default_message = _("The price has changed. Nothing was charged.")


class TotalChanged(Conflict):
    """The total is no longer the one beside the button; `extra` holds the new one."""

    code = "orders.total_changed"
    default_message = _("The total has changed. Nothing was charged.")


class NotForSale(Conflict):
    """The product is withdrawn, or has no price in this market."""

    code = "orders.not_for_sale"
    default_message = _("This product is not on sale at the moment.")


class MarketClosed(Conflict):
    """The market takes no new orders."""

    code = "orders.market_closed"
    default_message = _("We take no new orders in this country at the moment.")


class LineShort(Conflict):
    """There is not enough of one line; `extra` names it and what is left."""

    code = "orders.stock_short"
    default_message = _("There is not enough left. Nothing was charged.")


class CartEmpty(Conflict):
    """There is nothing to check out."""

    code = "orders.cart_empty"
    default_message = _("Your cart is empty.")


class CartMoved(Conflict):
    """The shopper has changed the country since the cart was shown."""

    code = "orders.cart_moved"
    default_message = _(
        "You have changed the country. Please check the new prices first. "
        "Nothing was charged."
    )


class CheckoutLapsed(Conflict):
    """The holds have ended; nothing was charged."""

    code = "orders.checkout_lapsed"
    default_message = _(
        "The time for your pieces has ended and nothing was charged. "
        "Start again to see whether they are still there."
    )


class DetailsMissing(Invalid):
    """E-mail address or delivery address is not there yet."""

    code = "orders.details_missing"
    default_message = _("Please tell us first where to deliver.")


class BadAddress(Invalid):
    """The address cannot be right; `extra["fields"]` maps fields to sentences."""

    code = "orders.bad_address"
    default_message = _("Please check the address.")


class DeliveryUnknown(Invalid):
    """A seller does not send in the way that was chosen."""

    code = "orders.delivery_unknown"
    default_message = _("Please choose how it should be delivered.")


class PaymentInFlight(Conflict):
    """An earlier payment of this checkout has not been decided."""

    code = "orders.payment_in_flight"
    default_message = _(
        "Your earlier payment is still being decided. You are never charged twice."
    )


class AlreadyPaid(Conflict):
    """The checkout is paid."""

    code = "orders.already_paid"
    default_message = _("This is already paid. You were charged once.")


class TooManyAttempts(Conflict):
    """The checkout has used up its attempts to pay."""

    code = "orders.too_many_attempts"
    default_message = _(
        "That was the last attempt. Nothing was charged. Please start again."
    )


class TooFast(Conflict):
    """More attempts in a short time than a person makes."""

    code = "orders.too_fast"
    default_message = _(
        "We could not take this just now, and nothing was charged. "
        "Please wait a moment and try again."
    )


class MethodUnknown(Invalid):
    """The gateway does not offer this way to pay."""

    code = "orders.method_unknown"
    default_message = _("Please choose how to pay.")


class GatewayMissing(Missing):
    """No such payment gateway is set up."""

    code = "orders.gateway_missing"
    default_message = _("This way to pay is not available.")


class GatewayUnreachable(Conflict):
    """The gateway did not answer: whether money moved is not known yet."""

    code = "orders.gateway_unreachable"
    default_message = _(
        "The bank has not answered yet. We keep asking; you are never charged twice."
    )


class NoticeForged(Denied):
    """A webhook without the provider's right signature."""

    code = "orders.notice_forged"
    default_message = _("The signature is not right.")


class ChargeMissing(Missing):
    """The gateway knows no such charge."""

    code = "orders.charge_missing"
    default_message = _("There is no such payment.")


class ChargeDisputed(Conflict):
    """The bank has taken the money back and holds it: nothing can be refunded."""

    code = "orders.charge_disputed"
    default_message = _("The bank disputes this payment and holds its money.")


class DisputeMissing(Missing):
    """The gateway knows no such dispute."""

    code = "orders.dispute_missing"
    default_message = _("There is no such dispute.")


class DisputeClosed(Conflict):
    """The dispute was answered or decided before."""

    code = "orders.dispute_closed"
    default_message = _("This dispute has been answered already.")


class CardMissing(Missing):
    """No such kept card of this person."""

    code = "orders.card_missing"
    default_message = _("We found no such card.")


class CartLineMissing(Missing):
    """No such line in this person's cart."""

    code = "orders.cart_line_missing"
    default_message = _("This is no longer in your cart.")


class CheckoutMissing(Missing):
    """No such checkout for this person."""

    code = "orders.checkout_missing"
    default_message = _("We found no such checkout.")


class OrderMissing(Missing):
    """No such order for this person."""

    code = "orders.order_missing"
    default_message = _("We found no such order.")


class OrderNotPaid(Conflict):
    """Nothing may be sent, cancelled or paid back of an order without its money."""

    code = "orders.order_not_paid"
    default_message = _("This order is not paid.")


class PiecesWrong(Invalid):
    """Not whole numbers of pieces of lines of this order."""

    code = "orders.pieces_wrong"
    default_message = _("Choose a whole number of pieces of lines of this order.")


class NothingChosen(Conflict):
    """No piece is chosen, or none is left to choose."""

    code = "orders.nothing_chosen"
    default_message = _("No piece is left for this, or none was chosen.")


class PiecesGone(Conflict):
    """More pieces than are still to be sent; `extra` names the line and the rest."""

    code = "orders.pieces_gone"
    default_message = _("So many pieces are no longer to be sent.")


class PiecesNotSent(Conflict):
    """More pieces came back than are with the shopper; `extra` says how many are."""

    code = "orders.pieces_not_sent"
    default_message = _("So many pieces are not with the shopper.")


class PiecesPaidBack(Conflict):
    """More pieces than were sent and not paid back; `extra` says how many are."""

    code = "orders.pieces_paid_back"
    default_message = _(
        "So many pieces were not sent, or are paid back already. "
        "Cancel what has not been sent."
    )


class SpendLimitReached(Conflict):
    """More than the shopper's own limit allows; `extra` says what is left."""

    code = "orders.spend_limit"
    default_message = _("Your own spending limit is reached. Nothing was charged.")


class BuyingPaused(Conflict):
    """The shopper has chosen to buy nothing for a while."""

    code = "orders.buying_paused"
    default_message = _("You paused buying. Nothing was charged.")


class BadLimit(Invalid):
    """No amount, period or length that can be chosen."""

    code = "orders.bad_limit"
    default_message = _("Enter an amount such as 100 or 49.50, or leave it empty.")


class WithdrawalOver(Conflict):
    """The term in which a shopper may withdraw has ended."""

    code = "orders.withdrawal_over"
    default_message = _(
        "The time to withdraw has ended. If something is wrong with the goods, "
        "open a case: the seller answers for faults much longer."
    )


class PiecesWithdrawn(Conflict):
    """More pieces than can still be withdrawn from; `extra` says how many can."""

    code = "orders.pieces_withdrawn"
    default_message = _("You have withdrawn from so many pieces already.")


class NameMissing(Invalid):
    """A statement without the name of who makes it."""

    code = "orders.name_missing"
    default_message = _("Please enter your name.")


class RefundTooMuch(Conflict):
    """More than was paid and not yet paid back; `extra` says how much is left."""

    code = "orders.refund_too_much"
    default_message = _("More cannot be paid back than was paid.")


class InvoiceMissing(Missing):
    """No such document of this order, or it is still being written."""

    code = "orders.invoice_missing"
    default_message = _(
        "There is no such document yet. An invoice is written within minutes "
        "of the payment."
    )


class VariantMissing(Missing):
    """No such product on sale."""

    code = "orders.variant_missing"
    default_message = _("We found no such product.")


class CaseMissing(Missing):
    """No such case of this person."""

    code = "orders.case_missing"
    default_message = _("We found no such case.")


class CaseLineMissing(Missing):
    """The line is not one that this person paid for."""

    code = "orders.case_line_missing"
    default_message = _("We found no such product among your paid orders.")


class CaseEmpty(Invalid):
    """A letter without words."""

    code = "orders.case_empty"
    default_message = _("Please write a few words first.")


class CaseClosed(Conflict):
    """The case has come to its end."""

    code = "orders.case_closed"
    default_message = _("This case is closed. Open a new one if there is more to say.")
