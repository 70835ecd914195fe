"""Which epoch a number is about: in whole, damaged and unusual logs of a training."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from nnsreport.parsers import ParsedLog, parse_bytes

Key = tuple[str, str | None, str | None, str, int | None, int | None]
Lines = list[str]

EPOCHS = 4
NUMBER = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?(?:e[+-]\d+)?)(ns|pJ|uW|)$")
SAME_IN_ALL_EPOCHS = re.compile(r"layer\d+: |Desired|User|Memory|.*um\^2$")


@pytest.fixture(scope="module")
def sample(test_data: Path) -> Lines:
    """Lines of a genuine log of two epochs."""
    return (test_data / "neurosim" / "v2.1" / "wrapper_two_epochs.txt").read_text().split("\n")


@pytest.fixture(scope="module")
def head(sample: Lines) -> Lines:
    """Everything before the first epoch."""
    start = next(number for number, line in enumerate(sample) if line.startswith("Train Epoch: 0"))
    return [line.replace("epochs: 2", f"epochs: {EPOCHS}") for line in sample[:start]]


@pytest.fixture(scope="module")
def epochs(sample: Lines, head: Lines) -> list[Lines]:
    """The lines of each epoch: those of the genuine first one, with other numbers."""
    end = next(number for number, line in enumerate(sample) if number > len(head) and line == "training phase")
    return [
        [*(["training phase"] if epoch else []), *changed(sample[len(head) : end], epoch)] for epoch in range(EPOCHS)
    ]


def changed(lines: Lines, epoch: int) -> Lines:
    """Return the lines of the first epoch as if they were of another: no number that can differ is the same."""
    start = next(number for number, line in enumerate(lines) if "FloorPlan ---" in line)
    return [wrapper_line(line, epoch) for line in lines[:start]] + [main_line(line, epoch) for line in lines[start:]]


def wrapper_line(line: str, epoch: int) -> str:
    if line.startswith("Elapsed"):
        return (
            f"Elapsed {20.78 * (epoch + 1):.2f}s, 20.78 s/epoch, 6.93 s/batch, ets {20.78 * (EPOCHS - epoch - 1):.2f}s"
        )
    if line.startswith(("[", "  ")):
        return re.sub(r"\.(\d)", lambda match: f".{(int(match[1]) + epoch) % 10}", line)
    line = re.sub(r"Loss: \d+", f"Loss: {epoch + 3}", line.replace("loss: 9.3125", f"loss: 9.312{epoch}"))
    return line.replace("Epoch: 0", f"Epoch: {epoch}").replace("Epoch 0 ", f"Epoch {epoch} ")


def main_line(line: str, epoch: int) -> str:
    if line.startswith("Total Run-time"):
        return f"Total Run-time of NeuroSim: {80 + epoch} seconds"
    match = NUMBER.search(line)
    if match is None or SAME_IN_ALL_EPOCHS.match(line) or not float(match[1]):
        return line
    return f"{line[: match.start()]}{float(match[1]) * (1 + 0.001 * (epoch + 1)):.6g}{match[2]}"


@pytest.fixture(scope="module")
def with_wrapper(head: Lines, epochs: list[Lines]) -> Lines:
    """A whole log."""
    return [*head, *(line for epoch in epochs for line in epoch), "Total Elapse: 245.18, Best Result: 10.000%", ""]


@pytest.fixture(scope="module")
def main_only(epochs: list[Lines]) -> Lines:
    """What the C++ part alone prints."""
    return [line for epoch in epochs for line in main_part(epoch)]


def main_part(lines: Lines) -> Lines:
    return lines[next(number for number, line in enumerate(lines) if "FloorPlan ---" in line) :]


def read(lines: Lines) -> ParsedLog:
    (log,) = parse_bytes("\n".join(lines).encode(), run="r", format="neurosim-2.1")
    return log


def table(log: ParsedLog) -> dict[Key, set[float]]:
    """Return the values by what they are about; layers that could not be told apart are left out."""
    found: dict[Key, set[float]] = {}
    for record in log.metrics:
        if record.layer is None or record.layer.startswith("layer"):
            key = (record.scope, record.layer, record.component, record.metric, record.epoch, record.step)
            found.setdefault(key, set()).add(record.value)
    return found


def wrong(lines: Lines, whole: dict[Key, set[float]]) -> list[Key]:
    """Return what a damaged log says that the whole one does not."""
    return [key for key, values in table(read(lines)).items() if not values <= whole.get(key, set())]


def test_each_c_part_has_the_epoch_of_the_wrapper(with_wrapper: Lines) -> None:
    log = read(with_wrapper)
    assert log.complete
    assert Counter(record.epoch for record in log.metrics)[3] == 404
    times = [(record.epoch, record.value) for record in log.metrics if record.metric == "simulation_time"]
    assert times == [(epoch, 80.0 + epoch) for epoch in range(EPOCHS)]
    assert all(setting.name != "neurosim.epochs" for setting in log.settings)


def test_without_wrapper_the_c_parts_are_counted(main_only: Lines) -> None:
    log = read(main_only)
    assert log.complete
    assert [record.epoch for record in log.metrics if record.metric == "simulation_time"] == [0, 1, 2, 3]
    (note,) = (setting for setting in log.settings if setting.name == "neurosim.epochs")
    assert note.value == "counted from 0, one a C++ part"


@pytest.mark.parametrize("crashed", range(EPOCHS))
def test_a_crash_in_one_epoch_does_not_shift_the_others(head: Lines, epochs: list[Lines], crashed: int) -> None:
    stop = next(n for n, line in enumerate(epochs[crashed]) if line.startswith("layer3's leakagePower"))
    stopped = [
        *epochs[crashed][:stop],
        "./layer_record/trace_command.sh: line 1:  3100 Segmentation fault      ./NeuroSIM/main 1 NetWork.csv",
    ]
    lines = [*head, *(line for n, epoch in enumerate(epochs) for line in (stopped if n == crashed else epoch))]
    log = read([*lines, "Total Elapse: 245.18, Best Result: 10.000%", ""])
    assert not log.complete
    times = {record.epoch: record.value for record in log.metrics if record.metric == "simulation_time"}
    assert times == {epoch: 80.0 + epoch for epoch in range(EPOCHS) if epoch != crashed}
    messages = " ".join(problem.message for problem in log.problems)
    assert f"epoch {crashed} (in layer3 of 8)" in messages or f"in layer3 of 8 in epoch {crashed}" in messages
    assert "segmentation fault" in messages


def test_an_epoch_without_c_part_does_not_shift_the_others(head: Lines, epochs: list[Lines]) -> None:
    silent = epochs[1][: len(epochs[1]) - len(main_part(epochs[1]))]
    log = read([*head, *epochs[0], *silent, *epochs[2], *epochs[3], "Total Elapse: 1.00, Best Result: 10.000%", ""])
    assert [r.epoch for r in log.metrics if r.metric == "simulation_time"] == [0, 2, 3]
    assert "NeuroSim printed nothing about epoch 1" in [problem.message for problem in log.problems]
    assert not log.complete


def test_streams_written_one_after_the_other(head: Lines, epochs: list[Lines]) -> None:
    errors = [*head]
    output: Lines = []
    for epoch in epochs:
        part = main_part(epoch)
        wrapper = epoch[: len(epoch) - len(part)]
        start = wrapper.index("weight distribution")
        end = next(n for n, line in enumerate(wrapper) if line.startswith("\tEpoch"))
        errors += wrapper[:start] + wrapper[end:]
        output += wrapper[start:end] + part
    expected = table(read([*head, *(line for epoch in epochs for line in epoch)]))
    for lines in (
        [*errors, "Total Elapse: 1.00, Best Result: 10.000%", *output, ""],
        [*errors, *output, ""],
        [*output, *errors, "Total Elapse: 1.00, Best Result: 10.000%", ""],
    ):
        found = table(read(lines))
        assert not [key for key, values in found.items() if not values <= expected.get(key, values)]
        assert [key for key in found if key[3] == "simulation_time"] == [
            ("simulation", None, None, "simulation_time", epoch, None) for epoch in range(EPOCHS)
        ]


def test_only_every_second_epoch_is_tested(head: Lines, epochs: list[Lines]) -> None:
    flags = [line.replace("test_interval: 1", "test_interval: 2") for line in head]
    lines = [*flags]
    for number, epoch in enumerate(epochs):
        test = next(n for n, line in enumerate(epoch) if line == "testing phase")
        start, end = epoch.index("weight distribution"), next(n for n, x in enumerate(epoch) if x.startswith("\tEpoch"))
        # What is not tested is printed late: when the next epoch loads its images, or at the end.
        lines += epoch if number % 2 == 0 else epoch[:test]
        pending = [] if number % 2 == 0 else epoch[start:end]
        if number + 1 < EPOCHS:
            lines += ["training phase", *pending]
        else:
            lines += ["Total Elapse: 1.00, Best Result: 10.000%", *pending, ""]
    log = read(lines)
    assert log.complete
    assert [r.epoch for r in log.metrics if r.metric == "simulation_time"] == [0, 2]
    means = {r.epoch: r.value for r in log.metrics if r.metric == "weight_mean" and r.layer == "layer1"}
    assert means == pytest.approx({0: -0.00591426156, 1: -0.00501426156, 2: -0.00511426156, 3: -0.00521426156})


def test_a_damaged_digit_does_not_move_the_epoch(with_wrapper: Lines) -> None:
    whole = table(read(with_wrapper))
    for number, line in enumerate(with_wrapper):
        if line.startswith(("Train Epoch: 1", "\tEpoch 1")):
            damaged = [*with_wrapper]
            damaged[number] = line.replace("Epoch: 1", "Epoch: 3").replace("Epoch 1", "Epoch 3")
            assert wrong(damaged, whole) == []
            log = read(damaged)
            assert any("names an epoch that those around it contradict" in problem.message for problem in log.problems)
            assert len(log.metrics) >= 1640


def test_the_last_batch_is_smaller() -> None:
    # 250 images in batches of 100: the last batch is the third, of 50 images, and train.py prints 2 * 50.
    lines = [
        "=================FLAGS==================",
        "batch_size: 100",
        "epochs: 1",
        "nonlinearityLTP: 1.75",
        "========================================",
        "Train Epoch: 0 [100/250] Loss: 9.000000 Acc: 0.1000 lr: 1.00e+00",
        "Train Epoch: 0 [100/250] Loss: 8.000000 Acc: 0.2000 lr: 1.00e+00",
        "",
    ]
    losses = [(record.step, record.value) for record in read(lines).metrics if record.metric == "train_loss"]
    assert losses == [(100, 9.0), (200, 8.0)]


def test_times_of_another_epoch_are_found_by_their_ratio(with_wrapper: Lines) -> None:
    lines = [line for line in with_wrapper if not line.startswith(("Train Epoch", "\tEpoch"))]
    found = table(read(lines))
    assert [key[4] for key in found if key[3] == "elapsed_time" and key[4] is not None] == [0, 1, 2, 3]
    assert [key[4] for key in found if key[3] == "simulation_time"] == [0, 1, 2, 3]


def test_a_training_that_diverges(with_wrapper: Lines) -> None:
    lines = [re.sub(r"Loss: \S+", "Loss: nan", line) if "Train Epoch: 2" in line else line for line in with_wrapper]
    (problem,) = (problem for problem in read(lines).problems if "diverged" in problem.message)
    assert problem.message == "the training diverged: 2 losses are inf or nan, the first in epoch 2"


def test_a_traceback_in_an_epoch(head: Lines, epochs: list[Lines]) -> None:
    stop = epochs[1].index("testing phase")
    log = read(
        [
            *[*head, *epochs[0], *epochs[1][:stop]],
            "Traceback (most recent call last):",
            '  File "train.py", line 240, in <module>',
            "    output = model(data)",
            "RuntimeError: CUDA out of memory. Tried to allocate 20.00 MiB",
            "Total Elapse: 245.18, Best Result: 10.000%",
            "",
        ]
    )
    assert not log.complete
    messages = [problem.message for problem in log.problems]
    assert "the training ends in epoch 1 of 4" in messages
    assert any("CUDA out of memory" in message for message in messages)


DAMAGES: dict[str, Callable[[Lines, random.Random], Lines]] = {
    "a line deleted": lambda lines, rng: without(lines, rng.randrange(len(lines)), 1),
    "lines deleted": lambda lines, rng: [line for line in lines if rng.random() > 0.05],
    "a short block deleted": lambda lines, rng: without(lines, rng.randrange(len(lines)), rng.randrange(2, 60)),
    "a long block deleted": lambda lines, rng: without(lines, rng.randrange(len(lines)), rng.randrange(60, 600)),
    "a line doubled": lambda lines, rng: repeated(lines, rng.randrange(len(lines)), 1),
    "a block doubled": lambda lines, rng: repeated(lines, rng.randrange(len(lines)), rng.randrange(2, 400)),
    "neighbours swapped": lambda lines, rng: swapped(lines, rng.randrange(len(lines) - 1)),
    "cut": lambda lines, rng: lines[: rng.randrange(len(lines))],
    "the end moved": lambda lines, rng: end_moved(lines, rng.randrange(2, 300), rng.randrange(70, len(lines) - 300)),
    "shuffled": lambda lines, rng: rng.sample(lines, len(lines)),
}


def without(lines: Lines, start: int, count: int) -> Lines:
    return lines[:start] + lines[start + count :]


def repeated(lines: Lines, start: int, count: int) -> Lines:
    return lines[: start + count] + lines[start:]


def swapped(lines: Lines, start: int) -> Lines:
    return [*lines[:start], lines[start + 1], lines[start], *lines[start + 2 :]]


def end_moved(lines: Lines, count: int, place: int) -> Lines:
    return [*lines[:place], *lines[-count:-1], *lines[place:-count], ""]


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_gives_no_number_to_another_epoch(with_wrapper: Lines, damage: str) -> None:
    whole = table(read(with_wrapper))
    rng = random.Random(damage)
    for _ in range(25):
        assert wrong(DAMAGES[damage](with_wrapper, rng), whole) == []


@pytest.mark.parametrize("damage", ["a line deleted", "a line doubled", "neighbours swapped", "cut", "shuffled"])
def test_damage_without_wrapper(main_only: Lines, damage: str) -> None:
    whole = table(read(main_only))
    rng = random.Random(damage)
    for _ in range(25):
        assert wrong(DAMAGES[damage](main_only, rng), whole) == []


def test_a_deleted_line_loses_no_other(with_wrapper: Lines) -> None:
    whole = table(read(with_wrapper))
    rng = random.Random(7)
    for _ in range(25):
        position = rng.randrange(95, len(with_wrapper))
        found = table(read(without(with_wrapper, position, 1)))
        assert len(found) >= len(whole) - 16, with_wrapper[position]


def test_what_the_records_keep_does_not_grow_with_the_log(head: Lines, epochs: list[Lines]) -> None:
    from nnsreport.parsers.neurosim.run import Run
    from nnsreport.parsers.neurosim.training_records import TrainingRecords
    from nnsreport.parsers.neurosim.training_versions import V21

    sizes = []
    run = Run.begin(V21, None)
    assert isinstance(run.records, TrainingRecords)
    flags = [line for line in head if not line.startswith("epochs: ")]
    for number, line in enumerate(flags, start=1):
        run.read(line, number) if line else None
    for epoch in range(40):
        lines = changed([*epochs[0]], epoch)
        for number, line in enumerate(lines):
            if "FloorPlan ---" in line:
                run.begin_section()
            if line and not line.startswith("Elapsed"):
                run.read(line, 10_000 * (epoch + 1) + number)
        sizes.append((len(run.records.values), len(run.records._problems), len(run.records.settings)))
    assert sizes[5:] == [sizes[5]] * 35
    assert {record.epoch for record in run.records.metrics if record.metric == "simulation_time"} == set(range(40))


def test_a_doubled_row_of_an_array_gives_no_other_parameters(sample: Lines) -> None:
    place = next(number for number, line in enumerate(sample) if line.startswith("  6.96726322e-01"))
    doubled = read([*sample[:place], sample[place], *sample[place:]])
    assert not any(record.metric == "weight_mean" and record.epoch == 0 for record in doubled.metrics)
    assert any("looks like a metric but cannot be read" in problem.message for problem in doubled.problems)
    assert any(record.metric == "weight_update_mean" and record.epoch == 0 for record in doubled.metrics)
