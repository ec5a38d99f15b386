"""A small harbour office on Flask."""

from flask import Blueprint, Flask, Response, abort, jsonify, redirect, request

berths = Blueprint("berths", __name__, url_prefix="/berths")


@berths.get("/")
def listed():
    return jsonify(berths=[{"id": 1, "name": "north"}], duration=0.25)


@berths.get("/<int:berth_id>")
def one(berth_id):
    if berth_id > 9:
        abort(404)
    return jsonify(id=berth_id, name="north", free=True)


@berths.post("/")
def book():
    given = request.get_json(silent=True)
    if not given:
        return jsonify(error="a ship is needed"), 400
    return jsonify(id=2, ship=given["ship"]), 201


def make():
    app = Flask(__name__)
    app.register_blueprint(berths)
    app.add_url_rule("/", "home", lambda: redirect("/berths/"))
    app.add_url_rule("/log", "log", lambda: Response(iter(["one\n", "two\n"]), mimetype="text/plain"))
    app.add_url_rule("/login", "login", login, methods=["POST"])
    return app


def login():
    answer = jsonify(welcome=request.form["name"])
    answer.set_cookie("harbour", "a-value-nobody-sees", max_age=3600, httponly=True, samesite="Lax")
    return answer


app = make()
