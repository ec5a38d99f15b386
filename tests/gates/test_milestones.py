"""What stands between a milestone and its promotion."""

from dataclasses import replace

from milestones.facts import CriterionKind, Milestone, MilestoneKind, State, Status, StopPoint
from milestones.gates.judging import judge_milestone
from milestones.gates.policy import MilestonePolicy, read_policy
from tests.gates.makers import make_criterion, make_milestone, make_reading

GREEN = {"tests.failed": 0, "tests.total": 40, "routes.missing": 0, "leftovers.imports": 0}
PROVEN = '"tests pass" = "tests.failed == 0"'


def make_policy(done: str = "", proves: str = "") -> MilestonePolicy:
    return read_policy(f"[milestones.12]\ndone = [{done}]\nproves = {{ {proves} }}").milestones[0]


def test_a_criterion_is_proven_by_words_in_it() -> None:
    milestone = make_milestone(make_criterion("All  **tests\npass**, on both systems.", checked=True))
    found = judge_milestone(make_policy(proves='"TESTS pass" = "tests.failed == 0"'), milestone, make_reading(GREEN))
    assert (found.state, found.reasons) == (State.PASS, ())
    assert [gate.gate for gate in found.gates] == ["tests.failed == 0"]


def test_words_are_whole_words() -> None:
    milestone = make_milestone(make_criterion("The author signs."))
    found = judge_milestone(make_policy(proves='"auth" = "tests.failed == 0"'), milestone, make_reading(GREEN))
    assert found.unmatched == ("auth",)


def test_a_criterion_is_proven_by_the_gate_beside_it() -> None:
    milestone = make_milestone(make_criterion(gate="tests.failed == 0"))
    assert judge_milestone(None, milestone, make_reading(GREEN)).state is State.PASS
    failing = judge_milestone(None, milestone, make_reading(GREEN | {"tests.failed": 2}))
    assert failing.state is State.FAIL
    assert failing.reasons == ('"All tests pass.": tests.failed is 2; it has to be == 0',)


def test_a_ticked_box_that_its_gate_contradicts_is_claimed_and_not_proven() -> None:
    milestone = make_milestone(make_criterion(gate="tests.failed == 0", checked=True))
    (criterion,) = judge_milestone(None, milestone, make_reading(GREEN | {"tests.failed": 2})).criteria
    assert (criterion.claimed, criterion.state) == (True, State.FAIL)


def test_a_stated_status_claims_the_lines_without_a_box() -> None:
    milestone = make_milestone(make_criterion(), make_criterion(number=2, checked=False), status=Status.COMPLETE)
    found = judge_milestone(None, milestone, make_reading())
    assert [one.claimed for one in found.criteria] == [True, False]


def test_a_criterion_without_a_gate_awaits_a_person() -> None:
    milestone = make_milestone(make_criterion("Rollback was rehearsed.", checked=True))
    (waiting,) = judge_milestone(None, milestone, make_reading(GREEN)).criteria
    assert (waiting.state, waiting.awaits_sign_off) == (State.UNKNOWN, True)
    assert waiting.sentence.startswith("awaits sign-off")
    signed = judge_milestone(None, milestone, make_reading(GREEN), frozenset({"c1"}))
    assert signed.state is State.PASS


def test_a_persons_word_does_not_outweigh_a_strict_gate() -> None:
    milestone = make_milestone(make_criterion(gate="tests.failed == 0"))
    reading = make_reading(GREEN | {"tests.failed": 1})
    assert judge_milestone(None, milestone, reading, frozenset({"c1"})).state is State.FAIL


def test_nothing_to_prove_is_unknown() -> None:
    found = judge_milestone(None, make_milestone(), make_reading(GREEN))
    assert found.state is State.UNKNOWN
    assert found.reasons[0].startswith("nothing is asked of milestone 12")


def test_bounds_that_only_tell_are_nothing_to_prove() -> None:
    policy = make_policy('"tests.failed == 0 (informational)"')
    found = judge_milestone(policy, make_milestone(), make_reading(GREEN))
    assert (found.state, len(found.gates)) == (State.UNKNOWN, 1)
    assert found.reasons


def test_an_informational_failure_is_shown_and_does_not_block() -> None:
    policy = make_policy('"routes.missing == 0", "leftovers.imports == 0 (informational)"')
    found = judge_milestone(policy, make_milestone(), make_reading(GREEN | {"leftovers.imports": 4}))
    assert (found.state, found.reasons) == (State.PASS, ())
    assert [gate.state for gate in found.gates] == [State.PASS, State.FAIL]


def test_a_criterion_whose_gate_only_tells_is_proven_by_it_or_by_a_person() -> None:
    milestone = make_milestone(make_criterion(gate="leftovers.imports == 0 (informational)"))
    failing = make_reading(GREEN | {"leftovers.imports": 4})
    assert judge_milestone(None, milestone, make_reading(GREEN)).state is State.PASS
    (waiting,) = judge_milestone(None, milestone, failing).criteria
    assert (waiting.state, waiting.awaits_sign_off) == (State.UNKNOWN, True)
    assert "leftovers.imports is 4" in waiting.sentence
    assert judge_milestone(None, milestone, failing, frozenset({"c1"})).state is State.PASS


def test_done_and_every_criterion_are_asked() -> None:
    milestone = make_milestone(make_criterion())
    policy = make_policy('"routes.missing == 0"', PROVEN)
    found = judge_milestone(policy, milestone, make_reading(GREEN | {"routes.missing": 1}))
    assert (found.state, found.reasons) == (State.FAIL, ("routes.missing is 1; it has to be == 0",))


def test_words_that_no_criterion_holds_block_and_are_named() -> None:
    milestone = make_milestone(make_criterion(gate="tests.failed == 0"))
    found = judge_milestone(make_policy(proves='"was reworded" = "tests.total > 0"'), milestone, make_reading(GREEN))
    assert (found.state, found.unmatched) == (State.UNKNOWN, ("was reworded",))
    assert "was reworded" in found.reasons[0]


def test_a_gate_that_cannot_be_read_is_unknown_and_says_where() -> None:
    milestone = make_milestone(make_criterion(gate="tests.failed = 0", number=7))
    found = judge_milestone(None, milestone, make_reading(GREEN))
    (gate,) = found.gates
    assert (found.state, gate.state) == (State.UNKNOWN, State.UNKNOWN)
    assert gate.sentence.startswith("plans/road.md:7: ")
    assert 'write "=="' in gate.sentence


def test_a_gate_of_no_known_family_is_unknown_and_says_where() -> None:
    milestone = make_milestone(make_criterion(gate="tets.failed == 0"))
    (gate,) = judge_milestone(None, milestone, make_reading(GREEN)).gates
    assert 'did you mean "tests"?' in gate.sentence


def test_goals_and_risks_are_not_asked() -> None:
    kinds = [CriterionKind.GOAL, CriterionKind.NON_GOAL, CriterionKind.RISK, CriterionKind.OPEN_QUESTION]
    milestone = make_milestone(*(make_criterion(kind=kind, number=n) for n, kind in enumerate(kinds)))
    assert judge_milestone(None, milestone, make_reading(GREEN)).criteria == ()


def test_nested_lines_stop_points_and_parts_are_asked_each_once() -> None:
    nested, item = make_criterion(number=2, depth=1), make_criterion(number=3, kind=CriterionKind.CHECKLIST)
    part = Milestone("12.1", MilestoneKind.STEP, "", "plans/road.md", 5, 9, criteria=(make_criterion(number=5),))
    gates = (StopPoint("A", 3, (item,)),)
    milestone = make_milestone(make_criterion(), nested, item, gates=gates, children=(part,))
    found = judge_milestone(None, milestone, make_reading(GREEN))
    assert [one.criterion.line for one in found.criteria] == [1, 2, 3, 5]


def test_a_dropped_part_is_not_asked_and_is_named() -> None:
    part = Milestone("12.1", MilestoneKind.STEP, "Mail", "plans/road.md", 5, 9, criteria=(make_criterion(number=5),))
    milestone = make_milestone(
        make_criterion(gate="tests.failed == 0"), children=(replace(part, status=Status.DROPPED),)
    )
    found = judge_milestone(None, milestone, make_reading(GREEN))
    assert (found.state, found.set_aside) == (State.PASS, ("12.1 Mail",))
