"""Addresses of the shop."""

from django.urls import path

from catalog import views

app_name = "catalog"
urlpatterns = [
    path("shop/", views.shop, name="product-list"),
    path("p/<slug:slug>/", views.product_detail, name="product-detail"),
    path("p/<slug:slug>/sheet/", views.product_sheet, name="product-sheet"),
    path("files/<path:name>", views.stored_file, name="stored-file"),
]
