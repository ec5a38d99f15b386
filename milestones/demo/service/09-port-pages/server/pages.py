"""The pages the counter uses."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException

from server.guards import COOKIE, Harbour, Token
from server.shim import Asked, redirect, render_template

pages = APIRouter(include_in_schema=False)


@pages.get("/")
def berth_page(harbour: Harbour):
    today = harbour.today()
    rows = [
        {"berth": berth, "guest": guest_of(harbour, berth.id, today)}
        for berth in harbour.berths.values()
    ]
    return render_template("berths.html", rows=rows, today=today)


def guest_of(harbour: Harbour, berth_id: int, today) -> str:
    """The boat that lies at a berth today, or an empty string."""
    for booking in harbour.bookings.values():
        lies_here = booking.berth_id == berth_id and not booking.cancelled
        if lies_here and booking.arrival <= today < booking.departure:
            return booking.boat
    return ""


@pages.get("/login")
def login_page():
    return render_template("login.html", error="")


@pages.post("/login")
def login_submit(harbour: Harbour, request: Asked):
    name = request.form.get("name", "")
    granted = harbour.log_in(name, request.form.get("password", ""))
    if granted is None:
        return render_template("login.html", 401, error="Unknown name or wrong password.")
    response = redirect("/bookings")
    response.set_cookie(COOKIE, granted, httponly=True, samesite="lax")
    return response


@pages.post("/logout")
def logout_submit(harbour: Harbour, token: Token):
    harbour.log_out(token)
    response = redirect("/")
    response.delete_cookie(COOKIE)
    return response


@pages.get("/bookings")
def booking_page(harbour: Harbour, token: Token):
    person = harbour.person_for(token)
    if person is None:
        return redirect("/login")
    visible = [
        booking
        for booking in harbour.bookings.values()
        if person.office or booking.skipper == person.name
    ]
    visible.sort(key=lambda booking: booking.arrival)
    return render_template("bookings.html", bookings=visible, person=person)


@pages.get("/invoices/{number}")
def invoice_page(harbour: Harbour, token: Token, number: int):
    person = harbour.person_for(token)
    if person is None:
        return redirect("/login")
    invoice = harbour.invoices.get(number)
    if invoice is None or not (person.office or invoice.skipper == person.name):
        raise HTTPException(404)
    booking = harbour.bookings[invoice.booking_id]
    response = render_template("invoice.html", invoice=invoice, booking=booking)
    response.headers["Cache-Control"] = "private, no-store"
    return response
