def test_a_login_gives_a_token_that_works(client):
    answer = client.post("/api/login", json={"name": "ingrid", "password": "sild"})
    headers = {"Authorization": f"Bearer {answer.json()['token']}"}
    assert client.get("/api/bookings", headers=headers).status_code == 200


def test_a_wrong_password_is_refused(client):
    answer = client.post("/api/login", json={"name": "ingrid", "password": "hyse"})
    assert answer.status_code == 401
    assert answer.json() == {"error": "Unknown name or wrong password."}


def test_a_token_ends_with_the_logout(client, token_of):
    headers = token_of("ingrid")
    assert client.post("/api/logout", headers=headers).status_code == 204
    assert client.get("/api/bookings", headers=headers).status_code == 401
