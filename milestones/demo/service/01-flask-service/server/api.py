"""The JSON API of the skippers' app: berths and bookings."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Response, jsonify, request

from server.access import harbour, signed_in
from server.answers import problem
from server.store import Berth, Booking, Person, Taken

api = Blueprint("api", __name__, url_prefix="/api")


def berth_json(berth: Berth) -> dict:
    return {
        "id": berth.id,
        "name": berth.name,
        "length": berth.length,
        "draught": berth.draught,
    }


def booking_json(booking: Booking) -> dict:
    return {
        "id": booking.id,
        "berth": booking.berth_id,
        "skipper": booking.skipper,
        "boat": booking.boat,
        "arrival": booking.arrival.isoformat(),
        "departure": booking.departure.isoformat(),
        "nights": booking.nights,
        "cancelled": booking.cancelled,
    }


def day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def may_see(person: Person, booking: Booking | None) -> bool:
    """A skipper sees their own bookings, the office sees all."""
    return booking is not None and (person.office or booking.skipper == person.name)


@api.get("/berths")
def berth_list():
    length = request.args.get("length", 0, type=int)
    draught = request.args.get("draught", 0.0, type=float)
    fitting = [b for b in harbour.berths.values() if b.takes(length, draught)]
    return jsonify(berths=[berth_json(b) for b in fitting])


@api.get("/berths/<int:berth_id>")
def berth_detail(berth_id: int):
    berth = harbour.berths.get(berth_id)
    if berth is None:
        return problem("No such berth.", 404)
    return jsonify(berth_json(berth))


@api.get("/berths/<int:berth_id>/free")
def berth_free(berth_id: int):
    if berth_id not in harbour.berths:
        return problem("No such berth.", 404)
    arrival = day(request.args.get("arrival"))
    departure = day(request.args.get("departure"))
    if arrival is None or departure is None or arrival >= departure:
        return problem("Give arrival and departure as days, in that order.", 400)
    return jsonify(free=harbour.is_free(berth_id, arrival, departure))


@api.get("/bookings")
@signed_in
def booking_list(person: Person):
    visible = [b for b in harbour.bookings.values() if may_see(person, b)]
    return jsonify(bookings=[booking_json(b) for b in visible])


@api.post("/bookings")
@signed_in
def booking_create(person: Person):
    wanted = request.get_json(silent=True) or {}
    arrival = day(wanted.get("arrival"))
    departure = day(wanted.get("departure"))
    boat = wanted.get("boat")
    if arrival is None or departure is None or not boat:
        return problem("A booking needs boat, arrival and departure.", 400)
    if arrival >= departure or arrival < harbour.today():
        return problem("The nights must lie ahead, in order.", 400)
    if wanted.get("berth") not in harbour.berths:
        return problem("No such berth.", 404)
    try:
        booking = harbour.book(wanted["berth"], person.name, boat, arrival, departure)
    except Taken:
        return problem("The berth is taken on one of those nights.", 409)
    return jsonify(booking_json(booking)), 201


@api.get("/bookings/<int:booking_id>")
@signed_in
def booking_detail(person: Person, booking_id: int):
    booking = harbour.bookings.get(booking_id)
    if not may_see(person, booking):
        return problem("No such booking.", 404)
    return jsonify(booking_json(booking))


@api.post("/bookings/<int:booking_id>/cancel")
@signed_in
def booking_cancel(person: Person, booking_id: int):
    booking = harbour.bookings.get(booking_id)
    if not may_see(person, booking):
        return problem("No such booking.", 404)
    if booking.cancelled:
        return problem("It is cancelled already.", 409)
    if booking.arrival <= harbour.today() and not person.office:
        return problem("The stay has begun; ask at the office.", 403)
    return jsonify(booking_json(harbour.cancel(booking)))


@api.get("/bookings/<int:booking_id>/calendar")
@signed_in
def booking_calendar(person: Person, booking_id: int):
    booking = harbour.bookings.get(booking_id)
    if not may_see(person, booking):
        return problem("No such booking.", 404)
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Lyngvik//Harbour//EN",
        "BEGIN:VEVENT",
        f"UID:booking-{booking.id}@harbour.example",
        f"DTSTART;VALUE=DATE:{booking.arrival:%Y%m%d}",
        f"DTEND;VALUE=DATE:{booking.departure:%Y%m%d}",
        f"SUMMARY:{booking.boat} at Lyngvik",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]
    return Response("\r\n".join(lines), mimetype="text/calendar")
