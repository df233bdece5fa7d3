"""iris.csv matches the table that Fisher published in 1936."""

import csv
from pathlib import Path

import pytest

STATIC = Path(__file__).parents[2] / "study_app" / "static"
COLUMNS = ("sepal_length", "sepal_width", "petal_length", "petal_width")
FISHER = {
    "setosa": ((5.006, 6.0882), (3.428, 7.0408), (1.462, 1.4778), (0.246, 0.5442)),
    "versicolor": ((5.936, 13.0552), (2.770, 4.8250), (4.260, 10.8200), (1.326, 1.9162)),
    "virginica": ((6.588, 19.8128), (2.974, 5.0962), (5.552, 14.9248), (2.026, 3.6962)),
}
"""Mean and sum of squared deviations from it, by species and column."""

with (STATIC / "iris.csv").open(newline="") as _file:
    ROWS = list(csv.DictReader(_file))


@pytest.mark.parametrize("species", FISHER)
def test_the_measurements_match_fishers_statistics(species: str) -> None:
    flowers = [row for row in ROWS if row["species"] == species]
    assert len(flowers) == 50
    for column, (mean, squares) in zip(COLUMNS, FISHER[species], strict=True):
        values = [float(row[column]) for row in flowers]
        assert sum(values) / 50 == pytest.approx(mean, abs=5e-4)
        assert sum((value - mean) ** 2 for value in values) == pytest.approx(squares, abs=5e-4)


def test_flowers_35_and_38_have_fishers_values_and_not_those_of_the_uci_copy() -> None:
    assert [ROWS[34][column] for column in COLUMNS] == ["4.9", "3.1", "1.5", "0.2"]
    assert [ROWS[37][column] for column in COLUMNS] == ["4.9", "3.6", "1.4", "0.1"]


def test_third_party_files_come_with_their_source_and_licence() -> None:
    assert "Annals of Eugenics" in (STATIC / "iris.md").read_text()
    assert "Mike Bostock" in (STATIC / "vendor" / "d3.LICENSE").read_text()
    assert (STATIC / "vendor" / "d3.min.js").read_text().startswith("// https://d3js.org v7.")
