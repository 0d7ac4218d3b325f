"""Have the outbox tell the ledger of the cash of what was paid before it was told."""

from typing import Any

from django.db import migrations

KINDS = (
    ("payment", "Payment", "paid"),
    ("refund", "Refund", "done"),
    ("dispute", "Dispute", "lost"),
)
AT_ONCE = 1000


def tell(apps: Any, schema_editor: Any) -> None:
    outbox = apps.get_model("shopfront", "Outbox")
    for kind, name, state in KINDS:
        rows = apps.get_model("orders", name).objects.filter(state=state)
        refs = list(rows.order_by("pk").values_list("public_id", flat=True))
        for start in range(0, len(refs), AT_ONCE):
            outbox.objects.bulk_create(
                [
                    outbox(
                        topic="orders.cash",
                        key=f"cash:{kind}:{ref}",
                        payload={"kind": kind, "ref": ref},
                    )
                    for ref in refs[start : start + AT_ONCE]
                ],
                ignore_conflicts=True,
            )


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0014_pay_guarantees_in_by_card"),
        ("shopfront", "0005_find_consents_of_browsers"),
    ]

    operations = [migrations.RunPython(tell, migrations.RunPython.noop)]
