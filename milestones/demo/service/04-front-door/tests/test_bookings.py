import pytest

WANTED = {"berth": 2, "boat": "Terna", "arrival": "2025-07-01", "departure": "2025-07-04"}


def test_booking_needs_a_login(client):
    assert client.post("/api/bookings", json=WANTED).status_code == 401
    assert client.get("/api/bookings").status_code == 401


def test_a_skipper_books_a_berth(client, token_of):
    answer = client.post("/api/bookings", json=WANTED, headers=token_of("ingrid"))
    assert answer.status_code == 201
    assert answer.json()["nights"] == 3
    assert answer.json()["skipper"] == "ingrid"


def test_a_taken_berth_is_refused(client, token_of, booking):
    wanted = WANTED | {"berth": 1, "arrival": "2025-06-12", "departure": "2025-06-15"}
    assert client.post("/api/bookings", json=wanted, headers=token_of("olav")).status_code == 409


def test_an_unknown_berth_cannot_be_booked(client, token_of):
    answer = client.post("/api/bookings", json=WANTED | {"berth": 77}, headers=token_of("olav"))
    assert answer.status_code == 404


@pytest.mark.parametrize("field", ["boat", "arrival", "departure"])
def test_a_booking_without_a_field_is_refused(client, token_of, field):
    wanted = {key: value for key, value in WANTED.items() if key != field}
    answer = client.post("/api/bookings", json=wanted, headers=token_of("ingrid"))
    assert answer.status_code == 400


def test_nights_must_lie_ahead(client, token_of):
    wanted = WANTED | {"arrival": "2025-05-01", "departure": "2025-05-03"}
    assert client.post("/api/bookings", json=wanted, headers=token_of("ingrid")).status_code == 400


def test_skippers_see_only_their_own(client, token_of, booking):
    assert len(client.get("/api/bookings", headers=token_of("ingrid")).json()["bookings"]) == 1
    assert client.get("/api/bookings", headers=token_of("olav")).json()["bookings"] == []
    assert client.get("/api/bookings/1", headers=token_of("olav")).status_code == 404


def test_the_office_sees_every_booking(client, token_of, booking):
    answer = client.get("/api/bookings/1", headers=token_of("office"))
    assert answer.json()["boat"] == "Havfrua"


def test_a_skipper_cancels(client, token_of, booking):
    answer = client.post("/api/bookings/1/cancel", headers=token_of("ingrid"))
    assert answer.status_code == 200
    assert answer.json()["cancelled"] is True


def test_a_booking_is_cancelled_only_once(client, token_of, booking):
    client.post("/api/bookings/1/cancel", headers=token_of("ingrid"))
    assert client.post("/api/bookings/1/cancel", headers=token_of("ingrid")).status_code == 409


def test_a_stay_that_has_begun_is_the_offices_to_cancel(client, token_of, booking, store):
    store.today = lambda: booking.arrival
    assert client.post("/api/bookings/1/cancel", headers=token_of("ingrid")).status_code == 403
    assert client.post("/api/bookings/1/cancel", headers=token_of("office")).status_code == 200
