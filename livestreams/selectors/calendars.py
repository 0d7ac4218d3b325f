"""Shows as calendar entries."""

import datetime as dt
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _
from icalendar import Alarm, Calendar, Event

from livestreams.models import Livestream
from shopfront.common import clock

REMIND_BEFORE = dt.timedelta(minutes=15)


def write_calendar(livestream: Livestream) -> bytes:
    """Return a show as an iCalendar file (RFC 5545) in its market's time zone.

    The UID is stable and SEQUENCE grows when the show moves or is called off, so that a
    calendar replaces the entry instead of adding one.
    """
    zone = ZoneInfo(livestream.market.time_zone)
    starts_at = livestream.starts_at.astimezone(zone)
    address = settings.SITE_URL + livestream.get_absolute_url()
    event = Event.new(
        uid=f"{livestream.public_id}@shopfront",
        sequence=livestream.calendar_sequence + int(livestream.is_called_off),
        stamp=clock.now(),
        start=starts_at,
        end=livestream.planned_end.astimezone(zone),
        summary=livestream.title,
        description=_("Live with %(name)s\n%(address)s")
        % {"name": livestream.creator.display_name, "address": address},
        url=address,
    )
    if livestream.is_called_off:
        event.add("status", "CANCELLED")
    alarm = Alarm.new_display(description=livestream.title, trigger=-REMIND_BEFORE)
    event.add_component(alarm)
    calendar = Calendar.new(prodid="-//Shopfront//Shows//EN")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())
