def test_all_berths_are_listed(client):
    answer = client.get("/api/berths")
    assert answer.status_code == 200
    assert [b["name"] for b in answer.json()["berths"]] == ["A1", "A2"]


def test_only_berths_that_fit_are_listed(client):
    answer = client.get("/api/berths?length=10&draught=2.0")
    assert [b["name"] for b in answer.json()["berths"]] == ["A2"]


def test_one_berth_has_its_measures(client):
    assert client.get("/api/berths/1").json() == {"id": 1, "name": "A1", "length": 8, "draught": 1.8}


def test_an_unknown_berth_is_not_found(client):
    answer = client.get("/api/berths/9")
    assert answer.status_code == 404
    assert answer.json() == {"error": "No such berth."}


def test_a_berth_is_free_until_it_is_booked(client, booking):
    before = client.get("/api/berths/1/free?arrival=2025-06-08&departure=2025-06-10")
    during = client.get("/api/berths/1/free?arrival=2025-06-12&departure=2025-06-14")
    assert (before.json(), during.json()) == ({"free": True}, {"free": False})


def test_free_wants_two_days_in_order(client):
    assert client.get("/api/berths/1/free?arrival=2025-06-10&departure=2025-06-08").status_code == 400
    assert client.get("/api/berths/1/free").status_code == 400
