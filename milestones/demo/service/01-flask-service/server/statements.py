"""The month's statement for the accountant; cron runs it on the first of the month."""

from __future__ import annotations

from datetime import date

from server.store import Store


def statement(store: Store, month: date) -> str:
    """Lines of `number;skipper;amount;paid` for the invoices due in a month."""
    due = [i for i in store.invoices.values() if (i.due.year, i.due.month) == (month.year, month.month)]
    return "\n".join(f"{i.number};{i.skipper};{i.amount};{'yes' if i.paid else 'no'}" for i in due)


def main() -> None:
    from flask import current_app

    from server.app import create_app

    with create_app().app_context():
        store = current_app.extensions["harbour"]
        print(statement(store, store.today()))


if __name__ == "__main__":
    main()
