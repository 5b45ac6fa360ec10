"""`/healthz`: whether this process can serve, for a supervisor or a load balancer."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse


def healthz(request: HttpRequest) -> HttpResponse:
    """200 `ok`, or 503 where the database cannot be asked."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM feed_feed")
    except DatabaseError:
        return HttpResponse("no database\n", status=503, content_type="text/plain")
    return HttpResponse("ok\n", content_type="text/plain")
