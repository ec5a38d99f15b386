"""A harbour office on Django, in one file."""

import django
from django.conf import settings
from django.http import JsonResponse
from django.urls import path

if not settings.configured:
    settings.configure(ROOT_URLCONF=__name__, SECRET_KEY="x", ALLOWED_HOSTS=["*"], DATABASES={})
    django.setup()


def one(request, berth_id):
    answer = JsonResponse({"id": berth_id, "asked": request.GET.get("by")})
    answer.set_cookie("seen", "value-of-the-cookie")
    return answer


def book(request):
    return JsonResponse({"got": request.body.decode()}, status=201)


urlpatterns = [path("berths/<int:berth_id>", one), path("berths/", book)]
