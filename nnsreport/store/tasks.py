"""Files by which the tasks of a step, which work on one run, tell each other how they are.

Each task keeps one small file, and replaces it as long as it lives; who sees a file change knows that its task lives.
Nothing but the file system that holds the run is needed, and no clock is compared with that of another machine.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal, TypeVar

from nnsreport.store import atomic

FOLDER = "tasks"
_BEGIN = "begin.json"
_BEATS_IN_PATIENCE = 10
_LONGEST_BEAT_S = 10.0
_SHORTEST_PAUSE_S, _LONGEST_PAUSE_S = 0.02, 1.0

State = Literal["working", "finished", "failed", "interrupted", "left"]
ENDED: frozenset[State] = frozenset({"finished", "failed", "interrupted", "left"})
_GONE: frozenset[State] = ENDED - {"finished"}

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Begin:
    """What the first task tells the others when it has the run.

    Attributes
    ----------
    configuration_hash : str
        Of the run.
    missing : tuple of str
        Parts that are to be computed.
    error : str
        Why there is nothing to do, if there is not.
    """

    configuration_hash: str
    missing: tuple[str, ...] = ()
    error: str = ""


@dataclass(frozen=True, slots=True)
class TaskStatus:
    """What a task tells of itself.

    Attributes
    ----------
    state : {"working", "finished", "failed", "interrupted", "left"}
        ``left``: it has heard how the run ended, and looks at these files no more.
    message : str
        Why it failed.
    host : str
        Where it runs.
    device : str
        What it computes on, in words.
    beat : int
        Counts signs of life.
    """

    state: State
    message: str = ""
    host: str = ""
    device: str = ""
    beat: int = 0


class TaskBoard:
    """The files of the tasks of one step.

    Parameters
    ----------
    run_folder : Path
        The run's folder; it need not exist yet.
    step : str
        What the tasks have in common, and no others.
    task, tasks : int
        Index of this task, and their number.
    patience_s : float
        Seconds without a sign of life after which a task counts as lost.
    """

    def __init__(self, run_folder: Path, step: str, task: int, tasks: int, patience_s: float) -> None:
        self.folder = run_folder / FOLDER / step
        self.task, self.tasks, self.patience_s = task, tasks, patience_s
        self._status = TaskStatus("working", host=socket.gethostname())
        self._writing = threading.Lock()

    def begin(self, begin: Begin) -> None:
        """Tell the others that the run is there.

        Parameters
        ----------
        begin : Begin
            What they have to know.

        Raises
        ------
        RunError
            The file system refuses.
        """
        with atomic.explained(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
        self.post("working")  # so that whoever knows the run sees this task's signs of life
        atomic.write_file(self.folder / _BEGIN, json.dumps(asdict(begin)).encode())

    def begun(self) -> Begin | None:
        """Return what the first task told, if it did."""
        content = _read(self.folder / _BEGIN)
        if content is None:
            return None
        return Begin(content["configuration_hash"], tuple(content["missing"]), content["error"])

    def post(self, state: State, message: str = "", device: str = "") -> None:
        """Tell the others how this task is.

        Parameters
        ----------
        state : str
            See :class:`TaskStatus`.
        message : str
            Why it failed.
        device : str
            What it computes on; empty keeps what was told before.
        """
        with self._writing:
            self._write(replace(self._status, state=state, message=message, device=device or self._status.device))

    @contextlib.contextmanager
    def present(self) -> Iterator[None]:
        """Give signs of life while the body runs."""
        over = threading.Event()
        pause_s = min(self.patience_s / _BEATS_IN_PATIENCE, _LONGEST_BEAT_S)

        def beat() -> None:
            while not over.wait(pause_s):
                with self._writing:
                    self._write(self._status)

        self.post("working")
        thread = threading.Thread(target=beat, name="signs of life", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def status(self, task: int) -> TaskStatus | None:
        """Return what a task told last, if it told anything."""
        content = _read(self._file(task))
        return None if content is None else TaskStatus(**content)

    def close(self) -> None:
        """Take the files away, if no other task will look at them."""
        others = (self.status(task) for task in range(self.tasks) if task != self.task)
        if all(status is not None and status.state in _GONE for status in others):
            shutil.rmtree(self.folder, ignore_errors=True)
            with contextlib.suppress(OSError):  # another step's are there
                self.folder.parent.rmdir()

    def _write(self, status: TaskStatus) -> None:
        self._status = replace(status, beat=status.beat + 1)
        with contextlib.suppress(OSError):  # the others have left, or will miss the sign of life
            if self.folder.is_dir():
                with atomic.replacing(self._file(self.task)) as stream:
                    stream.write(json.dumps(asdict(self._status)).encode())

    def _file(self, task: int) -> Path:
        return self.folder / f"task-{task}.json"


class SignsOfLife:
    """Who has been silent for too long, by this process's own clock.

    Parameters
    ----------
    patience_s : float
        What is too long.
    """

    def __init__(self, patience_s: float) -> None:
        self._patience_s = patience_s
        self._seen: dict[int, tuple[object, float]] = {}

    def are_missing(self, task: int, status: object) -> bool:
        """Tell whether a task has shown the same for too long.

        Parameters
        ----------
        task : int
            Its index.
        status : object
            What it shows; None where there is nothing.

        Returns
        -------
        bool
            Never when it is asked for the first time.
        """
        now = time.monotonic()
        before, since = self._seen.setdefault(task, (status, now))
        if before != status:
            self._seen[task] = (status, now)
            return False
        return now - since > self._patience_s


def wait_for(look: Callable[[], Found | None], check: Callable[[], None]) -> Found:
    """Look again and again, more and more seldom, until there is something.

    Parameters
    ----------
    look : Callable
        Returns None while there is nothing; raises when it is in vain.
    check : Callable
        Raises to stop waiting.

    Returns
    -------
    object
        What was found.
    """
    pause_s = _SHORTEST_PAUSE_S
    while (found := look()) is None:
        check()
        time.sleep(pause_s)
        pause_s = min(1.5 * pause_s, _LONGEST_PAUSE_S)
    return found


def _read(path: Path) -> dict[str, Any] | None:
    """Read a file of a task; one that cannot be read now may be there the next time."""
    try:
        content = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None
