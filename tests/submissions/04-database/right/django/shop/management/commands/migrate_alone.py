"""`migrate`, but one copy of the server after the other."""

from django.core.management import BaseCommand, call_command
from django.db import connection


class Command(BaseCommand):
    help = "Apply the migrations while holding a lock in the database."

    def handle(self, *args, **options):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(4)")
            try:
                call_command("migrate", interactive=False)
            finally:
                cursor.execute("SELECT pg_advisory_unlock(4)")
