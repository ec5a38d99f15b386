"""Where Python fills the names that templates use."""

from __future__ import annotations

from milestones.parity.templates.contexts import filled_by, fillings_of

SOURCE = b"""
@view_config(route_name="fees", renderer="harbour:templates/fees.mak")
def fees(request):
    if not request.user:
        return HTTPFound("/login")
    return {"fees": [], "user": request.user}

@template("lamps.html")
async def lamps(request):
    return {**shared(), "lamps": 3}

def berths():
    context = {"berths": load()}
    context["day"] = today()
    if late:
        context.update(late=True, **{"until": 22})
    return render_template("berths.html", **context, title="Berths")

def boats(request):
    return templates.TemplateResponse(request, "boats.html", {"boats": 1})

def older(request):
    return templates.TemplateResponse("older.html", {"request": request, "age": 1}, status_code=200)

def shown(request):
    return render(request, "shown.html", context=dict(a=1, b=2))

def loaded():
    return env.get_template("loaded.txt").render(name="x", page=2)

def tide(request):
    return {"tide": 1}

def guess():
    return render_template(choose(), x=1)

ROUTES = [(tide, "/tide", {"renderer": "tide.html.j2", "request_method": "GET"})]
"""


def found() -> dict[str, tuple[tuple[str, ...], bool]]:
    return {one.template: (one.names, one.whole) for one in fillings_of("a.py", SOURCE)}


def test_every_way_to_fill_a_template_is_seen():
    assert found() == {
        "templates/fees.mak": (("fees", "user"), True),
        "lamps.html": (("lamps",), False),
        "berths.html": (("berths", "day", "late", "title", "until"), True),
        "boats.html": (("boats",), True),
        "older.html": (("age", "request"), True),
        "shown.html": (("a", "b"), True),
        "loaded.txt": (("name", "page"), True),
        "tide.html.j2": (("tide",), True),
    }


def test_a_template_is_filled_by_whoever_names_the_end_of_its_path():
    places = filled_by("harbour/templates/berths.html", fillings_of("a.py", SOURCE))
    assert [(one.place.path, one.place.line) for one in places] == [("a.py", 17)]
    assert filled_by("harbour/templates/far_berths.html", fillings_of("a.py", SOURCE)) == []
