def log_in(client):
    return client.post("/login", data={"name": "ingrid", "password": "sild"})


def test_the_front_page_lists_berths(client):
    answer = client.get("/")
    assert answer.status_code == 200
    assert "<td>A1</td>" in answer.text


def test_the_front_page_names_the_guest(client, booking, store):
    store.today = lambda: booking.arrival
    assert "Havfrua" in client.get("/").text


def test_the_counter_logs_in_with_a_form(client, booking):
    answer = log_in(client)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/bookings")
    assert "Havfrua" in client.get("/bookings").text


def test_a_wrong_password_shows_the_form_again(client):
    answer = client.post("/login", data={"name": "ingrid", "password": "hyse"})
    assert answer.status_code == 401
    assert "Unknown name or wrong password." in answer.text


def test_bookings_send_strangers_to_the_form(client):
    answer = client.get("/bookings")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/login")


def test_logging_out_forgets_the_counter(client):
    log_in(client)
    client.post("/logout")
    assert client.get("/bookings").status_code == 302


def test_an_invoice_has_a_page(client, booking):
    log_in(client)
    answer = client.get("/invoices/1001")
    assert "768 kr" in answer.text
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_an_unknown_invoice_has_none(client):
    log_in(client)
    assert client.get("/invoices/4711").status_code == 404
