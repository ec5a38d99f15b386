"""Invoices: every booking has one until it is cancelled or paid."""

from __future__ import annotations

from fastapi import APIRouter, Depends

from server.guards import Harbour, SignedIn, office_only
from server.shim import Asked, jsonify, problem
from server.store import Invoice, Person

billing = APIRouter(prefix="/api/invoices")


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
def invoice_list(harbour: Harbour, request: Asked, person: SignedIn):
    visible = [i for i in harbour.invoices.values() if may_see(person, i)]
    if request.args.get("open"):
        visible = [i for i in visible if not i.paid]
    return jsonify(invoices=[invoice_json(i) for i in visible])


@billing.get("/{number}")
def invoice_detail(harbour: Harbour, person: SignedIn, number: int):
    invoice = harbour.invoices.get(number)
    if not may_see(person, invoice):
        return problem("No such invoice.", 404)
    return jsonify(invoice_json(invoice))


@billing.post("/{number}/paid", dependencies=[Depends(office_only)])
def invoice_paid(harbour: Harbour, number: int):
    invoice = harbour.invoices.get(number)
    if invoice is None:
        return problem("No such invoice.", 404)
    if invoice.paid:
        return problem("It is paid already.", 409)
    return jsonify(invoice_json(harbour.pay(invoice)))
