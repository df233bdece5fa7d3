"""Participant and conditions follow from the URL alone."""

from collections import Counter

import pytest

from study_app.participant import CONDITIONS, LONGEST_USER, assign, from_query, pseudonym


def test_a_link_without_a_user_names_nobody() -> None:
    assert from_query({}) is None
    assert from_query({"user": "  "}) is None


def test_the_same_user_gets_the_same_conditions_every_time() -> None:
    """The values are written out, so that an update in the middle of a study cannot move anyone unseen."""
    drawn = {user: tuple(assign(user, name) for name in CONDITIONS) for user in ("p001", "p002", "p003", "p017")}
    assert drawn == {
        "p001": ("grid", "goal"),
        "p002": ("plain", "goal"),
        "p003": ("grid", "explore"),
        "p017": ("grid", "goal"),
    }


def test_the_four_cells_are_balanced_over_many_users() -> None:
    users = [f"p{number:04}" for number in range(4000)]
    cells = Counter(tuple(assign(user, name) for name in CONDITIONS) for user in users)
    assert len(cells) == 4
    # 1000 expected a cell, standard deviation 27: four of them to either side.
    assert all(890 < count < 1110 for count in cells.values()), cells


def test_a_condition_named_in_the_link_is_taken_and_carried_on() -> None:
    other = {"grid": "plain", "plain": "grid"}[assign("p017", "condition_1")]
    participant = from_query({"user": "p017", "condition_1": other})
    assert participant is not None
    assert participant.condition_1 == other
    assert participant.condition_2 == assign("p017", "condition_2")
    assert participant.query == {"user": "p017", "condition_1": other}


def test_a_drawn_condition_is_not_carried_in_links() -> None:
    participant = from_query({"user": "p017"})
    assert participant is not None
    assert participant.query == {"user": "p017"}


@pytest.mark.parametrize(
    "query",
    [
        {"user": "x" * (LONGEST_USER + 1)},
        {"user": "p\x0017"},
        {"user": "p017", "condition_1": "Grid"},
        {"user": "p017", "condition_2": "nonsense"},
    ],
)
def test_a_link_that_cannot_be_meant_is_refused_and_not_guessed_at(query: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"in this link must be .*\.$"):
        from_query(query)


def test_the_longest_user_is_taken() -> None:
    participant = from_query({"user": "x" * LONGEST_USER})
    assert participant is not None
    assert participant.user == "x" * LONGEST_USER


def test_invented_pseudonyms_differ() -> None:
    assert len({pseudonym() for _ in range(100)}) == 100
