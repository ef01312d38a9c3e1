"""Which route leads where."""

from django.urls import path

from shop.views import Cancellation, OneOrder, OneProduct, Orders, Products

urlpatterns = [
    path("products", Products.as_view()),
    path("products/<int:id>", OneProduct.as_view()),
    path("orders", Orders.as_view()),
    path("orders/<int:id>", OneOrder.as_view()),
    path("orders/<int:id>/cancel", Cancellation.as_view()),
]
handler404 = "shop.refusals.not_found"
handler500 = "shop.refusals.server_error"
