"""The tables and the rules that the database keeps."""

from django.db import models
from django.db.models import F, Q, Sum


class Product(models.Model):
    sku = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=200)
    price = models.BigIntegerField()
    stock = models.IntegerField()
    version = models.IntegerField(default=1)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(stock__gte=0, price__gte=0), name="nothing_below_zero")]

    def as_json(self):
        return {name: getattr(self, name) for name in ("id", "sku", "name", "price", "stock", "version")}


class OrderQuerySet(models.QuerySet):
    def complete(self):
        """With lines and totals: two statements, however many orders there are."""
        return self.annotate(total=Sum(F("lines__quantity") * F("lines__price"))).prefetch_related("lines")


class Order(models.Model):
    customer = models.CharField(max_length=100, db_index=True)
    status = models.CharField(max_length=10, default="open")

    objects = OrderQuerySet.as_manager()

    def as_json(self):
        lines = [line.as_json() for line in self.lines.all()]
        return {"id": self.id, "customer": self.customer, "status": self.status, "total": self.total, "lines": lines}


class Line(models.Model):
    order = models.ForeignKey(Order, models.CASCADE, related_name="lines")
    product = models.ForeignKey(Product, models.PROTECT)
    quantity = models.PositiveIntegerField()
    price = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["order", "product"], name="product_once_in_an_order")]

    def as_json(self):
        return {"product_id": self.product_id, "quantity": self.quantity, "price": self.price}
