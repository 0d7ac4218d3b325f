"""What stands on papers about the trader behind a brand (S7)."""

import re

from django.db import transaction

from catalog.errors.traders import VatNumberUnsound
from catalog.models import Brand
from shopfront.common.fields import VAT_NUMBER
from shopfront.models import User
from shopfront.services import audit


def set_vat_number(brand: Brand, number: str, *, by: User, reason: str) -> None:
    """Write down a trader's VAT number, or that there is none; later papers show it.

    Raises:
        VatNumberUnsound: not two letters of a country and 2 to 13 characters.

    Safe to repeat: yes, the same number changes nothing.
    """
    clean = re.sub(r"[\s.-]", "", number).upper()
    if clean and not re.fullmatch(VAT_NUMBER, clean):
        raise VatNumberUnsound
    with transaction.atomic():
        locked = Brand.objects.select_for_update().get(pk=brand.pk)
        before = locked.vat_number
        if before == clean:
            return
        locked.vat_number = clean
        locked.save(update_fields=["vat_number"])
        audit.record(
            "catalog.vat_number_set",
            actor=by,
            subject_kind="brand",
            subject_ref=brand.public_id,
            reason=reason[:200],
            facts={"before": before, "after": clean},
        )
    brand.refresh_from_db()
