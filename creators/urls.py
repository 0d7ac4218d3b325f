"""Addresses of the creator portal, below `/creator/`."""

from django.urls import path, register_converter

from creators.portal import (
    advice,
    agreements,
    applying,
    audience,
    bans,
    briefings,
    captions,
    cast,
    decisions,
    earnings,
    funding,
    held,
    hours,
    leaving,
    notices,
    offers,
    overview,
    payout_details,
    posters,
    premiums,
    prepared,
    profile,
    remote,
    replays,
    runs,
    samples,
    shows,
    simulcast,
    statements,
    studio,
    takealong,
    team,
    told,
    wellbeing,
    words,
)


class ShowAct:
    """An act of those who run a show."""

    regex = "|".join(studio.ACTS)

    def to_python(self, value: str) -> str:
        """Return the name."""
        return value

    to_url = to_python


class Duty(ShowAct):
    """An act of moderators too."""

    regex = "|".join(studio.DUTIES)


class Answer(ShowAct):
    """What a creator says to an offer."""

    regex = "|".join(offers.ANSWER_NAMES)


class YesOrNo(ShowAct):
    """What a creator says to an agreement."""

    regex = "accept|decline"


class HoursAct(ShowAct):
    """What a person does in their hours."""

    regex = "|".join(hours.ACTS)


register_converter(HoursAct, "hours_act")
register_converter(Answer, "answer")
register_converter(YesOrNo, "yes_or_no")
register_converter(ShowAct, "show_act")
register_converter(Duty, "duty")

app_name = "creators"
urlpatterns = [
    path("", overview.overview, name="overview"),
    path("apply/", applying.apply, name="apply"),
    path("offers/", offers.collaboration_list, name="collaboration-list"),
    path(
        "offers/<slug:public_id>/",
        offers.collaboration_detail,
        name="collaboration-detail",
    ),
    path(
        "offers/<slug:public_id>/<answer:answer>/",
        offers.collaboration_answer,
        name="collaboration-answer",
    ),
    path("agreements/", agreements.agreement_list, name="agreement-list"),
    path(
        "agreements/<slug:public_id>/<yes_or_no:answer>/",
        agreements.agreement_answer,
        name="agreement-answer",
    ),
    path("profile/", profile.profile, name="profile"),
    path("profile/change/", profile.change_profile, name="profile-change"),
    path("profile/handle/", profile.change_handle, name="profile-handle"),
    path("profile/picture/", profile.change_picture, name="profile-picture"),
    path("close/", leaving.close, name="close"),
    path("notices/", notices.notices, name="notices"),
    path("team/", team.team, name="team"),
    path("team/remove/", team.remove, name="team-remove"),
    path("team/leave/", team.leave, name="team-leave"),
    path("team/join/<str:code>/", team.join, name="team-join"),
    path("terms/", agreements.market_terms, name="market-terms"),
    path("samples/", samples.sample_list, name="sample-list"),
    path("samples/new/<slug:public_id>/", samples.sample_new, name="sample-new"),
    path("samples/<slug:public_id>/", samples.sample_change, name="sample-change"),
    path("showcase/", samples.showcase, name="showcase"),
    path(
        "shows/<slug:public_id>/agreement/",
        funding.show_agreement,
        name="show-agreement",
    ),
    path("shows/", shows.show_list, name="show-list"),
    path("shows/new/", shows.show_new, name="show-new"),
    path("shows/new/advice/", advice.new_advice, name="new-advice"),
    path("shows/<slug:public_id>/", shows.show_detail, name="show-detail"),
    path("shows/<slug:public_id>/poster/", posters.change, name="show-poster"),
    path("shows/<slug:public_id>/rehearse/", shows.rehearse, name="show-rehearse"),
    path("shows/<slug:public_id>/call-off/", shows.call_off, name="show-call-off"),
    path("shows/<slug:public_id>/shelf/", shows.shelf_change, name="shelf-change"),
    path("shows/<slug:public_id>/products/", shows.shelf_search, name="shelf-search"),
    path("shows/<slug:public_id>/advice/", advice.plan_advice, name="plan-advice"),
    path(
        "shows/<slug:public_id>/briefing/",
        briefings.briefing_answer,
        name="briefing-answer",
    ),
    path("shows/<slug:public_id>/people/", cast.cast_change, name="cast-change"),
    path("duties/<slug:public_id>/", cast.duty_answer, name="duty-answer"),
    path("shows/<slug:public_id>/run/", runs.run_change, name="run-change"),
    path("shows/<slug:public_id>/captions/", captions.captions, name="captions"),
    path(
        "shows/<slug:public_id>/captions/remove/",
        captions.remove,
        name="captions-remove",
    ),
    path(
        "shows/<slug:public_id>/captions/channels/",
        captions.channels,
        name="captions-channels",
    ),
    path("shows/<slug:public_id>/audience/", audience.audience, name="audience"),
    path(
        "shows/<slug:public_id>/audience/withdraw/",
        audience.withdraw,
        name="invitation-withdraw",
    ),
    path("shows/<slug:public_id>/offers/", prepared.show_offers, name="show-offers"),
    path(
        "shows/<slug:public_id>/offers/change/",
        prepared.change,
        name="show-offers-change",
    ),
    path("shows/<slug:public_id>/simulcast/", simulcast.targets, name="simulcast"),
    path(
        "shows/<slug:public_id>/simulcast/change/",
        simulcast.change_target,
        name="simulcast-change",
    ),
    path("shows/<slug:public_id>/replay/", replays.replay, name="replay"),
    path("shows/<slug:public_id>/replay/change/", replays.change, name="replay-change"),
    path("clips/<slug:public_id>/edit/", replays.edit_clip, name="clip-edit"),
    path("clips/<slug:public_id>/delete/", replays.remove_clip, name="clip-delete"),
    path("earnings/tax-offices/", told.tax_told, name="tax-told"),
    path("take-along/", takealong.take_along, name="take-along"),
    path("take-along/state/", takealong.show_state, name="take-along-state"),
    path("take-along/delete/", takealong.delete, name="take-along-delete"),
    path("wellbeing/", wellbeing.wellbeing, name="wellbeing"),
    path("wellbeing/share/", wellbeing.share, name="wellbeing-share"),
    path("welfare/", wellbeing.welfare, name="welfare"),
    path("words/", words.word_lists_page, name="words"),
    path("bans/", bans.bans, name="bans"),
    path("bans/<slug:act>/", bans.change, name="bans-change"),
    path("earnings/", earnings.earnings, name="earnings"),
    path("earnings/lines.csv", earnings.earnings_file, name="earnings-file"),
    path("earnings/details/", payout_details.details, name="payout-details"),
    path(
        "earnings/details/change/",
        payout_details.change_details,
        name="payout-details-change",
    ),
    path(
        "earnings/details/withdraw/",
        payout_details.withdraw_change,
        name="payout-details-withdraw",
    ),
    path("earnings/held/<slug:public_id>/", held.held_line, name="held-line"),
    path("earnings/statements/", statements.statement_list, name="statement-list"),
    path(
        "earnings/statements/<slug:public_id>/",
        statements.statement,
        name="statement",
    ),
    path(
        "earnings/statements/<slug:public_id>/lines.csv",
        statements.statement_file,
        name="statement-file",
    ),
    path(
        "earnings/statements/<slug:public_id>/statement.pdf",
        statements.statement_paper,
        name="statement-paper",
    ),
    path(
        "earnings/invoices/<slug:public_id>.pdf",
        statements.invoice_paper,
        name="invoice-paper",
    ),
    path("earnings/months/<slug:name>/", statements.month, name="month"),
    path(
        "earnings/months/<slug:name>/lines.csv",
        statements.month_file,
        name="month-file",
    ),
    path(
        "earnings/months/<slug:name>/statement.pdf",
        statements.month_paper,
        name="month-paper",
    ),
    path("premiums/", premiums.premiums, name="premiums"),
    path("premiums/lines.csv", premiums.premiums_file, name="premiums-file"),
    path("premiums/tax-offices/", premiums.premiums_told, name="premiums-told"),
    path("premiums/<slug:currency>/", premiums.premiums, name="premiums"),
    path(
        "premiums/<slug:currency>/details/",
        premiums.change_details,
        name="premiums-change",
    ),
    path(
        "premiums/<slug:currency>/withdraw/",
        premiums.withdraw_change,
        name="premiums-withdraw",
    ),
    path(
        "premiums/<slug:currency>/months/<slug:name>/",
        premiums.month,
        name="premiums-month",
    ),
    path(
        "premiums/<slug:currency>/months/<slug:name>/lines.csv",
        premiums.month_file,
        name="premiums-month-file",
    ),
    path(
        "premiums/<slug:currency>/months/<slug:name>/statement.pdf",
        premiums.month_paper,
        name="premiums-month-paper",
    ),
    path(
        "premiums/<slug:public_id>/statement.pdf",
        premiums.premium_paper,
        name="premium-paper",
    ),
    path(
        "premiums/<slug:public_id>/lines.csv",
        premiums.premium_sheet,
        name="premium-sheet",
    ),
    path("hours/", hours.hours, name="hours"),
    path("hours/week.csv", hours.hours_file, name="hours-file"),
    path("hours/enter/", hours.enter, name="hours-enter"),
    path("hours/<hours_act:act>/", hours.change, name="hours-change"),
    path("decisions/", decisions.decisions, name="decisions"),
    path("decisions/<slug:public_id>/ask/", decisions.ask, name="decision-ask"),
    path("remote/<str:code>/", remote.open_remote, name="remote-open"),
    path("studio/<slug:public_id>/", studio.studio, name="studio"),
    path("studio/<slug:public_id>/pulse/", studio.pulse, name="studio-pulse"),
    path("studio/<slug:public_id>/ticket/", studio.give_ticket, name="studio-ticket"),
    path(
        "studio/<slug:public_id>/<show_act:act>/",
        studio.change_show,
        name="studio-act",
    ),
    path("studio/<slug:public_id>/<duty:act>/", studio.moderate, name="studio-duty"),
]
