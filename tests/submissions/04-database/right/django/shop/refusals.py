"""Requests that are not done."""

from django.http import JsonResponse


class Refusal(Exception):
    """Rolls back the transaction that it leaves and becomes the reply."""

    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


def refusals_as_json(get_response):
    """Middleware: a Refusal that a view raises becomes a JSON reply."""

    def middleware(request):
        return get_response(request)

    def process_exception(request, error):
        return JsonResponse({"error": str(error)}, status=error.status) if isinstance(error, Refusal) else None

    middleware.process_exception = process_exception
    return middleware


def not_found(request, exception):
    return JsonResponse({"error": "there is nothing here"}, status=404)


def server_error(request):
    return JsonResponse({"error": "the server failed"}, status=500)
