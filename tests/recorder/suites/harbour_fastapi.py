"""The same harbour office on FastAPI."""

from fastapi import APIRouter, FastAPI, Form, HTTPException
from fastapi.responses import JSONResponse, RedirectResponse, StreamingResponse
from pydantic import BaseModel

berths = APIRouter(prefix="/berths")


class Booking(BaseModel):
    ship: str


@berths.get("/")
def listed():
    return {"berths": [{"id": 1, "name": "north"}], "duration": 0.25}


@berths.get("/{berth_id}")
def one(berth_id: int):
    if berth_id > 9:
        raise HTTPException(404)
    return {"id": berth_id, "name": "north", "free": True}


@berths.post("/", status_code=201)
def book(booking: Booking):
    return {"id": 2, "ship": booking.ship}


app = FastAPI()
app.include_router(berths)


@app.get("/")
def home():
    return RedirectResponse("/berths/", 302)


@app.get("/log")
def log():
    return StreamingResponse(iter(["one\n", "two\n"]), media_type="text/plain")


@app.post("/login")
def login(name: str = Form()):
    answer = JSONResponse({"welcome": name})
    answer.set_cookie("harbour", "a-value-nobody-sees", max_age=3600, httponly=True, samesite="lax")
    return answer
