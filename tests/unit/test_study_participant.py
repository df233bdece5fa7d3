"""Participant and conditions are determined by the URL alone."""

from collections import Counter

import pytest

from study_app.participant import CONDITIONS, MAX_USER_LENGTH, assign, from_query, pseudonym


def test_a_link_without_a_user_has_no_participant() -> None:
    assert from_query({}) is None
    assert from_query({"user": "  "}) is None


def test_the_same_user_gets_the_same_conditions_every_time() -> None:
    """Literal values, so that an update during a study cannot change anyone's condition unnoticed."""
    assigned = {user: tuple(assign(user, name) for name in CONDITIONS) for user in ("p001", "p002", "p003", "p017")}
    assert assigned == {
        "p001": ("grid", "goal"),
        "p002": ("plain", "goal"),
        "p003": ("grid", "explore"),
        "p017": ("grid", "goal"),
    }


def test_the_four_combinations_are_balanced_across_many_users() -> None:
    users = [f"p{number:04}" for number in range(4000)]
    combinations = Counter(tuple(assign(user, name) for name in CONDITIONS) for user in users)
    assert len(combinations) == 4
    # Expected per combination: 1000, with a standard deviation of 27; the limits are four of them to either side.
    assert all(890 < count < 1110 for count in combinations.values()), combinations


def test_a_condition_in_the_link_is_used_and_kept_in_further_links() -> None:
    other = {"grid": "plain", "plain": "grid"}[assign("p017", "condition_1")]
    participant = from_query({"user": "p017", "condition_1": other})
    assert participant is not None
    assert participant.condition_1 == other
    assert participant.condition_2 == assign("p017", "condition_2")
    assert participant.query == {"user": "p017", "condition_1": other}


def test_an_assigned_condition_is_not_added_to_links() -> None:
    participant = from_query({"user": "p017"})
    assert participant is not None
    assert participant.query == {"user": "p017"}


@pytest.mark.parametrize(
    "query",
    [
        {"user": "x" * (MAX_USER_LENGTH + 1)},
        {"user": "p\x0017"},
        {"user": "p017", "condition_1": "Grid"},
        {"user": "p017", "condition_2": "nonsense"},
    ],
)
def test_an_invalid_link_is_refused(query: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"in this link must be .*\.$"):
        from_query(query)


def test_a_user_of_the_maximum_length_is_accepted() -> None:
    participant = from_query({"user": "x" * MAX_USER_LENGTH})
    assert participant is not None
    assert participant.user == "x" * MAX_USER_LENGTH


def test_generated_pseudonyms_differ() -> None:
    assert len({pseudonym() for _ in range(100)}) == 100
