"""Addresses of shows."""

from django.urls import path

from livestreams.views import (
    briefings,
    captions,
    clips,
    decisions,
    evidence,
    funnel,
    giveaways,
    invitations,
    own_chat,
    pictures,
    playback,
    products,
    replays,
    reported,
    rsvps,
    tickets,
    transparency,
    watch,
)

app_name = "livestreams"
urlpatterns = [
    path("briefings/", briefings.briefing_list, name="briefing-list"),
    path(
        "briefings/<slug:slug>/<slug:public_id>/",
        briefings.briefing_write,
        name="briefing-write",
    ),
    path("giveaways/", giveaways.giveaway_list, name="giveaway-list"),
    path(
        "giveaways/<slug:public_id>/",
        giveaways.giveaway_detail,
        name="giveaway-detail",
    ),
    path(
        "giveaways/<slug:public_id>/enter/",
        giveaways.giveaway_enter,
        name="giveaway-enter",
    ),
    path(
        "giveaways/<slug:public_id>/draw.json",
        giveaways.giveaway_draw,
        name="giveaway-draw",
    ),
    path("live/<slug:public_id>/", watch.watch, name="livestream-watch"),
    path(
        "live/<slug:public_id>/ticket/",
        tickets.mint_room_ticket,
        name="livestream-ticket",
    ),
    path(
        "live/<slug:public_id>/playback/",
        playback.renew_playback,
        name="livestream-playback",
    ),
    path(
        "live/<slug:public_id>/captions/<slug:language>.vtt",
        captions.show_captions,
        name="captions-file",
    ),
    path(
        "live/<slug:public_id>/captions/<slug:language>/",
        captions.take_captions,
        name="captions-add",
    ),
    path(
        "live/<slug:public_id>/invited/<str:code>/",
        invitations.open_invitation,
        name="invitation-open",
    ),
    path(
        "live/<slug:public_id>/report/", decisions.report_show, name="livestream-report"
    ),
    path(
        "live/<slug:public_id>/report-line/",
        decisions.report_line,
        name="line-report",
    ),
    path(
        "live/<slug:public_id>/report-picture/",
        pictures.report_show_picture,
        name="livestream-report-picture",
    ),
    path(
        "c/<slug:handle>/report-picture/",
        pictures.report_creator_picture,
        name="creator-report-picture",
    ),
    path(
        "accounts/moderation/reports/<slug:public_id>/",
        reported.open_own_report,
        name="own-report",
    ),
    path("reports/decided/<str:code>/", reported.show_report, name="report-decided"),
    path("reports/decided/<str:code>/appeal/", reported.appeal, name="report-appeal"),
    path("live/<slug:public_id>/rsvp/", rsvps.toggle_rsvp, name="livestream-rsvp"),
    path("reminders/<str:code>/leave/", rsvps.leave_show, name="rsvp-leave"),
    path(
        "live/<slug:public_id>/calendar.ics",
        rsvps.show_calendar,
        name="livestream-calendar",
    ),
    path("orders/<slug:public_id>/on-air/", evidence.order_on_air, name="order-on-air"),
    path("cases/<slug:public_id>/on-air/", evidence.case_on_air, name="case-on-air"),
    path(
        "live/<slug:public_id>/counted/",
        funnel.count_steps,
        name="livestream-counted",
    ),
    path(
        "live/<slug:public_id>/instead/<slug:slug>/",
        products.show_instead,
        name="show-instead",
    ),
    path("p/<slug:slug>/shows/", products.product_shows, name="product-shows"),
    path("replays/<slug:public_id>/", replays.show_replay, name="replay-detail"),
    path("replays/<slug:public_id>/seen/", replays.count_view, name="replay-seen"),
    path("replays/<slug:public_id>/chat/", replays.show_chat, name="replay-chat"),
    path("accounts/chat/", own_chat.show_own_chat, name="own-chat"),
    path("accounts/chat/chat.json", own_chat.download_json, name="own-chat-json"),
    path("accounts/chat/chat.csv", own_chat.download_csv, name="own-chat-csv"),
    path(
        "accounts/chat/<slug:public_id>/case/",
        own_chat.open_own_case,
        name="own-chat-case",
    ),
    path("accounts/chat/erase/", own_chat.erase_own_chat, name="own-chat-erase"),
    path("accounts/moderation/", decisions.show_decisions, name="decisions"),
    path(
        "accounts/moderation/<slug:public_id>/appeal/",
        decisions.appeal,
        name="decision-appeal",
    ),
    path(
        "accounts/moderation/pictures/<slug:public_id>/appeal/",
        pictures.appeal,
        name="picture-appeal",
    ),
    path(
        "accounts/moderation/products/<slug:public_id>/appeal/",
        decisions.appeal_goods,
        name="goods-appeal",
    ),
    path(
        "report-picture/",
        pictures.report_product_picture,
        name="product-report-picture",
    ),
    path(
        "clips/<slug:public_id>/report-picture/",
        pictures.report_clip_picture,
        name="clip-report-picture",
    ),
    path("clips/<slug:public_id>/", clips.show_clip, name="clip-detail"),
    path("transparency/", transparency.transparency_list, name="transparency-list"),
    path(
        "transparency/<slug:market_code>/<slug:name>/",
        transparency.transparency_detail,
        name="transparency-detail",
    ),
    path(
        "transparency/<slug:market_code>/<slug:name>.csv",
        transparency.transparency_file,
        name="transparency-file",
    ),
]
