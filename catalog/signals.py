"""Facts of the catalogue that higher apps follow; sent inside the transaction."""

from django.dispatch import Signal

offer_changed = Signal()  # sender Offer; offer, opened or closed a moment ago
product_withdrawn = Signal()  # sender Product; product, off sale from this moment
