"""Refusals of the portal and the ledger, with stable codes."""

from django.utils.translation import gettext_lazy as _

from shopfront.common.errors import Conflict, Denied, Invalid, Missing


class NotACreator(Denied):
    """The page is for people who host."""

    code = "creators.not_a_creator"
    default_message = _("This part is for creators. You can apply to become one.")


class NotVerified(Denied):
    """The application is not decided, or the creator has closed."""

    code = "creators.not_verified"
    default_message = _("You can do this once we have verified you.")


class AlreadyApplied(Conflict):
    """One application for each account."""

    code = "creators.already_applied"
    default_message = _("You have applied already. We will write to you.")


class HandleTaken(Conflict):
    """Handles are addresses, so each is given once."""

    code = "creators.handle_taken"
    default_message = _("Somebody has this handle already. Please choose another.")


class HandleKept(Conflict):
    """A handle that was changed lately."""

    code = "creators.handle_kept"
    default_message = _(
        "You changed your handle in the last 30 days. Links need time to follow, so "
        "please wait."
    )


class UnderAge(Denied):
    """Creators are 18 or older (P1)."""

    code = "creators.under_age"
    default_message = _("Creators must be 18 or older.")


class AgreementMissing(Missing):
    """No such agreement for this creator."""

    code = "creators.agreement_missing"
    default_message = _("We cannot find this agreement.")


class AgreementClosed(Conflict):
    """An agreement that is no longer offered."""

    code = "creators.agreement_closed"
    default_message = _("This agreement is no longer on offer.")


class SaleUnbalanced(Invalid):
    """A line whose amounts cannot be posted."""

    code = "creators.sale_unbalanced"
    default_message = _("These amounts do not add up, so nothing was posted.")


class SaleMissing(Missing):
    """A reversal of a line that was never posted."""

    code = "creators.sale_missing"
    default_message = _("This line has no posting that could be reversed.")


class FollowYourself(Invalid):
    """A creator is not their own follower."""

    code = "creators.follow_yourself"
    default_message = _("You cannot follow yourself.")


class BankAccountWrong(Invalid):
    """An account number that fails its own checksum or shape."""

    code = "creators.bank_account_wrong"
    default_message = _("This is not a bank account that we can pay to.")


class RunNotReady(Conflict):
    """A payout run that is not in the state that the act needs."""

    code = "creators.run_not_ready"
    default_message = _("This payout run is not ready for that.")


class SamePerson(Denied):
    """Four eyes: who prepares a run does not release it."""

    code = "creators.same_person"
    default_message = _("Somebody else must release the run that you prepared.")


class RunEmpty(Conflict):
    """A run without payouts has no file."""

    code = "creators.run_empty"
    default_message = _("Nobody is paid in this run, so there is no file.")


class LineNotHeld(Conflict):
    """A line that cannot be held, or is not held any more."""

    code = "creators.line_not_held"
    default_message = _("This line is not open for that.")


class LineHeldBefore(Conflict):
    """A line that an appeal has freed is not held again."""

    code = "creators.line_held_before"
    default_message = _("An appeal has freed this line. It is not held again.")


class HoldMissing(Missing):
    """No such held line of this owner."""

    code = "creators.hold_missing"
    default_message = _("We cannot find this held line.")


class AppealSamePerson(Denied):
    """Four eyes: who holds a line does not decide the appeal against it."""

    code = "creators.appeal_same_person"
    default_message = _("Somebody else must decide on a line that you hold.")


class TaxDataWrong(Invalid):
    """Tax data that are incomplete or do not fit each other."""

    code = "creators.tax_data_wrong"
    default_message = _("Please check the tax data: something is missing or wrong.")


class DetailsNotPending(Conflict):
    """A change of payout details that has taken effect, or was taken back."""

    code = "creators.details_not_pending"
    default_message = _("No change of your payout details is waiting.")


class CurrencyMixed(Conflict):
    """A run whose rule, market and payouts do not share one currency."""

    code = "creators.currency_mixed"
    default_message = _("This run mixes currencies. Nothing was written.")


class AccountNotConnected(Invalid):
    """An account at Stripe that is none of ours or cannot be paid to."""

    code = "creators.account_not_connected"
    default_message = _("Stripe does not pay to this account, or not yet.")


class StripeSilent(Conflict):
    """Stripe did not answer, or there is no key to ask by."""

    code = "creators.stripe_silent"
    default_message = _("Stripe did not answer. Nothing was changed; try again.")


class InvoiceMissing(Missing):
    """We wrote no such invoice in this creator's name."""

    code = "creators.invoice_missing"
    default_message = _("We cannot find this invoice.")


class BankFileUnread(Invalid):
    """A file of the bank that is not what we understand."""

    code = "creators.bank_file_unread"
    default_message = _("We cannot read this as a pain.002, camt.053 or camt.054.")


class PayoutMissing(Missing):
    """No such payout for this owner."""

    code = "creators.payout_missing"
    default_message = _("We cannot find this statement.")


class BelowPayFloor(Invalid):
    """An agreement that pays less per hour than the market allows (E0)."""

    code = "creators.below_pay_floor"
    default_message = _("This pays less per hour than the market's floor.")


class ShowTooLong(Invalid):
    """An agreement on a show that no single day of work can hold (E2)."""

    code = "creators.show_too_long"
    default_message = _("A show of this length is beyond a day's work here.")


class WorkCapReached(Conflict):
    """A day's, a night's or a week's cap leaves no minute of work (E2)."""

    code = "creators.work_cap_reached"
    default_message = _("Your working time is used up, so you cannot go on now.")


class RestMissing(Conflict):
    """Rest or a break that the rules of work ask for is not over (E2)."""

    code = "creators.rest_missing"
    default_message = _("Your rest is not over, so you cannot go on now.")


class EntryMissing(Missing):
    """No such entry, extension or decision of this person."""

    code = "creators.entry_missing"
    default_message = _("We cannot find this in your hours.")


class EntryInvalid(Invalid):
    """An entry of work that cannot be right."""

    code = "creators.entry_invalid"
    default_message = _(
        "Please say what it was, and enter a time that is past and at most 16 hours."
    )


class EntryClosed(Conflict):
    """An entry in a week that is closed, or that was removed."""

    code = "creators.entry_closed"
    default_message = _("This week is closed; its entries stay as they are.")


class LimitLoosened(Invalid):
    """Operators and brands tighten the rules of work, they never loosen them."""

    code = "creators.limit_loosened"
    default_message = _(
        "Limits can only be tighter than the market's rules, and leave time to work."
    )


class LimitTaken(Conflict):
    """Limits that would change a past day, or a day that has some."""

    code = "creators.limit_taken"
    default_message = _("Limits begin tomorrow at the earliest, once a day.")


class ExtensionInShow(Denied):
    """Nobody is asked for longer hours during a show."""

    code = "creators.extension_in_show"
    default_message = _("You are in a show. Decide about longer hours when it is over.")


class ExtensionTooLate(Conflict):
    """A longer week is agreed before it begins."""

    code = "creators.extension_too_late"
    default_message = _("A longer week is agreed in writing before its Monday.")


class ExtensionNotAllowed(Invalid):
    """A longer week than the market's law allows, or one without a name."""

    code = "creators.extension_not_allowed"
    default_message = _("A week cannot be made longer by so much here.")


class DecisionClosed(Conflict):
    """A decision about which a human was asked before, or that is decided."""

    code = "creators.decision_closed"
    default_message = _("A human was asked about this before, or has decided.")


class DecisionOwn(Denied):
    """Nobody decides about their own case."""

    code = "creators.decision_own"
    default_message = _("Somebody else must decide about your own case.")


class RepairWrong(Invalid):
    """A decision is overturned without saying what is undone."""

    code = "creators.repair_wrong"
    default_message = _(
        "Say which time was no work, which premium is right and not smaller, or until "
        "when the product may be pinned, at most 30 days ahead."
    )


class NotOwnGoods(Denied):
    """Commission alone is possible only for the creator's own goods (E0)."""

    code = "creators.not_own_goods"
    default_message = _("Only goods of your own can be sold without a guarantee.")


class TermsNotAccepted(Denied):
    """A creator has not agreed to the terms that hold in their market."""

    code = "creators.terms_not_accepted"
    default_message = _("Please read and accept the terms of your market first.")


class TermsTooSoon(Invalid):
    """Changed terms that would hold before people had time to read them."""

    code = "creators.terms_too_soon"
    default_message = _("Changed terms need a notice of at least 15 days.")


class TermsChanged(Conflict):
    """Somebody says yes to terms that are not the ones that hold or come next."""

    code = "creators.terms_changed"
    default_message = _("There is a newer version of the terms. Please read it first.")


class GuaranteeMissing(Missing):
    """No such guarantee for this person."""

    code = "creators.guarantee_missing"
    default_message = _("We cannot find this guarantee.")


class GuaranteeNotOpen(Conflict):
    """A guarantee that is funded, returned, earned or not needed any more."""

    code = "creators.guarantee_not_open"
    default_message = _("This guarantee does not wait for money.")


class GuaranteeHasMoney(Conflict):
    """A guarantee is not dropped while somebody's money is in it."""

    code = "creators.guarantee_has_money"
    default_message = _("Money is in this show's guarantee, so it stays as agreed.")


class ReceiptNotOpen(Conflict):
    """A bank receipt that was booked before, or is decided."""

    code = "creators.receipt_not_open"
    default_message = _("This receipt was booked or decided before.")


class ReceiptSamePerson(Denied):
    """Four eyes: who books a bank receipt does not confirm it."""

    code = "creators.receipt_same_person"
    default_message = _("Somebody else must confirm the receipt that you booked.")


class BalanceShort(Conflict):
    """A settled balance that is smaller than what it should fund."""

    code = "creators.balance_short"
    default_message = _("The settled balance is too small for this guarantee.")


class WelfarePersonChanged(Conflict):
    """Somebody else is appointed than the page said, or nobody."""

    code = "creators.welfare_person_changed"
    default_message = _(
        "Somebody else looks after creators now. Nothing was switched on; please look "
        "at the name and decide again."
    )


class NotWelfarePerson(Missing):
    """The page is for the person whom the operator named; nobody learns that it is."""

    code = "creators.not_welfare_person"
    default_message = _("We cannot find this page.")
