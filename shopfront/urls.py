"""Addresses of the site; each app brings its own."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView

from shopfront.views import (
    about,
    accounts,
    api,
    consents,
    follows,
    health,
    home,
    people,
    places,
    search,
)

handler500 = "shopfront.views.outage.answer_fault"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("c/<slug:handle>/", people.creator_page, name="creator-page"),
    path("c/<slug:handle>/follow/", follows.toggle_follow, name="creator-follow"),
    path("c/<slug:handle>/share/", follows.share_with, name="creator-share"),
    path("b/<slug:slug>/", people.brand_page, name="brand-page"),
    path("search/", search.search, name="search"),
    path("market/", places.choose_place, name="market"),
    path("about/<slug:page>/", about.about, name="about"),
    path("privacy/choices/", consents.privacy_choices, name="privacy-choices"),
    path("accounts/profile/", accounts.profile, name="account_profile"),
    path("accounts/following/", follows.following, name="account_following"),
    path("accounts/", include("allauth.urls")),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("admin/", admin.site.urls),
    path("api/v1/", api.ApiRoot.as_view(), name="api-root"),
    path("api/v1/schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("creator/", include("creators.urls")),
    path("", include("livestreams.urls")),
    path("", include("orders.urls")),
    path("", include("catalog.urls")),
]
