"""Orders are found by e-mail address; the index is built while the shop sells."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models.functions import Upper


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("orders", "0019_limit_codes_to_shows_and_first_orders")]

    operations = [
        AddIndexConcurrently(
            model_name="order",
            index=models.Index(Upper("email"), name="orders_order_of_address"),
        ),
    ]
