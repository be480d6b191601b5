"""Foreign programs on foreign files: who waits for the one place, and who is sent away."""

import threading
import time

import pytest

from portal.files import FileRefusedError
from portal.limited import MOST_IN_LINE, turn


def test_only_some_requests_wait_so_that_the_pages_keep_their_threads() -> None:
    entered, leave = threading.Semaphore(0), threading.Event()

    def convert() -> None:
        entered.release()
        with turn():
            leave.wait(20)

    waiting = [threading.Thread(target=convert) for _ in range(MOST_IN_LINE)]
    for thread in waiting:
        thread.start()
        entered.acquire()
    time.sleep(0.5)  # until the last of them stands in line
    with pytest.raises(FileRefusedError, match="in einer Minute"), turn():
        pass
    leave.set()
    for thread in waiting:
        thread.join()
    with turn():
        pass
