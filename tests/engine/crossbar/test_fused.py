"""Sums and conversions in one pass: against NumPy's passes, and against integers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from nnsreport.engine import native
from nnsreport.engine.converters.uniform import UniformConverter, code_limits
from nnsreport.engine.crossbar import cycle_table, fused
from nnsreport.engine.crossbar.arithmetic import BlockOperand, converted_product, fused_product, input_sums
from nnsreport.engine.crossbar.inputs import InputCoding, InputSigns, input_coding
from nnsreport.engine.crossbar.signs import Slices
from nnsreport.engine.crossbar.whole_cells import Adding, whole_cells
from nnsreport.engine.network.taps import taps_of_vectors

hypothesis = pytest.importorskip("hypothesis")
st = pytest.importorskip("hypothesis.strategies")
pytestmark = pytest.mark.skipif(native.convert is None, reason="the loops in C were not built")

Draw = Callable[..., Any]


def operand_of(cells: np.ndarray, rows: int, slices: int, cycles: InputCoding) -> BlockOperand:
    inputs = cells.shape[2]
    blocks = tuple(slice(first, min(first + rows, inputs)) for first in range(0, inputs, rows))
    weights = Slices(tuple(4.0**index for index in range(slices)), (3,) * slices)
    return BlockOperand(cells, blocks, weights, cycles, None, whole_cells(cells, blocks, cycles))


def by_numpy(vectors: np.ndarray, operand: BlockOperand, converter: UniformConverter) -> tuple[np.ndarray, int]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(native, "convert", None)
        return converted_product(vectors, operand, converter)


@st.composite
def problems(draw: Draw, *, whole: bool) -> tuple[np.ndarray, BlockOperand, UniformConverter]:
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    groups, columns = draw(st.integers(1, 2)), draw(st.sampled_from([1, 2, 3, 5, 8, 9, 45]))
    slices = draw(st.integers(1, 3))
    inputs, count = draw(st.integers(1, 150)), draw(st.integers(0, 70) | st.integers(1, 12))
    bits, signs = draw(st.integers(2, 12)), draw(st.sampled_from(list(InputSigns)))
    is_signed = signs is not InputSigns.UNSIGNED
    cycles = input_coding(bits - is_signed, is_signed, draw(st.integers(0, 5)), signs.value)
    top = 2 ** (bits - is_signed) - 1
    kind = ("int" if is_signed else "uint") + ("8" if bits <= 8 else "16")
    vectors = rng.integers(-top if is_signed else 0, top + 1, (groups, inputs, count)).astype(kind)
    largest = draw(st.sampled_from([1, 3, 7, 31, 32, 127, 128, 255]))
    cells = rng.integers(-largest, largest + 1, (groups, slices * columns, inputs)).astype(np.float32)
    if not whole:
        cells += rng.normal(0, 0.1, cells.shape).astype(np.float32)
    step = draw(st.sampled_from([0.5, 1.0, 3.0, 7.7, 400.0]))
    low, high = code_limits(draw(st.integers(3, 12)), signed=draw(st.booleans()))
    converter = UniformConverter(tuple(step * (1 + index) for index in range(slices)), low, high)
    return vectors, operand_of(cells, draw(st.sampled_from([1, 3, 9, 64, 128])), slices, cycles), converter


@hypothesis.settings(max_examples=300, deadline=None)
@hypothesis.given(problem=problems(whole=True))
def test_whole_numbers_give_the_same_codes(problem: tuple[np.ndarray, BlockOperand, UniformConverter]) -> None:
    product, clipped = converted_product(*problem)
    expected, expected_clipped = by_numpy(*problem)
    np.testing.assert_array_equal(product, expected)
    assert clipped == expected_clipped


@hypothesis.settings(max_examples=100, deadline=None)
@hypothesis.given(problem=problems(whole=False))
def test_conductances_give_the_codes_of_their_sums(problem: tuple[np.ndarray, BlockOperand, UniformConverter]) -> None:
    vectors, operand, converter = problem
    steps = np.repeat(converter.steps, operand.cells.shape[1] // len(converter.steps))[:, None]
    low, high = np.zeros(()), np.zeros(())
    for block in operand.blocks:
        pulses = operand.cycles.pulses(vectors[:, block]).astype(np.float64)
        sums = operand.cells[:, :, block].astype(np.float64) @ pulses
        # The forward error of a sum of n products in single precision, whatever their order, and of what follows it.
        size = np.abs(operand.cells[:, :, block]).astype(np.float64) @ np.abs(pulses)
        error = ((block.stop - block.start + 2) * 2.0**-24 * size) / steps
        weights = np.array(operand.cycles.weights)[:, None, None, None]
        ends = [np.clip(np.rint(sums / steps + sign * error), converter.low, converter.high) for sign in (-1, 1)]
        ends = np.sort(np.stack([weights * end for end in ends]), axis=0)
        low, high = low + ends[0].sum(axis=0), high + ends[1].sum(axis=0)
    lines = fused.fused_lines(operand.cells, None, operand.blocks, operand.cycles, converter, (1.0,))
    codes, _ = lines.of(taps_of_vectors(vectors))
    assert (low <= codes).all()
    assert (codes <= high).all()


@pytest.mark.parametrize("highest", [63, 2**20])
@pytest.mark.parametrize("bits_a_cycle", [1, 2])
@pytest.mark.parametrize("signs", ["bipolar", "twos-complement", "two-passes", "unsigned"])
@pytest.mark.parametrize(("largest", "deviation"), [(3, 0.0), (100, 0.0), (3, 0.1)])
def test_codes_do_not_depend_on_what_is_computed_together(
    largest: int, deviation: float, signs: str, bits_a_cycle: int, highest: int
) -> None:
    """A few vectors have their cycles side by side, unless codes are so large that their order would be seen."""
    rng = np.random.default_rng(1)
    cells = rng.integers(-largest, largest + 1, (2, 60, 130)).astype(np.float32)
    cells *= rng.normal(1, deviation, cells.shape).astype(np.float32)
    is_signed = signs != "unsigned"
    operand = operand_of(cells, 64, 2, input_coding(8 - is_signed, is_signed, bits_a_cycle, signs))
    vectors = rng.integers(-127 if is_signed else 0, 128 if is_signed else 256, (2, 130, 100))
    levels = vectors.astype(np.int8 if is_signed else np.uint8)
    converter = UniformConverter((1.3e-3 * 63 / highest, 1.1), -highest, highest)
    whole, _ = converted_product(levels, operand, converter)
    for width in (1, 2, 7, 10, 16, 24, 31, 33):
        parts = [
            converted_product(levels[..., first : first + width], operand, converter)[0]
            for first in range(0, 100, width)
        ]
        np.testing.assert_array_equal(np.concatenate(parts, axis=2), whole)


@pytest.mark.parametrize("bits_a_cycle", [0, 1])
@pytest.mark.parametrize("columns", [1, 37])
@pytest.mark.parametrize("rows", [64, 1000])
def test_many_cells_are_taken_a_few_columns_at_a_time(rows: int, columns: int, bits_a_cycle: int) -> None:
    """Cells of 37 columns and 3,300 word lines do not stay in a cache; those of a single tile need not."""
    rng = np.random.default_rng(3)
    cells = rng.normal(0, 1, (2, columns, 3300)).astype(np.float32)
    operand = operand_of(cells, rows, 1, input_coding(8, False, bits_a_cycle, "bipolar"))
    converter = UniformConverter((20.3,), -60, 60)
    fused_operand = fused_product(np, np.dtype(np.uint8), operand, converter)
    assert fused_operand is not None
    vectors = rng.integers(0, 256, (2, 3300, 61)).astype(np.uint8)
    rescaling = fused.Rescaling(*rng.random((2, 2, columns), np.float32), 127.0)
    product, clipped = fused_operand.of(taps_of_vectors(vectors), rescaling)
    for width in (9, 17, 30, 61):
        taken = [vectors[..., first : first + width] for first in range(0, 61, width)]
        parts = [fused_operand.of(taps_of_vectors(part), rescaling) for part in taken]
        np.testing.assert_array_equal(np.concatenate([part for part, _ in parts], axis=2), product)
        assert sum(count for _, count in parts) == clipped
    for line in range(columns):
        one = operand_of(cells[:, [line]], rows, 1, operand.cycles)
        alone = fused_product(np, np.dtype(np.uint8), one, converter)
        assert alone is not None
        own = fused.Rescaling(rescaling.gains[:, [line]], rescaling.scales[:, [line]], 127.0)
        np.testing.assert_array_equal(alone.of(taps_of_vectors(vectors), own)[0][:, 0], product[:, line])


@pytest.mark.parametrize("rows", [256, 257, 260])
def test_sums_at_the_end_of_16_bits_are_whole(rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    # 256 rows of 127 * 1 are 64 quads, whose pairs sum up to 128 * 127: half of what fits; of two bits, 128 rows.
    cycles = input_coding(8, False, 2, "bipolar")
    cells = np.full((1, 4, rows), 127, np.float32)
    cells[0, 1] = -127
    operand = operand_of(cells, rows, 1, cycles)
    taken: list[int] = []
    convert = native.convert
    assert convert is not None
    monkeypatch.setattr(native, "convert", lambda *given: (taken.append(given[15]), convert(*given))[1])
    for used in (84, 85, rows):
        short = operand_of(cells[..., :used].copy(), used, 1, cycles)
        vectors = np.full((1, used, 20), 255, np.uint8)
        product, clipped = converted_product(vectors, short, UniformConverter((1.0,), -(2**20), 2**20))
        np.testing.assert_array_equal(product[0, 0], np.full(20, used * 127 * 255, np.float32))
        np.testing.assert_array_equal(product[0, 1], np.full(20, -used * 127 * 255, np.float32))
        assert clipped == 0
    if operand.whole is None:
        pytest.skip("this processor has no use for packed cells")
    # 2 * quads * 3 * 127 <= 32767 for 43 quads, of up to 172 rows.
    assert taken == [Adding.AS_BYTES, Adding.AS_BYTES, Adding.AS_WORDS]


def test_ties_go_to_even() -> None:
    sums = np.arange(-7, 8, dtype=np.float32)
    operand = operand_of(sums[None, :, None].copy(), 1, 1, input_coding(1, False, 1, "bipolar"))
    product, _ = converted_product(np.ones((1, 1, 1), np.uint8), operand, UniformConverter((2.0,), -8, 8))
    np.testing.assert_array_equal(product[0, :, 0], 2 * np.rint(sums / 2))


@pytest.mark.parametrize("largest_cell", [100, 254])
@pytest.mark.parametrize("slices", [1, 3])
@pytest.mark.parametrize("kind", [np.uint8, np.int8, np.uint16])
def test_rescaling_is_that_of_numpy(largest_cell: int, slices: int, kind: type) -> None:
    rng = np.random.default_rng(2)
    coding = input_coding(7, kind is np.int8, 0, "bipolar")
    cells = rng.integers(0, largest_cell, (2, 5 * slices, 140)).astype(np.float32)
    operand = operand_of(cells, 128, slices, coding)
    converter = UniformConverter(tuple(310.7 * (1 + index) for index in range(slices)), 0, 255)
    vectors = rng.integers(-127 if kind is np.int8 else 0, 128, (2, 140, 50)).astype(kind)
    gains, scales = rng.random((2, 2, 5), np.float32)
    product, clipped = by_numpy(vectors, operand, converter)
    product = product * gains[:, :, None]
    product -= 127 * input_sums(vectors)
    product *= scales[:, :, None]
    fused_operand = fused_product(np, vectors.dtype, operand, converter)
    assert fused_operand is not None
    found, found_clipped = fused_operand.of(taps_of_vectors(vectors), fused.Rescaling(gains, scales, 127.0))
    np.testing.assert_array_equal(found, product)
    assert found_clipped == clipped


def test_whole_numbers_up_to_the_last_that_single_precision_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[int] = []
    convert = native.convert
    assert convert is not None
    monkeypatch.setattr(native, "convert", lambda *given: (taken.append(given[5].size), convert(*given))[1])
    for rows in (128, 258, 259):
        operand = operand_of(np.full((1, 3, rows), -255, np.float32), rows, 1, input_coding(8, False, 0, "bipolar"))
        vectors = np.full((1, rows, 20), 255, np.uint8)
        product, _ = converted_product(vectors, operand, UniformConverter((2.0**9,), -(2**20), 2**20))
        np.testing.assert_array_equal(product, np.float32(2.0**9 * np.rint(-rows * 255 * 255 / 2.0**9)))
    if not any(taken):
        pytest.skip("this processor has no use for packed cells")
    # 258 * 255 * 255 is the last below 2^24; three lines are filled up to four.
    assert taken == [4 * 128, 4 * 258, 0]


def problem_for_the_loops() -> tuple[list[Any], tuple[Any, ...]]:
    levels, places = np.arange(6, dtype=np.uint8), (np.array([[0, 3]]), np.arange(3))
    cells, cycles, blocks = np.ones((1, 4, 2), np.float32), np.zeros(16, np.uint8), np.array([[0, 2]], np.int64)
    ones, nothing = np.ones(8, np.float32), np.empty(0, np.float32)
    given = [np.zeros((1, 4, 3), np.float32), levels, *places, cells, np.empty(0, np.int8), ones, ones[:1]]
    return [*given, nothing, nothing, cycles, blocks], ((1, 4, 1, 2, 3), 1, 0, 0, 1, 0.0, 0.0, 7.0)


@pytest.mark.parametrize(
    ("index", "wrong"),
    [
        (0, np.zeros((1, 3, 3), np.float32)),
        (1, np.zeros(5, np.uint8)),  # the last level is the sixth
        (2, np.array([[0, 4]])),
        (2, np.array([[-1, 3]])),
        (2, np.array([[0, 2**63 - 1]])),
        (3, np.array([0, 1, 3])),
        (3, np.array([-1, 1, 2])),
        (3, np.array([0, 1])),
        (4, np.ones((1, 4, 1), np.float32)),
        (5, np.ones((1, 8), np.int8)),  # words are asked for
        (6, np.ones(4, np.float32)),
        (7, np.ones(2, np.float32)),
        (8, np.ones(4, np.float32)),  # gains without scales
        (11, np.array([[0, 3]])),
        (11, np.array([[-1, 2]])),
        (11, np.array([[2, 1]])),
    ],
)
def test_what_does_not_fit_together_is_refused(index: int, wrong: np.ndarray) -> None:
    assert native.convert is not None
    given, ending = problem_for_the_loops()
    assert native.convert(*given, *ending) == 0
    with pytest.raises(ValueError, match="not as long as"):
        native.convert(*given[:index], wrong, *given[index + 1 :], *ending)


@pytest.mark.parametrize(
    "ending",
    [
        ((1, 4, 1, 2, 3), 1, 0, 3, 1, 0.0, 0.0, 7.0),  # there are three ways to add
        ((1, 4, 1, 2, 3), 1, 0, Adding.LOOKED_UP, 32, 0.0, 0.0, 7.0),  # four of them do not fit a byte
        ((1, 4, 1, 2, 3), 1, 0, Adding.LOOKED_UP, 0, 0.0, 0.0, 7.0),
        ((1, 4, 3, 2, 3), 1, 0, 0, 1, 0.0, 0.0, 7.0),  # four lines are not of three slices
        ((1, 4, 1, 2, 3), 3, 0, 0, 1, 0.0, 0.0, 7.0),
    ],
)
def test_what_the_loops_do_not_know_is_refused(ending: tuple[Any, ...]) -> None:
    assert native.convert is not None
    with pytest.raises(ValueError, match="not as long as"):
        native.convert(*problem_for_the_loops()[0], *ending)


@pytest.mark.parametrize("index", [0, 1, 2])
@pytest.mark.parametrize("adding", Adding)
def test_what_cannot_be_packed_is_refused(index: int, adding: Adding) -> None:
    """Five rows in blocks of three and two: filled up to six of 16 bits, eight bytes and their sums, or sixteen."""
    assert native.pack is not None
    cells, blocks = np.arange(2 * 3 * 5, dtype=np.float32).reshape(2, 3, 5), np.array([[0, 3], [3, 5]])
    packed = {
        Adding.AS_WORDS: np.full((2, 4 * 6), -1, np.int16),
        Adding.AS_BYTES: np.full((2, 4 * 16), -1, np.int8),
        Adding.LOOKED_UP: np.full((2, 3 * 16), -1, np.int8),
    }[adding]
    wrong = (packed[:, :-1].copy(), cells[..., :-1].copy(), np.array([[0, 3], [3, 6]]))
    given = [packed, cells, blocks]
    given[index] = wrong[index]
    with pytest.raises(ValueError, match="not as long as"):
        native.pack(*given, (2, 3, 5), adding)
    assert (packed == -1).all()


@pytest.mark.parametrize("shift", [-1, 8])
def test_bits_that_a_byte_does_not_have_are_not_looked_up(shift: int) -> None:
    assert native.convert is not None
    given, _ = problem_for_the_loops()
    given[10] = np.array([(0, shift, 1, 1.0)], cycle_table.CYCLE)
    with pytest.raises(ValueError, match="not as long as"):
        native.convert(*given, (1, 4, 1, 2, 3), 1, 0, Adding.LOOKED_UP, 1, 0.0, 0.0, 7.0)


def test_packed_cells_lie_in_the_order_of_their_use() -> None:
    assert native.pack is not None
    cells, blocks = np.arange(1, 16, dtype=np.float32).reshape(1, 3, 5), np.array([[0, 3], [3, 5]])
    bytes_, words = np.full((1, 4 * 16), -1, np.int8), np.full((1, 4 * 6), -1, np.int16)
    octets = np.full((1, 3 * 16), -1, np.int8)
    if not native.pack(bytes_, cells, blocks, (1, 3, 5), Adding.AS_BYTES):
        pytest.skip("this processor has no use for packed cells")
    native.pack(words, cells, blocks, (1, 3, 5), Adding.AS_WORDS)
    native.pack(octets, cells, blocks, (1, 3, 5), Adding.LOOKED_UP)
    # The last line stands for the one that fills up.
    quads = [[1, 2, 3, 0], [6, 7, 8, 0], [11, 12, 13, 0], [11, 12, 13, 0]]
    later = [[4, 5, 0, 0], [9, 10, 0, 0], [14, 15, 0, 0], [14, 15, 0, 0]]
    found = bytes_.reshape(4, 4, 4)
    np.testing.assert_array_equal(found[[0, 2]], [quads, later])
    # Behind each block: the sums of a line's cells in the first two rows of four, and in the others.
    sums = [[[3, 3], [13, 8], [23, 13], [23, 13]], [[9, 0], [19, 0], [29, 0], [29, 0]]]
    np.testing.assert_array_equal(found[[1, 3]].view(np.int16), sums)
    first = [[1, 2], [6, 7], [11, 12], [11, 12], [3, 0], [8, 0], [13, 0], [13, 0]]
    np.testing.assert_array_equal(words.reshape(-1, 2), [*first, [4, 5], [9, 10], [14, 15], [14, 15]])
    begins = [[1, 2, 3], [6, 7, 8], [11, 12, 13], [4, 5, 0], [9, 10, 0], [14, 15, 0]]
    np.testing.assert_array_equal(octets.reshape(-1, 8)[:, :3], begins)
    assert not octets.reshape(-1, 8)[:, 3:].any()


@pytest.mark.parametrize(
    ("largest", "rows", "bits_a_cycle", "adding"),
    [
        (31, 1057, 1, Adding.LOOKED_UP),
        (31, 1058, 1, Adding.AS_BYTES),  # 31 * 1058 is more than 16 bits hold
        (32, 128, 1, Adding.AS_BYTES),
        (0, 128, 1, Adding.LOOKED_UP),
        (3, 128, 2, Adding.AS_BYTES),
        (3, 128, 0, Adding.AS_BYTES),
        (255, 128, 0, Adding.AS_WORDS),
    ],
)
def test_how_cells_are_added_up(largest: int, rows: int, bits_a_cycle: int, adding: Adding) -> None:
    cells = np.full((1, 4, rows), -largest, np.float32)
    whole = whole_cells(cells, (slice(0, rows),), input_coding(4, False, bits_a_cycle, "bipolar"))
    if whole is None:
        pytest.skip("this processor has no use for packed cells")
    assert whole.adding is adding
    assert whole.largest == max(largest, 1)


@pytest.mark.parametrize(
    ("largest", "rows", "bits_a_cycle", "signs", "adding"),
    [
        (127, 514, 1, "bipolar", Adding.AS_BYTES),
        (127, 518, 1, "bipolar", Adding.AS_WORDS),  # 2 * 130 * 127 is more than 16 bits hold
        (127, 6, 6, "bipolar", Adding.AS_BYTES),
        (31, 12, 7, "bipolar", Adding.AS_WORDS),  # inputs at once are not cut, nor moved up
        (128, 100, 1, "bipolar", Adding.AS_WORDS),
        (127, 168, 2, "two-passes", Adding.AS_BYTES),
        (127, 514, 1, "twos-complement", Adding.AS_BYTES),
    ],
)
def test_pulses_of_either_sign_are_bytes_too(
    largest: int, rows: int, bits_a_cycle: int, signs: str, adding: Adding
) -> None:
    """All cells and pulses at once, and of random signs: as far as sums come, with and without rows that fill up."""
    rng = np.random.default_rng(4)
    cells = rng.integers(-largest, largest + 1, (1, 5, rows)).astype(np.float32)
    cells[0, 0], cells[0, 1], cells[0, 2, ::2], cells[0, 2, 1::2] = largest, -largest, largest, -largest
    operand = operand_of(cells, rows, 1, input_coding(7, True, bits_a_cycle, signs))
    if operand.whole is None:
        pytest.skip("this processor has no use for packed cells")
    assert operand.whole.adding is adding
    vectors = rng.integers(-127, 128, (1, rows, 43)).astype(np.int8)
    vectors[..., 0], vectors[..., 1], vectors[0, ::2, 2], vectors[0, 1::2, 2] = 127, -127, 127, -127
    for width in (3, 43):
        product, _ = converted_product(vectors[..., :width], operand, UniformConverter((1.0,), -(2**24), 2**24))
        np.testing.assert_array_equal(product, cells.astype(np.int64) @ vectors[..., :width].astype(np.int64))


@pytest.mark.parametrize("signs", ["bipolar", "two-passes", "twos-complement"])
@pytest.mark.parametrize("largest", [1, 3, 10, 31])
def test_looked_up_sums_at_their_ends(largest: int, signs: str) -> None:
    """All cells and pulses at once, which is as far as sums come, in tiles that are full and others."""
    rows = 32767 // largest
    cells = np.full((1, 3, rows), largest, np.float32)
    cells[0, 1], cells[0, 2, ::2] = -largest, -largest
    coding = input_coding(7, True, 1, signs)
    operand = operand_of(cells, rows, 1, coding)
    assert operand.whole is None or operand.whole.adding is Adding.LOOKED_UP
    vectors = np.where(np.arange(43) % 3 == 0, -127, 127).astype(np.int8) * np.ones((1, rows, 1), np.int8)
    product, clipped = converted_product(vectors, operand, UniformConverter((1.0,), -(2**20), 2**20))
    np.testing.assert_array_equal(product, np.einsum("gnk,gkm->gnm", cells.astype(np.int64), vectors.astype(np.int64)))
    assert clipped == 0
