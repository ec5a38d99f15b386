"""SARIF 2.1.0, the OASIS standard of static analysis results."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from milestones.facts import Fact, Finding, ParseError, Scope
from milestones.results import jsontext, wording
from milestones.results.places import line_number, placed

Object = dict[str, Any]


def read(stream: BinaryIO) -> Iterator[Fact]:
    """Each result that stands: not suppressed, not absent, of the kind `fail` (sections 3.27.9, 3.27.23, 3.27.24)."""
    log = jsontext.record(jsontext.load(stream), "SARIF")
    version = jsontext.text(log, "version", "SARIF")
    if version != "2.1.0":
        raise ParseError(f"the version is {version[:20]!r}; SARIF 2.1.0 is read: let the tool write that")
    for number, run in enumerate(jsontext.records(jsontext.need(log, "runs", "SARIF"), "'runs'"), 1):
        yield from _Run.of(run, f"run {number}").facts()


@dataclass(frozen=True, slots=True)
class _Run:
    run: Object
    what: str
    tool: str
    rules: list[Object]
    artifacts: list[Object]

    @classmethod
    def of(cls, run: Object, what: str) -> _Run:
        tool = jsontext.record(jsontext.need(run, "tool", what), f"'tool' of {what}")
        driver = jsontext.record(jsontext.need(tool, "driver", what), f"'driver' of {what}")
        name = re.sub(r"[^a-z0-9]+", "-", jsontext.text(driver, "name", "'driver'").lower()).strip("-")[:60]
        rules = jsontext.records(driver.get("rules") or [], f"'rules' of {what}")
        artifacts = jsontext.records(run.get("artifacts") or [], f"'artifacts' of {what}")
        return cls(run, what, name or "sarif", rules, artifacts)

    def facts(self) -> Iterator[Fact]:
        for call in jsontext.records(self.run.get("invocations") or [], "'invocations'"):
            if call.get("executionSuccessful") is False:
                yield Scope(None, f"{self.tool} says that its own run failed; see what it printed")
        results = self.run.get("results")
        if results is None:
            yield Scope(None, f"{self.tool} gives no results: its run did not get so far")
            return
        for number, result in enumerate(jsontext.records(results, "'results'"), 1):
            if _stands(result):
                yield self._finding(result, f"result {number} of {self.what}")

    def _finding(self, result: Object, what: str) -> Finding:
        rule = self._rule(result)
        path, line = self._place(result, what)
        named = jsontext.record(result.get("rule") or {}, f"'rule' of {what}")
        code = (
            jsontext.text(result, "ruleId", what) or jsontext.text(named, "id", what) or jsontext.text(rule, "id", what)
        )
        usual = jsontext.record(rule.get("defaultConfiguration") or {}, "'defaultConfiguration'")
        level = jsontext.text(result, "level", what) or jsontext.text(usual, "level", what) or "warning"
        return Finding(self._message(result, rule, what), path, line, wording.name(code), self.tool, level[:20])

    def _rule(self, result: Object) -> Object:
        index = result.get("ruleIndex")
        if isinstance(index, int) and 0 <= index < len(self.rules):
            return self.rules[index]
        return {}

    def _message(self, result: Object, rule: Object, what: str) -> str:
        message = jsontext.record(result.get("message") or {}, f"'message' of {what}")
        if text := jsontext.text(message, "text", what):
            return wording.clean(text)
        strings = jsontext.record(rule.get("messageStrings") or {}, "'messageStrings'")
        template = jsontext.record(strings.get(jsontext.text(message, "id", what)) or {}, "a message string")
        text = jsontext.text(template, "text", what)
        arguments = message.get("arguments") or []
        for number, argument in enumerate(arguments[:20] if isinstance(arguments, list) else []):
            text = text.replace(f"{{{number}}}", str(argument)[:500])
        return wording.clean(text)

    def _place(self, result: Object, what: str) -> tuple[str, int | None]:
        places = jsontext.records(result.get("locations") or [], f"'locations' of {what}")
        physical = jsontext.record((places[0] if places else {}).get("physicalLocation") or {}, "'physicalLocation'")
        artifact = jsontext.record(physical.get("artifactLocation") or {}, "'artifactLocation'")
        region = jsontext.record(physical.get("region") or {}, "'region'")
        uri = jsontext.text(artifact, "uri", what)
        index = artifact.get("index")
        if not uri and isinstance(index, int) and 0 <= index < len(self.artifacts):
            place = jsontext.record(self.artifacts[index].get("location") or {}, "'location'")
            uri = jsontext.text(place, "uri", what)
        return placed(uri), line_number(region.get("startLine"))


def _stands(result: Object) -> bool:
    if result.get("kind", "fail") not in ("fail", "open", "review"):
        return False
    if result.get("baselineState") == "absent":
        return False
    suppressions = jsontext.records(result.get("suppressions") or [], "'suppressions'")
    return not any(item.get("status", "accepted") == "accepted" for item in suppressions)
