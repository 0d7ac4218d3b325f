"""Who looks after creators: named per market; whom they trust is nowhere here."""

from django.contrib import admin

from creators.models import WelfarePerson
from shopfront.common.desk import ReferenceAdmin


@admin.register(WelfarePerson)
class WelfarePersonAdmin(ReferenceAdmin):
    """The person of each market, with a moment from and until: reference rows.

    A consent names a person: who follows another is trusted by nobody yet.
    """

    list_display = ("market", "name", "user", "since", "until")
    list_select_related = ("market", "user")
    list_filter = ("market",)
    search_fields = ("name", "user__email")
    raw_id_fields = ("user",)
