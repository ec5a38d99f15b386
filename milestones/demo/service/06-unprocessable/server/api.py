"""The JSON API of the skippers' app: berths and bookings."""

from __future__ import annotations

import json
from datetime import date
from typing import Optional

from fastapi import APIRouter
from pydantic import BaseModel

from server.guards import Harbour, SignedIn
from server.shim import Asked, jsonify, problem
from server.store import Berth, Booking, Person, Taken

api = APIRouter(prefix="/api")


class NewBooking(BaseModel):
    berth: int
    boat: str
    arrival: date
    departure: date


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


def day(text: Optional[str]) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def may_see(person: Person, booking: Booking | None) -> bool:
    """A skipper sees their own bookings, the office sees all."""
    return booking is not None and (person.office or booking.skipper == person.name)


@api.get("/berths")
def berth_list(harbour: Harbour, request: Asked):
    length = request.args.get("length", 0, type=int)
    draught = request.args.get("draught", 0.0, type=float)
    fitting = [b for b in harbour.berths.values() if b.takes(length, draught)]
    return jsonify(berths=[berth_json(b) for b in fitting])


@api.get("/berths/{berth_id}")
def berth_detail(harbour: Harbour, berth_id: int):
    berth = harbour.berths.get(berth_id)
    if berth is None:
        return problem("No such berth.", 404)
    return jsonify(berth_json(berth))


@api.get("/berths/{berth_id}/free")
def berth_free(harbour: Harbour, request: Asked, berth_id: int):
    if berth_id not in harbour.berths:
        return problem("No such berth.", 404)
    arrival = day(request.args.get("arrival"))
    departure = day(request.args.get("departure"))
    if arrival is None or departure is None or arrival >= departure:
        return problem("Give arrival and departure as days, in that order.", 400)
    return jsonify(free=harbour.is_free(berth_id, arrival, departure))


@api.get("/bookings")
def booking_list(harbour: Harbour, person: SignedIn):
    visible = [b for b in harbour.bookings.values() if may_see(person, b)]
    return jsonify(bookings=[booking_json(b) for b in visible])


@api.post("/bookings")
def booking_create(harbour: Harbour, person: SignedIn, wanted: NewBooking):
    arrival, departure = wanted.arrival, wanted.departure
    if arrival >= departure or arrival < harbour.today():
        return problem("The nights must lie ahead, in order.", 400)
    if wanted.berth not in harbour.berths:
        return problem("No such berth.", 404)
    try:
        booking = harbour.book(wanted.berth, person.name, wanted.boat, arrival, departure)
    except Taken:
        return problem("The berth is taken on one of those nights.", 409)
    return jsonify(booking_json(booking), 201)


@api.get("/bookings/{booking_id}")
def booking_detail(harbour: Harbour, person: SignedIn, booking_id: int):
    booking = harbour.bookings.get(booking_id)
    if not may_see(person, booking):
        return problem("No such booking.", 404)
    return jsonify(booking_json(booking))


@api.post("/bookings/{booking_id}/cancel")
def booking_cancel(harbour: Harbour, person: SignedIn, booking_id: int):
    booking = harbour.bookings.get(booking_id)
    if not may_see(person, booking):
        return problem("No such booking.", 404)
    if booking.cancelled:
        return problem("It is cancelled already.", 409)
    if booking.arrival <= harbour.today() and not person.office:
        return problem("The stay has begun; ask at the office.", 403)
    return jsonify(booking_json(harbour.cancel(booking)))
