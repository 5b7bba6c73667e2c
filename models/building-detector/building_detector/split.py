"""Which chips train, which choose the threshold, and which are held out for the test."""

import math

TRAIN, VALIDATION, TEST = 1, 2, 3
"""Values of the split raster; 0 is no data."""

NAMES = {"train": TRAIN, "validation": VALIDATION, "test": TEST}

VALIDATION_SHARE = 0.12
"""At least this part of the chips that are not test."""


def split_cells(cells: list[tuple[int, int]]) -> dict[tuple[int, int], int]:
    """Assign each grid cell (column, row) of the chips to a split.

    The last column is the test, as `cairn:held_out` in stac-item.json says: a strip at the edge, so that as little as
    possible of it touches the training area. Of the rest, the lowest rows are validation. Deterministic: depends on the
    cells alone. Raises ValueError where the cells do not span two columns and two rows, since then one split would be
    empty.
    """
    test_column = max(column for column, _ in cells)
    rest = sorted(cell for cell in cells if cell[0] != test_column)
    rows = sorted({row for _, row in rest}, reverse=True)
    if len(rows) < 2:
        raise ValueError("a split needs chips in at least two columns and, beside the last column, two rows")
    wanted = math.ceil(len(rest) * VALIDATION_SHARE)
    validation: set[tuple[int, int]] = set()
    for row in rows[:-1]:
        if len(validation) >= wanted:
            break
        validation |= {cell for cell in rest if cell[1] == row}
    splits = {cell: VALIDATION if cell in validation else TRAIN for cell in rest}
    return splits | {cell: TEST for cell in cells if cell[0] == test_column}
