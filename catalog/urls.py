"""Addresses of the shop."""

from django.urls import path

from catalog import api
from catalog.views import (
    bundles,
    drops,
    limits,
    pay,
    pay_months,
    places,
    reports,
    shop,
)

app_name = "catalog"
urlpatterns = [
    path("shop/", shop.shop, name="product-list"),
    path("p/<slug:slug>/", shop.product_detail, name="product-detail"),
    path("p/<slug:slug>/sheet/", shop.product_sheet, name="product-sheet"),
    path("p/<slug:slug>/report/", reports.report, name="product-report"),
    path("reports/<str:public_id>/", reports.receipt, name="report-receipt"),
    path("reports/<str:public_id>/appeal/", reports.appeal, name="report-appeal"),
    path("bundles/<str:public_id>/", bundles.bundle_detail, name="bundle-detail"),
    path("bundles/<str:public_id>/sheet/", bundles.bundle_sheet, name="bundle-sheet"),
    path("pay/", pay.pay_list, name="pay-list"),
    path("pay/<slug:slug>/hours/", limits.work_limits, name="work-limits"),
    path("pay/<slug:slug>/<str:public_id>.pdf", pay.pay_paper, name="pay-paper"),
    path("pay/<slug:slug>/<str:public_id>.csv", pay.pay_sheet, name="pay-sheet"),
    path("pay/<slug:slug>/<slug:currency>/", pay.pay_detail, name="pay-detail"),
    path("pay/<slug:slug>/<slug:currency>/change/", pay.pay_change, name="pay-change"),
    path(
        "pay/<slug:slug>/<slug:currency>/held/<str:public_id>/",
        pay.pay_held,
        name="pay-held",
    ),
    path(
        "pay/<slug:slug>/<slug:currency>/withdraw/",
        pay.pay_withdraw,
        name="pay-withdraw",
    ),
    path(
        "pay/<slug:slug>/<slug:currency>/months/<slug:name>/",
        pay_months.pay_month,
        name="pay-month",
    ),
    path(
        "pay/<slug:slug>/<slug:currency>/months/<slug:name>/lines.csv",
        pay_months.pay_month_file,
        name="pay-month-file",
    ),
    path(
        "pay/<slug:slug>/<slug:currency>/months/<slug:name>/statement.pdf",
        pay_months.pay_month_paper,
        name="pay-month-paper",
    ),
    path("places/", places.place_list, name="place-list"),
    path("places/join/", places.join, name="place-join"),
    path("places/open/<str:token>/", places.open_letter, name="place-open"),
    path("places/<str:public_id>/look/", places.look, name="place-look"),
    path("places/<str:public_id>/leave/", places.leave, name="place-leave"),
    path("drops/<str:public_id>/", drops.drop_detail, name="drop-detail"),
    path("drops/<str:public_id>/enter/", drops.enter, name="drop-enter"),
    path("drops/<str:public_id>/draw.csv", drops.draw_list, name="drop-draw"),
    path("api/v1/products/", api.ProductList.as_view(), name="api-product-list"),
    path(
        "api/v1/products/<str:public_id>/",
        api.ProductDetail.as_view(),
        name="api-product-detail",
    ),
    path("files/<path:name>", shop.stored_file, name="stored-file"),
]
