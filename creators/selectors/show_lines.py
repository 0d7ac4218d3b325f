"""What shoppers paid for each line of a show, and what they got back."""

from dataclasses import dataclass

from django.db.models import Sum

from creators.models import Account, Commission, Creator, Entry


@dataclass(frozen=True, slots=True)
class LineSale:
    """One order line in minor units, tax included."""

    gross_minor: int
    back_minor: int

    @property
    def net_minor(self) -> int:
        """What stays sold."""
        return self.gross_minor - self.back_minor


def list_line_sales(creator: Creator, show_ref: str) -> dict[str, LineSale]:
    """Return what a show's lines sold by the lines' public ids; three queries.

    Only lines in the currency of the creator's market.
    """
    currency = creator.market.currency
    lines = dict(
        Commission.objects.filter(
            creator=creator, show_ref=show_ref, currency=currency
        ).values_list("posting", "line_ref")
    )
    paid = Entry.objects.filter(
        account__kind=Account.Kind.SHOPPER_CLEARING, currency=currency
    ).order_by()
    gross = dict(
        paid.filter(transaction__in=list(lines))
        .values_list("transaction")
        .annotate(total=Sum("amount_minor"))
    )
    back = dict(
        paid.filter(transaction__reverses__in=list(lines))
        .values_list("transaction__reverses")
        .annotate(total=Sum("amount_minor"))
    )
    return {
        line_ref: LineSale(int(gross.get(posting, 0)), -int(back.get(posting, 0)))
        for posting, line_ref in lines.items()
    }
