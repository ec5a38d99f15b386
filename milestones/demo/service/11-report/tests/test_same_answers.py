"""Answers that the frozen tests never looked at."""


def test_a_draught_that_is_no_number_is_no_filter(client):
    assert len(client.get("/api/berths?draught=deep").json()["berths"]) == 2


def test_a_logout_needs_a_login(client):
    assert client.post("/api/logout").status_code == 401


def test_invoice_pages_send_strangers_to_the_form(client, booking):
    answer = client.get("/invoices/1001")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/login")
