def test_a_booking_is_billed_by_night_and_metre(client, token_of, booking):
    answer = client.get("/api/invoices/1001", headers=token_of("ingrid"))
    assert answer.get_json()["amount"] == 3 * 8 * 32
    assert answer.get_json()["due"] == "2025-06-27"


def test_invoices_of_others_are_hidden(client, token_of, booking):
    assert client.get("/api/invoices", headers=token_of("olav")).get_json() == {"invoices": []}
    assert client.get("/api/invoices/1001", headers=token_of("olav")).status_code == 404


def test_only_the_office_marks_an_invoice_paid(client, token_of, booking):
    assert client.post("/api/invoices/1001/paid", headers=token_of("ingrid")).status_code == 403
    assert client.post("/api/invoices/1001/paid", headers=token_of("office")).get_json()["paid"] is True
    assert client.post("/api/invoices/1001/paid", headers=token_of("office")).status_code == 409


def test_open_invoices_can_be_asked_for(client, token_of, booking, store):
    store.pay(store.invoices[1001])
    assert client.get("/api/invoices?open=1", headers=token_of("office")).get_json() == {"invoices": []}


def test_a_cancelled_booking_is_not_billed(client, token_of, booking, store):
    store.cancel(booking)
    assert client.get("/api/invoices/1001", headers=token_of("ingrid")).status_code == 404
