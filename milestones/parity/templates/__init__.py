"""Templates of several languages read as one: how much each decides, what it takes and what it lets out unescaped."""

from __future__ import annotations

from collections.abc import Mapping

from milestones.parity.templates import django, erb, jinja, mako
from milestones.parity.templates.pieces import Language

LANGUAGES: Mapping[str, Language] = {
    one.name: one for one in (mako.LANGUAGE, jinja.LANGUAGE, django.LANGUAGE, erb.LANGUAGE)
}
