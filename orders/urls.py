"""Addresses of carts, checkouts, orders and payment gateways."""

from django.urls import path

from orders.views import (
    bundles,
    cards,
    carts,
    cases,
    checkouts,
    fundings,
    gateways,
    orders,
    spending,
    withdrawals,
)

app_name = "orders"
urlpatterns = [
    path("buy/", checkouts.buy_now, name="buy-now"),
    path("buy/bundle/", bundles.buy, name="bundle-buy"),
    path("cart/", carts.cart_page, name="cart"),
    path("cart/add/", carts.add_to_cart, name="cart-add"),
    path("cart/add/bundle/", bundles.add, name="bundle-add"),
    path("cart/count/", carts.cart_count, name="cart-count"),
    path("cart/restore/", carts.restore_to_cart, name="cart-restore"),
    path("cart/coupon/", carts.change_coupon, name="cart-coupon"),
    path("cart/<str:public_id>/", carts.change_quantity, name="cart-line"),
    path("cart/<str:public_id>/remove/", carts.remove_from_cart, name="cart-remove"),
    path("checkout/", checkouts.checkout_page, name="checkout"),
    path(
        "checkout/<str:public_id>/", checkouts.checkout_detail, name="checkout-detail"
    ),
    path(
        "checkout/<str:public_id>/sheet/",
        checkouts.checkout_sheet,
        name="checkout-sheet",
    ),
    path(
        "checkout/<str:public_id>/details/",
        checkouts.save_details,
        name="checkout-details",
    ),
    path(
        "checkout/<str:public_id>/coupon/",
        checkouts.change_coupon,
        name="checkout-coupon",
    ),
    path("checkout/<str:public_id>/pay/", checkouts.pay, name="checkout-pay"),
    path(
        "checkout/<str:public_id>/status/",
        checkouts.checkout_status,
        name="checkout-status",
    ),
    path(
        "checkout/<str:public_id>/return/",
        checkouts.checkout_return,
        name="checkout-return",
    ),
    path("checkout/<str:public_id>/bank/", checkouts.go_to_bank, name="checkout-bank"),
    path(
        "checkout/<str:public_id>/other/",
        checkouts.give_up_payment,
        name="checkout-other",
    ),
    path(
        "checkout/<str:public_id>/again/", checkouts.start_again, name="checkout-again"
    ),
    path("cards/", cards.card_list, name="card-list"),
    path("cards/<str:public_id>/forget/", cards.card_forget, name="card-forget"),
    path("cases/", cases.case_list, name="case-list"),
    path("cases/new/<str:line_id>/", cases.case_new, name="case-new"),
    path("cases/<str:public_id>/", cases.case_detail, name="case-detail"),
    path("cases/<str:public_id>/write/", cases.case_write, name="case-write"),
    path("cases/<str:public_id>/close/", cases.case_close, name="case-close"),
    path("funding/", fundings.funding_list, name="funding-list"),
    path("funding/<str:code>/", fundings.funding_page, name="funding"),
    path("funding/<str:code>/pay/", fundings.funding_pay, name="funding-pay"),
    path("funding/<str:code>/bank/", fundings.funding_bank, name="funding-bank"),
    path("funding/<str:code>/cancel/", fundings.funding_cancel, name="funding-cancel"),
    path("orders/", orders.order_list, name="order-list"),
    path("orders/spending/", spending.spending_page, name="spending"),
    path("orders/spending/limits/", spending.change_limits, name="spending-limits"),
    path("orders/spending/pause/", spending.pause, name="spending-pause"),
    path(
        "orders/<str:public_id>/withdraw/",
        withdrawals.order_withdraw,
        name="order-withdraw",
    ),
    path("orders/<str:public_id>/invoice/", orders.order_invoice, name="order-invoice"),
    path(
        "orders/<str:public_id>/documents/<str:document_id>/",
        orders.order_invoice,
        name="order-document",
    ),
    path("orders/<str:public_id>/", orders.order_detail, name="order-detail"),
    path("orders/<str:public_id>/cancel/", orders.order_cancel, name="order-cancel"),
    path(
        "payments/notices/<slug:gateway>/",
        gateways.payment_notice,
        name="payment-notice",
    ),
    path(
        "sandbox/authenticate/<str:public_id>/",
        gateways.sandbox_authenticate,
        name="sandbox-authenticate",
    ),
]
