"""What the harbour knows: berths, people, bookings and invoices, kept in memory."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

NIGHTLY_RATE_PER_METRE = 32  # kroner, set by the harbour board each spring


class Taken(Exception):
    """The berth is already booked for one of those nights."""


@dataclass(frozen=True)
class Berth:
    id: int
    name: str
    length: int
    draught: float

    def takes(self, length: int, draught: float) -> bool:
        return length <= self.length and draught <= self.draught


@dataclass(frozen=True)
class Person:
    name: str
    password: str
    office: bool = False


@dataclass(frozen=True)
class Booking:
    id: int
    berth_id: int
    skipper: str
    boat: str
    arrival: date
    departure: date
    cancelled: bool = False

    @property
    def nights(self) -> int:
        return (self.departure - self.arrival).days

    def overlaps(self, arrival: date, departure: date) -> bool:
        return not self.cancelled and self.arrival < departure and arrival < self.departure


@dataclass(frozen=True)
class Invoice:
    number: int
    booking_id: int
    skipper: str
    amount: int
    due: date
    paid: bool = False


class Store:
    """All state of one season. `today` is asked, never assumed, so that tests can stand still."""

    def __init__(self, today: Callable[[], date] = date.today) -> None:
        self.today = today
        self.berths: dict[int, Berth] = {}
        self.people: dict[str, Person] = {}
        self.bookings: dict[int, Booking] = {}
        self.invoices: dict[int, Invoice] = {}
        self._tokens: dict[str, str] = {}

    def add_berth(self, name: str, length: int, draught: float) -> Berth:
        berth = Berth(len(self.berths) + 1, name, length, draught)
        self.berths[berth.id] = berth
        return berth

    def add_person(self, name: str, password: str, office: bool = False) -> Person:
        self.people[name] = Person(name, password, office)
        return self.people[name]

    def log_in(self, name: str, password: str) -> str | None:
        person = self.people.get(name)
        if person is None or not secrets.compare_digest(person.password, password):
            return None
        token = secrets.token_urlsafe(24)
        self._tokens[token] = name
        return token

    def log_out(self, token: str) -> None:
        self._tokens.pop(token, None)

    def person_for(self, token: str) -> Person | None:
        return self.people.get(self._tokens.get(token, ""))

    def is_free(self, berth_id: int, arrival: date, departure: date) -> bool:
        theirs = (b for b in self.bookings.values() if b.berth_id == berth_id)
        return not any(b.overlaps(arrival, departure) for b in theirs)

    def book(self, berth_id: int, skipper: str, boat: str, arrival: date, departure: date) -> Booking:
        if not self.is_free(berth_id, arrival, departure):
            raise Taken
        booking = Booking(len(self.bookings) + 1, berth_id, skipper, boat, arrival, departure)
        self.bookings[booking.id] = booking
        self._bill(booking)
        return booking

    def cancel(self, booking: Booking) -> Booking:
        self.bookings[booking.id] = replace(booking, cancelled=True)
        for invoice in [i for i in self.invoices.values() if i.booking_id == booking.id and not i.paid]:
            del self.invoices[invoice.number]
        return self.bookings[booking.id]

    def pay(self, invoice: Invoice) -> Invoice:
        self.invoices[invoice.number] = replace(invoice, paid=True)
        return self.invoices[invoice.number]

    def _bill(self, booking: Booking) -> None:
        amount = booking.nights * self.berths[booking.berth_id].length * NIGHTLY_RATE_PER_METRE
        number = 1000 + booking.id
        due = booking.departure + timedelta(days=14)
        self.invoices[number] = Invoice(number, booking.id, booking.skipper, amount, due)


def first_season() -> Store:
    """The store the service starts with: the berths of the outer jetty and the office's own account."""
    store = Store()
    for name, length, draught in [("A1", 8, 1.8), ("A2", 10, 2.1), ("A3", 12, 2.4), ("B1", 15, 3.0)]:
        store.add_berth(name, length, draught)
    store.add_person("office", secrets.token_urlsafe(12), office=True)
    return store
