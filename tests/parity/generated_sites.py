# ruff: noqa: E501 - sources of applications stand in one line
"""Pyramid and Django applications made up at random, whose handlers answer with their own names."""

from __future__ import annotations

import random
from collections.abc import Callable

from tests.parity.generated import Made

# --- Pyramid: each way gives a module with an `includeme`


def _views(made: Made) -> str:
    lines = ["from pyramid.response import Response\nfrom pyramid.view import view_config\n"]
    routes = []
    for _ in range(made.chance.randrange(2, 6)):
        name, route, word = made.name("h"), made.name("n"), made.name()
        pattern = made.pick(f"/{word}", f"{word}/{{key}}", f"/{word}/{{key:\\\\d+}}/x", f"/{word}/*rest")
        verbs = made.pick("", ", request_method='POST'", ", request_method=('GET', 'PUT')")
        lines.append(f"@view_config(route_name='{route}'{verbs})\ndef {name}(request): return Response('{name}')\n")
        routes.append(f"    config.add_route('{route}', '{pattern}')\n")
    routes.append(f"    config.add_route('{made.name()}', '/{made.name()}/placeholder')\n")
    return "".join(lines) + "def includeme(config):\n" + "".join(routes)


def _defaults(made: Made) -> str:
    kind, route, word = made.name("K"), made.name("n"), made.name()
    return (
        "from pyramid.response import Response\nfrom pyramid.view import view_config, view_defaults\n"
        f"@view_defaults(route_name='{route}', request_method='POST')\nclass {kind}:\n    def __init__(self, request): self.request = request\n"
        f"    @view_config()\n    def add(self): return Response('{kind}.add')\n"
        f"    @view_config(request_method='GET')\n    def show(self): return Response('{kind}.show')\n"
        f"def includeme(config):\n    config.add_route('{route}', '/{word}/{{key}}')\n"
    )


def _added(made: Made) -> str:
    rows = [(made.name("n"), made.name(), made.name("h")) for _ in range(3)]
    bodies = "".join(f"def {name}(request): return Response('{name}')\n" for _, _, name in rows)
    listed = ", ".join(f"('{route}', '/{word}', {name})" for route, word, name in rows)
    directive = made.name("add_")
    return (
        f"from pyramid.response import Response\n{bodies}ROWS = [{listed}]\n"
        "def both(config, name, pattern, view, **options):\n    config.add_route(name, pattern)\n    config.add_view(view, route_name=name, **options)\n"
        f"def includeme(config):\n    config.add_directive('{directive}', both)\n"
        f"    for name, pattern, view in ROWS:\n        config.{directive}(name, pattern, view, request_method='GET')\n"
    )


def _order(made: Made) -> str:
    """Routes that fit the same requests: the first one that is added answers, or refuses, for good."""
    word = made.name()
    patterns = [f"/{word}/{{who}}", f"/{word}/me", f"/{word}/{{n:\\\\d+}}", f"/{word}/*rest"]
    made.chance.shuffle(patterns)
    lines, routes = ["from pyramid.response import Response\nfrom pyramid.view import view_config\n"], []
    for pattern in patterns:
        name, route = made.name("h"), made.name("n")
        verbs = made.pick("", ", request_method='GET'", ", request_method='POST'")
        lines.append(f"@view_config(route_name='{route}'{verbs})\ndef {name}(request): return Response('{name}')\n")
        routes.append(f"    config.add_route('{route}', '{pattern}')\n")
    return "".join(lines) + "def includeme(config):\n" + "".join(routes)


def pyramid_application(seed: int, parts: int = 14) -> dict[str, str]:
    """A Pyramid application of some parts; `site_app.app` is the WSGI application."""
    made = Made(random.Random(seed))
    ways: tuple[Callable[[Made], str], ...] = (_views, _views, _defaults, _added, _order)
    made.files["parts/__init__.py"] = ""
    lines = ["from pyramid.config import Configurator\nimport parts\ndef main():\n    with Configurator() as config:\n"]
    for _ in range(parts):
        module = made.name("m")
        made.files[f"parts/{module}.py"] = made.pick(*ways)(made)
        prefix = made.pick("", f", route_prefix='/{made.name()}'", f", route_prefix='{made.name()}/{{in_{module}}}'")
        lines.append(f"        config.include('parts.{module}'{prefix})\n")
    lines.append("        config.scan('parts')\n        return config.make_wsgi_app()\napp = main()\n")
    made.files["site_app.py"] = "".join(lines)
    return made.files


# --- Django: each way gives a module of views and of addresses


def _paths(made: Made, views: list[str]) -> str:
    lines = []
    for _ in range(made.chance.randrange(2, 6)):
        name, word = made.name("h"), made.name()
        over = made.pick("", "", "@require_POST\n", "@require_http_methods(['GET', 'PUT'])\n")
        views.append(f"{over}def {name}(request, **kw): return HttpResponse('{name}')\n")
        route = made.pick(
            f"path('{word}/'",
            f"path('{word}/<int:key>/'",
            f"path('{word}/<slug:s>'",
            f"re_path(r'^{word}/(?P<year>[0-9]{{4}})/$'",
            f"path('{word}/<path:rest>'",
        )
        lines.append(f"    {route}, views.{name}),\n")
    return "".join(lines)


def _classes(made: Made, views: list[str]) -> str:
    kind, word = made.name("K"), made.name()
    views.append(
        f"class Base{kind}(View):\n    def get(self, request, **kw): return HttpResponse(type(self).__name__)\n"
        f"class {kind}(Base{kind}):\n    def delete(self, request, **kw): return HttpResponse('{kind}')\n"
    )
    return (
        f"    path('{word}/', views.Base{kind}.as_view()),\n    path('{word}/<uuid:key>/', views.{kind}.as_view()),\n"
    )


def _shadows(made: Made, views: list[str]) -> str:
    word, lines = made.name(), []
    routes = [f"{word}/<who>/", f"{word}/me/", f"{word}/<int:n>/", f"{word}/<path:rest>"]
    made.chance.shuffle(routes)
    for route in routes:
        name = made.name("h")
        over = made.pick("", "@require_POST\n", "@require_GET\n")
        views.append(f"{over}def {name}(request, **kw): return HttpResponse('{name}')\n")
        lines.append(f"    path('{route}', views.{name}),\n")
    return "".join(lines)


_VIEWS = (
    "from django.http import HttpResponse\nfrom django.views import View\n"
    "from django.views.decorators.http import require_GET, require_http_methods, require_POST\n"
)


def django_application(seed: int, parts: int = 12) -> dict[str, str]:
    """A Django site of some applications; `site_app` has its WSGI application."""
    made = Made(random.Random(seed))
    site = made.name("s")
    made.files |= {
        f"{site}/__init__.py": "", f"{site}/settings.py": f"ROOT_URLCONF = '{site}.urls'\nSECRET_KEY = 'x'\nALLOWED_HOSTS = ['*']\nMIDDLEWARE = ['django.middleware.common.CommonMiddleware']\nAPI = 'api/'\n",
        "site_app.py": f"import os\nos.environ['DJANGO_SETTINGS_MODULE'] = '{site}.settings'\nfrom django.core.wsgi import get_wsgi_application\napp = get_wsgi_application()\n",
    }  # fmt: skip
    roots: list[str] = []
    names: list[str] = []
    for _ in range(parts):
        app, views = made.name("a"), [_VIEWS]
        lines = made.pick(_paths, _paths, _classes, _shadows)(made, views)
        if names and made.chance.random() < 0.35:
            lines += f"    path('{made.name()}/', include('{names.pop(made.chance.randrange(len(names)))}.urls')),\n"
        made.files |= {
            f"{app}/__init__.py": "", f"{app}/views.py": "".join(views),
            f"{app}/urls.py": f"from django.urls import include, path, re_path\nfrom . import views\napp_name = '{app}'\nurlpatterns = [\n{lines}]\n",
        }  # fmt: skip
        names.append(app)
    roots += [
        f"path({made.pick(repr(made.name() + '/'), 'settings.API', repr(''))}, include('{app}.urls'))" for app in names
    ]
    extra = made.name()
    made.files[f"{site}/urls.py"] = (
        "from django.conf import settings\nfrom django.http import HttpResponse\nfrom django.urls import include, path\n"
        f"def home(request, **kw): return HttpResponse('home')\n{extra} = [path('{made.name()}/', home), path('', home)]\n"
        f"urlpatterns = [{', '.join(roots)}]\nurlpatterns += [path('{made.name()}/', include(({extra}, 'n'), namespace='n'))]\n"
        f"urlpatterns += [path(f'{{word}}/x/', home) for word in ('{made.name()}', '{made.name()}')]\n"
    )
    return made.files
