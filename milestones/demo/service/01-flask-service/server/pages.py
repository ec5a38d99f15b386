"""The pages the counter uses."""

from __future__ import annotations

from flask import Blueprint, abort, make_response, redirect, render_template, request

from server.access import COOKIE, harbour, the_token

pages = Blueprint("pages", __name__)


@pages.get("/")
def berth_page():
    today = harbour.today()
    rows = [
        {"berth": berth, "guest": guest_of(berth.id, today)}
        for berth in harbour.berths.values()
    ]
    return render_template("berths.html", rows=rows, today=today)


def guest_of(berth_id: int, today) -> str:
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
def login_submit():
    name = request.form.get("name", "")
    granted = harbour.log_in(name, request.form.get("password", ""))
    if granted is None:
        page = render_template("login.html", error="Unknown name or wrong password.")
        return page, 401
    response = redirect("/bookings")
    response.set_cookie(COOKIE, granted, httponly=True, samesite="Lax")
    return response


@pages.post("/logout")
def logout_submit():
    harbour.log_out(the_token())
    response = redirect("/")
    response.delete_cookie(COOKIE)
    return response


@pages.get("/bookings")
def booking_page():
    person = harbour.person_for(the_token())
    if person is None:
        return redirect("/login")
    visible = [
        booking
        for booking in harbour.bookings.values()
        if person.office or booking.skipper == person.name
    ]
    visible.sort(key=lambda booking: booking.arrival)
    return render_template("bookings.html", bookings=visible, person=person)


@pages.get("/invoices/<int:number>")
def invoice_page(number: int):
    person = harbour.person_for(the_token())
    if person is None:
        return redirect("/login")
    invoice = harbour.invoices.get(number)
    if invoice is None or not (person.office or invoice.skipper == person.name):
        abort(404)
    booking = harbour.bookings[invoice.booking_id]
    page = render_template("invoice.html", invoice=invoice, booking=booking)
    response = make_response(page)
    response.headers["Cache-Control"] = "private, no-store"
    return response
