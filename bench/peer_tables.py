"""Markdown tables of comparisons with another program."""

from __future__ import annotations

import zlib
from statistics import fmean

import numpy as np
from peer_networks import Material, NetworkComparison, NetworkRow, Outputs, RunRow, compare_networks, run_both
from peer_products import Deviations, ProductComparison, compare_deviations

from nnsreport.reports.statistics import mean_and_std, wilson_interval

_PRODUCT_COLUMNS = "outputs | a code apart | of them on an edge | largest difference of the others | |"


def seed_of(name: str) -> int:
    """Return a seed that belongs to a row, so that rows are independent of each other and of their order."""
    return zlib.crc32(name.encode())


def print_product_head(columns: str) -> None:
    """Print the head of a table of products, whose first columns are named."""
    print(f"| {columns} | {_PRODUCT_COLUMNS}")
    print("|---" * (columns.count("|") + 6) + "|")


def product_cells(found: ProductComparison) -> str:
    """Return the cells of a comparison of products."""
    verdict = "equal" if found.equal else "**not equal**"
    return f"{found.outputs} | {found.differing} | {found.on_edge} | {found.largest:.1e} | {verdict} |"


def print_deviation_head(peer: str) -> None:
    """Print the head of a table of deviations."""
    print(f"| settings | trials | standard deviation, {peer}'s over the engine's | in standard errors | means: RMS z |")
    print("|---|---|---|---|---|")


def print_deviation_row(name: str, ours: Deviations, theirs: Deviations) -> None:
    """Print one row of that table."""
    found = compare_deviations(ours, theirs)
    ratio = f"{found.std_ratio:.4f} ± {found.std_ratio_error:.4f} | {found.std_z:+.1f}"
    print(f"| {name} | {ours.trials} | {ratio} | {found.mean_z:.2f} |", flush=True)


def print_network_table(peer: str, rows: dict[str, NetworkRow], material: Material, run_peer: RunRow) -> None:
    """Run both programs on rows, and print the table of accuracies.

    Parameters
    ----------
    peer : str
        What the other program is called.
    rows : dict of str to NetworkRow
        What to run.
    material : Material
        With what.
    run_peer : RunRow
        The other program.
    """
    print(
        f"| settings | images x trials | engine % | {peer} % | difference, points | in standard errors | same class | "
        f"outputs | core-ms an image: engine, {peer} |"
    )
    print("|---" * 9 + "|")
    peaks = 0.0, 0.0
    for name, ours, theirs in run_both(rows, material, run_peer):
        trials, images = ours.correct.shape
        cells = (
            name,
            f"{images} x {trials}",
            _accuracy(ours),
            _accuracy(theirs),
            *_difference(ours, theirs, compare_networks(ours, theirs)),
            f"{ours.core_ms:.3g}, {theirs.core_ms:.4g}",
        )
        print("| " + " | ".join(cells) + " |", flush=True)
        peaks = ours.peak_mb, theirs.peak_mb
    print(f"\npeak memory: engine {peaks[0]:.0f} MB, {peer} {peaks[1]:.0f} MB")


def _accuracy(outputs: Outputs) -> str:
    """Say an accuracy: of one trial with Wilson's interval over images, of several with its deviation over trials."""
    if len(outputs.accuracies) > 1:
        mean, std = mean_and_std(outputs.accuracies)
        return f"{100 * mean:.2f} ± {100 * std:.2f}"
    interval = wilson_interval(int(np.sum(outputs.correct)), outputs.correct.size)
    return f"{100 * outputs.accuracies[0]:.2f} [{100 * interval.low:.1f}, {100 * interval.high:.1f}]"


def _difference(ours: Outputs, theirs: Outputs, found: NetworkComparison) -> tuple[str, str, str, str]:
    difference, errors = f"{100 * found.difference:+.2f} ± {100 * found.error:.2f}", f"{found.accuracy_z:+.1f}"
    if len(ours.accuracies) > 1:
        spreads = f"spread {fmean(ours.spreads):.4f}, {fmean(theirs.spreads):.4f} ({found.spread_z:+.1f})"
        return difference, errors, "", spreads
    outputs = f"equal for {100 * found.equal_images:.0f} %; RMS difference {found.output_difference:.1e}"
    return difference, errors, f"{100 * found.same_class:.1f} %", outputs
