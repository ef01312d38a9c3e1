"""The routes."""

from django.db import IntegrityError, transaction
from django.db.models import F, ProtectedError
from django.http import HttpResponse, JsonResponse
from django.views import View

from shop.forms import ChangeForm, ListForm, ProductForm, body, valid, valid_order
from shop.models import Line, Order, Product
from shop.refusals import Refusal


def find(objects, id):
    """The row with this id, or 404."""
    found = objects.filter(id=id).first()
    if found is None:
        raise Refusal(404, "there is nothing with this id")
    return found


class Products(View):
    def get(self, request):
        asked = valid(ListForm(request.GET))
        found = Product.objects.filter(name__icontains=request.GET.get("search", ""))
        found = found.order_by(asked.get("sort") or "id")[: asked.get("limit") or 20]
        return JsonResponse({"items": [product.as_json() for product in found]})

    def post(self, request):
        values = valid(ProductForm(body(request)))
        try:
            product = Product.objects.create(**values)
        except IntegrityError:
            raise Refusal(409, "this SKU is taken") from None
        return JsonResponse(product.as_json(), status=201, headers={"Location": f"/products/{product.id}"})


class OneProduct(View):
    def get(self, request, id):
        return JsonResponse(find(Product.objects, id).as_json())

    def patch(self, request, id):
        """One UPDATE looks at the version and changes the row, so nobody can come between."""
        change = valid(ChangeForm(body(request)))
        same = Product.objects.filter(id=id, version=change.pop("version"))
        with transaction.atomic():
            changed = same.update(version=F("version") + 1, **change)
            product = find(Product.objects, id)
        if not changed:
            raise Refusal(409, "the product was changed since you read it")
        return JsonResponse(product.as_json())

    def delete(self, request, id):
        product = find(Product.objects, id)
        try:
            product.delete()
        except (ProtectedError, IntegrityError):
            raise Refusal(409, "the product has been ordered") from None
        return HttpResponse(status=204)


class Orders(View):
    def get(self, request):
        found = Order.objects.complete()
        if "customer" in request.GET:
            found = found.filter(customer=request.GET["customer"])
        found = found.order_by("-id")[: valid(ListForm(request.GET)).get("limit") or 20]
        return JsonResponse({"items": [order.as_json() for order in found]})

    def post(self, request):
        customer, lines = valid_order(body(request))
        with transaction.atomic():
            order = place(customer, lines)
        return JsonResponse(find(Order.objects.complete(), order.id).as_json(), status=201)


def place(customer, lines):
    """Write the order. A Refusal on the way rolls all of it back."""
    order = Order.objects.create(customer=customer)
    # Lock all products first, in one sequence: two orders that cross would otherwise wait for each other for ever.
    locked = Product.objects.select_for_update().order_by("id")
    products = {product.id: product for product in locked.filter(id__in=[line["product_id"] for line in lines])}
    for line in lines:
        product = products.get(line["product_id"])
        if product is None:
            raise Refusal(400, "there is no such product")
        if product.stock < line["quantity"]:
            raise Refusal(409, "not enough in stock")
        product.stock -= line["quantity"]
        product.version += 1
        product.save()
        Line.objects.create(order=order, product=product, quantity=line["quantity"], price=product.price)
    return order


class OneOrder(View):
    def get(self, request, id):
        return JsonResponse(find(Order.objects.complete(), id).as_json())


class Cancellation(View):
    def post(self, request, id):
        with transaction.atomic():
            order = find(Order.objects.select_for_update(), id)
            if order.status != "open":
                raise Refusal(409, "the order is cancelled already")
            order.status = "cancelled"
            order.save()
            for line in order.lines.order_by("product_id"):
                Product.objects.filter(id=line.product_id).update(
                    stock=F("stock") + line.quantity, version=F("version") + 1
                )
        return JsonResponse(find(Order.objects.complete(), id).as_json())
