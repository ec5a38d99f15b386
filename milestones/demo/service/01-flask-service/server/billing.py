"""Invoices: every booking has one until it is cancelled or paid."""

from __future__ import annotations

from flask import Blueprint, jsonify, request

from server.access import harbour, office_only, signed_in
from server.answers import problem
from server.store import Invoice, Person

billing = Blueprint("billing", __name__, url_prefix="/api/invoices")


def invoice_json(invoice: Invoice) -> dict:
    return {
        "number": invoice.number,
        "booking": invoice.booking_id,
        "skipper": invoice.skipper,
        "amount": invoice.amount,
        "due": invoice.due.isoformat(),
        "paid": invoice.paid,
    }


def may_see(person: Person, invoice: Invoice | None) -> bool:
    return invoice is not None and (person.office or invoice.skipper == person.name)


@billing.get("")
@signed_in
def invoice_list(person: Person):
    visible = [i for i in harbour.invoices.values() if may_see(person, i)]
    if request.args.get("open"):
        visible = [i for i in visible if not i.paid]
    return jsonify(invoices=[invoice_json(i) for i in visible])


@billing.get("/<int:number>")
@signed_in
def invoice_detail(person: Person, number: int):
    invoice = harbour.invoices.get(number)
    if not may_see(person, invoice):
        return problem("No such invoice.", 404)
    return jsonify(invoice_json(invoice))


@billing.post("/<int:number>/paid")
@office_only
def invoice_paid(number: int):
    invoice = harbour.invoices.get(number)
    if invoice is None:
        return problem("No such invoice.", 404)
    if invoice.paid:
        return problem("It is paid already.", 409)
    return jsonify(invoice_json(harbour.pay(invoice)))
