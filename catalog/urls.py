"""Addresses of the shop."""

from django.urls import path

from catalog import api, views

app_name = "catalog"
urlpatterns = [
    path("shop/", views.shop, name="product-list"),
    path("p/<slug:slug>/", views.product_detail, name="product-detail"),
    path("p/<slug:slug>/sheet/", views.product_sheet, name="product-sheet"),
    path("api/v1/products/", api.ProductList.as_view(), name="api-product-list"),
    path(
        "api/v1/products/<str:public_id>/",
        api.ProductDetail.as_view(),
        name="api-product-detail",
    ),
    path("files/<path:name>", views.stored_file, name="stored-file"),
]
