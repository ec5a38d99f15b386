"""What callers see of a function, and what of it changed."""

from __future__ import annotations

from milestones.source.outlines import changes, outlines_of

OLD = b'''
class Berths:
    @view(route="berths", renderer="json")
    def book(self, boat, *, nights=1):
        """Book one."""
        if nights < 1:
            raise HTTPBadRequest("nights")
        if boat is None:
            abort(404)
        def inner():
            raise KeyError
        return {"berth": 3, "nights": nights}

    def free(self):
        return [1, 2]
'''
NEW = b"""
class Berths:
    @router.post(
        "/berths",
    )
    async def book(
        self,
        boat,
        *,
        nights=2,
    ) -> dict:
        if nights < 1:
            raise HTTPException(status_code=422, detail="nights")
        if boat is None:
            raise HTTPException(404)
        return {"berth": 3}

    def free(self):
        return [3]
"""


def said(name: str) -> list[str]:
    old, new = outlines_of(OLD), outlines_of(NEW)
    return [change.sentence for change in changes(old[name], new[name])]


def test_signature_exceptions_and_shapes_that_changed_are_named():
    assert said("Berths.book") == [
        "signature was (self, boat, *, nights=1), is async (self, boat, *, nights=2) -> dict",
        'decorators were view(route="berths", renderer="json"), are router.post("/berths")',
        "no longer raises HTTPBadRequest, abort 404, now raises HTTPException 404, HTTPException 422",
        "no longer returns {berth, nights}, now returns {berth}",
    ]


def test_what_callers_see_the_same_is_not_told():
    assert said("Berths.free") == []


def test_a_function_within_answers_for_itself():
    assert outlines_of(OLD)["Berths.book.inner"].raises == ("KeyError",)


def test_shapes_say_what_sort_of_thing_is_returned():
    source = b"""
def f(x):
    if x == 1: return
    if x == 2: return a, {"k": 1, **x}
    if x == 3: return jsonify({"b": 1, "a": 2}), 201
    if x == 4: return "text" if x else None
    if x == 5: return await (load(x))
    if x == 6: return x.y
    yield f"{x}"
"""
    assert outlines_of(source)["f"].returns == (
        "(a value, {**, k})",
        "(jsonify({a, b}), number)",
        "None",
        "None or text",
        "a value",
        "load(…)",
        "yields text",
    )


def test_the_lines_of_a_function_begin_with_its_decorators():
    found = outlines_of(OLD)["Berths.book"]
    assert (found.first_line, found.last_line) == (3, 12)


def test_a_broken_file_is_read_as_far_as_it_goes():
    assert "later" in outlines_of(b"def (:\n\ndef later():\n    return 1\n")
    assert outlines_of(b"\0\1\2") == {}
