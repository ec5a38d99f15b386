"""A harbour office on Pyramid."""

from pyramid.config import Configurator
from pyramid.response import Response


def one(request):
    return {"id": int(request.matchdict["berth_id"])}


def make():
    config = Configurator()
    config.add_route("berth", "/berths/{berth_id}")
    config.add_view(one, route_name="berth", renderer="json")
    config.add_route("plain", "/plain")
    config.add_view(lambda request: Response("plain", content_type="text/plain"), route_name="plain")
    return config.make_wsgi_app()
