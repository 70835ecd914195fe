from __future__ import annotations

import os
import signal
import threading

import pytest

from nnsreport.execution.stopping import SIGNALS, StopRequest, stop_on_signals


@pytest.mark.parametrize("number", SIGNALS)
def test_signal_is_remembered_and_handlers_are_restored(number: signal.Signals) -> None:
    before = [signal.getsignal(each) for each in SIGNALS]
    with stop_on_signals() as stop:
        assert stop.signal_number is None
        os.kill(os.getpid(), number)
        assert stop.signal_number == number
    assert [signal.getsignal(each) for each in SIGNALS] == before


def test_second_control_c_does_not_wait() -> None:
    with pytest.raises(KeyboardInterrupt), stop_on_signals():
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)


def test_first_signal_counts() -> None:
    with stop_on_signals() as stop:
        os.kill(os.getpid(), signal.SIGUSR1)
        os.kill(os.getpid(), signal.SIGTERM)
    assert stop.signal_number == signal.SIGUSR1


def test_other_threads_are_left_alone() -> None:
    found: list[StopRequest] = []

    def work() -> None:
        with stop_on_signals() as stop:
            found.append(stop)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found[0].signal_number is None
