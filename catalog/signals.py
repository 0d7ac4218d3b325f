"""Facts of the catalogue that higher apps follow; sent inside the transaction."""

from django.dispatch import Signal

drop_changed = Signal()  # sender Drop; drop, planned, moved or called off a moment ago
offer_changed = Signal()  # sender Offer; offer, opened or closed a moment ago
product_withdrawn = Signal()  # sender Product; product, off sale from this moment
