"""Four template languages read as one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milestones.parity.templates import LANGUAGES
from milestones.parity.templates.matching import match_templates
from milestones.parity.templates.pieces import Kind
from milestones.parity.templates.reading import Template, language_of, read_template

MAKO = """<%inherit file="base.mak"/>
<%page args="title='Berths'"/>
<%! import datetime %>
<%
  free = [berth for berth in berths if not berth.boat]
%>
## Only harbour masters see this
% if user:
  <p title="${title | h}">${user.name}</p>
  % for berth in free:
    ${berth.label | n}
    % if loop.last and limits['nights'] > 3:
      ${"}".join(berth.notes)}
    % endif
  % endfor
% endif
%% no statement
<script>
  const mast = ${tojson(mast) | n};
</script>
<%text>${not an expression}</%text>
<%doc>${neither}</%doc>
<%def name="lamp(colour)"><i class="${colour}"></i></%def>
${lamp("red")}
"""

JINJA = """{% extends "base.html" %}
{% set title = title or "Berths" %}
{# {{ nothing }} #}
{% if user %}
  <p title="{{ title }}">{{ user.name|default(guest, true) }}</p>
  {% for berth in berths if not berth.boat %}
    {{ berth.label | safe }}
    {%- if loop.last and limits['nights'] > 3 %}
      {{ {"a": "}}"}["a"] }} {{ url_for("notes", id=berth.id) }}
    {% endif %}
  {% endfor %}
{% endif %}
<script data-x="{{ attribute }}">
  const mast = {{ mast|tojson }};
</script>
{% raw %}{{ not_an_expression }}{% endraw %}
{% macro lamp(colour, size=standard) %}<i class="{{ colour }}"></i>{% endmacro %}
{{ lamp("red") }}
{% autoescape false %}{{ notice }}{{ shown|e }}{% endautoescape %}
{{ day is divisibleby week }}
"""

DJANGO = """{% extends "base.html" %}
{% load i18n harbour %}
{% comment %}{{ nothing }}{% endcomment %}
{% if user.is_authenticated and limits.nights > 3 %}
  {% for berth in berths %}
    {{ berth.label|safe }} {{ forloop.counter }} {{ berth.day|date:format }}
  {% empty %}
    {% url 'berths' harbour.id as back %}<a href="{{ back }}">{{ "text"|upper }}</a>
  {% endfor %}
{% endif %}
{% with total=fees.total %}{{ total }}{% endwith %}
<script>const mast = "{{ mast|escapejs }}";</script>
{% autoescape off %}{{ notice }}{% endautoescape %}
{% verbatim %}{{ not_an_expression }}{% endverbatim %}
"""

ERB = """<%# a note with @nothing %>
<% if @user %>
  <p title="<%= @title %>"><%= @user.name %></p>
  <% @berths.each do |berth| %>
    <%== berth.label %> <%= raw berth.notes %> <%= berth.lamp.html_safe %>
    <%= link_to "x", berth if berth.free %>
  <% end -%>
<% else %>
  <%= form_with(model: @boat) do |form| %>
    <%= form.text_field :name %>
  <% end %>
<% end %>
<%% literal %>
<script>const mast = <%= @mast.to_json %>;</script>
<%= "no interpolation of @quoted" %>
"""


def read(path: str, text: str) -> Template:
    template = read_template(path, text.encode())
    assert template is not None
    return template


def names(path: str, text: str) -> set[str]:
    return {use.text for use in read(path, text).names}


def test_mako_is_counted():
    one = read("t.mak", MAKO)
    assert (one.language, one.statements, one.expressions, one.nesting) == ("mako", 6, 7, 3)
    assert [(use.text, use.line) for use in one.unescaped] == [("berth.label", 11), ("tojson(mast)", 19)]
    assert [use.line for use in one.in_script] == [19]
    assert one.problems == ()


def test_mako_s_context_is_what_nothing_in_it_binds():
    assert names("t.mak", MAKO) == {"berths", "user", "limits", "tojson", "mast"}


def test_jinja_is_counted():
    one = read("t.html.j2", JINJA)
    assert (one.language, one.nesting) == ("jinja2", 3)
    assert [use.text for use in one.unescaped] == ["berth.label | safe", "notice"]
    assert [use.line for use in one.in_script] == [14]
    assert one.expressions == 12
    assert one.problems == ()


def test_jinja_s_context_is_what_nothing_in_it_binds_before():
    expected = {"title", "user", "guest", "berths", "limits", "url_for", "attribute", "mast", "standard", "notice"}
    assert names("t.html.j2", JINJA) == expected | {"shown", "day", "week"}


def test_django_is_counted():
    one = read("templates/t.html", DJANGO)
    assert (one.language, one.nesting) == ("django", 2)
    assert [use.text for use in one.unescaped] == ["berth.label|safe", "notice"]
    assert [use.line for use in one.in_script] == [12]
    assert {use.text for use in one.names} == {
        "user", "limits", "berths", "format", "harbour", "fees", "mast", "notice",
    }  # fmt: skip
    assert one.problems == ()


def test_erb_is_counted():
    one = read("app/views/t.html.erb", ERB)
    assert (one.language, one.nesting) == ("erb", 2)
    assert [use.text for use in one.unescaped] == ["berth.label", "raw berth.notes", "berth.lamp.html_safe"]
    assert [use.line for use in one.in_script] == [14]
    assert {use.text for use in one.names} == {"user", "title", "berths", "boat", "mast", "quoted"}
    assert one.problems == ()


def test_a_block_that_is_not_closed_is_a_problem_with_its_line():
    one = read("t.j2", "a\n{% if x %}\n{% endfor %}{% endfor %}\n")
    assert [(problem.line, problem.reason) for problem in one.problems] == [(3, "endfor closes what is not open")]
    assert read("t.mak", "% if x:\n").problems[0].reason == "if is not closed"


def test_the_language_of_a_name_that_any_uses_is_told_by_what_stands_in_it():
    def told(text: str, usual: str = "jinja2") -> str:
        found = language_of("templates/a.html", text, usual)
        return found.name if found else ""

    assert told("{% load static %}{{ a|date:'Y' }}") == "django"
    assert told("{% set a = 1 %}{{ f(a) }}") == "jinja2"
    assert told("% if x:\n${x}\n% endif\n") == "mako"
    assert told("{{ a }}", "django") == "django"
    assert told("<p>Only text</p>") == ""


@given(st.sampled_from(sorted(LANGUAGES)), st.text(alphabet="{}%<>$#=-'\"abc \n|()endifor", max_size=120))
def test_every_character_of_a_template_is_in_one_piece_at_most_and_none_hangs_it(name, text):
    pieces = LANGUAGES[name].cut(text)
    assert sum(len(piece.text) for piece in pieces if piece.kind is Kind.TEXT) <= len(text)
    assert [piece.line for piece in pieces] == sorted(piece.line for piece in pieces)
    assert read_template("t" + LANGUAGES[name].sure[0], text.encode()) is not None


def test_binary_under_a_template_s_name_is_a_named_problem():
    assert "binary" in read_template("t.mak", b"\0\1").problems[0].reason


@pytest.mark.parametrize("name", sorted(LANGUAGES))
def test_long_broken_input_takes_no_time(name):
    for text in ("{{" * 50_000, "${" * 50_000, "<%" * 50_000, "{% if " * 30_000, "<%=" + "(" * 100_000):
        assert read_template("t" + LANGUAGES[name].sure[0], text.encode()) is not None


# --- which became which


def test_a_name_matches_across_folders_and_languages_and_content_what_was_renamed():
    legacy = [read("old/berths.mak", MAKO), read("old/fees.mak", "<h1>Fees</h1> ${fee} per night and boat, north pier")]
    new = [
        read("new/berths.html.j2", JINJA),
        read("new/prices.html.j2", "<h1>Fees</h1> {{ price }} per night and boat, north pier"),
        read("new/about.html.j2", "About the harbour"),
    ]
    found = match_templates(legacy, new)
    assert [(pair.legacy.stem, pair.new.stem, pair.by) for pair in found.pairs] == [
        ("berths", "berths", "name"), ("fees", "prices", "content"),
    ]  # fmt: skip
    assert [one.stem for one in found.extra] == ["about"]
    assert found.pairs[1].dropped == ("fee",)
    assert found.pairs[1].added == ("price",)


def test_a_legacy_template_kept_beside_its_port_is_not_its_own_counterpart():
    kept = read("old/berths.mak", MAKO)
    found = match_templates([kept], [kept, read("new/berths.html.j2", JINJA)])
    assert [(pair.legacy.path, pair.new.path) for pair in found.pairs] == [("old/berths.mak", "new/berths.html.j2")]
    assert found.extra == ()


def test_the_nearer_folder_wins_where_a_name_stands_in_several():
    legacy = [read("old/boats/list.mak", "${boats}"), read("old/fees/list.mak", "${fees}")]
    new = [read("new/fees/list.j2", "{{ fees }}"), read("new/boats/list.j2", "{{ boats }}")]
    found = match_templates(legacy, new)
    assert [(p.legacy.path[4:9], p.new.path[4:9]) for p in found.pairs] == [("boats", "boats"), ("fees/", "fees/")]
