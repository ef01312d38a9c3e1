"""What clients may send, as Django forms over JSON."""

import json

from django import forms

from shop.refusals import Refusal


class ProductForm(forms.Form):
    sku = forms.RegexField(r"^[A-Z0-9-]{3,40}\Z", strip=False)
    name = forms.CharField(max_length=200, strip=False)
    price = forms.IntegerField(min_value=0, max_value=1_000_000_000)
    stock = forms.IntegerField(min_value=0, max_value=1_000_000)


class ChangeForm(ProductForm):
    """The version that the client has seen, and those fields of a product that are to change."""

    version = forms.IntegerField()
    sku = None

    def __init__(self, data):
        super().__init__(data)
        for name in ("name", "price", "stock"):
            self.fields[name].required = name in data


class OrderForm(forms.Form):
    customer = forms.CharField(max_length=100, strip=False)


class LineForm(forms.Form):
    product_id = forms.IntegerField(min_value=1, max_value=2**63 - 1)
    quantity = forms.IntegerField(min_value=1, max_value=1000)


class ListForm(forms.Form):
    limit = forms.IntegerField(min_value=1, max_value=100, required=False)
    sort = forms.ChoiceField(choices=[(word, word) for word in ("price", "-price", "stock", "-stock")], required=False)


def body(request):
    """The request's JSON object."""
    try:
        data = json.loads(request.body)
    except ValueError:
        raise Refusal(400, "the body is no JSON") from None
    if not isinstance(data, dict):
        raise Refusal(400, "the body is no JSON object")
    return data


def valid(form):
    """The form's values; fields that were left out are not among them."""
    if not form.is_valid():
        raise Refusal(400, form.errors.as_json())
    return {name: value for name, value in form.cleaned_data.items() if name in form.data}


def valid_order(data):
    """The customer and the lines of an order."""
    customer = valid(OrderForm(data))["customer"]
    lines = data.get("lines")
    if not isinstance(lines, list) or not 1 <= len(lines) <= 50 or not all(isinstance(line, dict) for line in lines):
        raise Refusal(400, "an order has 1 to 50 lines")
    lines = [valid(LineForm(line)) for line in lines]
    if len({line["product_id"] for line in lines}) < len(lines):
        raise Refusal(400, "a product stands in at most one line of an order")
    return customer, lines
