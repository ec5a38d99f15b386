from datetime import date

from server.statements import statement


def test_the_statement_lists_what_is_due_in_the_month(store, booking):
    assert statement(store, date(2025, 6, 1)) == "1001;ingrid;768;no"
    assert statement(store, date(2025, 7, 1)) == ""
