"""Become another program under limits.

`python -I launcher.py ADDRESS_SPACE CPU_SECONDS OUTPUT_BYTES PROGRAM…`

The limits are set here, in a process of their own, because running code between fork and exec is unsafe in a
server with threads. Limits are inherited, so the program cannot shed them.
"""

import os
import resource
import sys

OPEN_FILES = 64


def limit(kind: int, amount: int) -> None:
    resource.setrlimit(kind, (amount, amount))


if __name__ == "__main__":
    address_space, cpu_seconds, output_bytes = (int(value) for value in sys.argv[1:4])
    limit(resource.RLIMIT_AS, address_space)
    limit(resource.RLIMIT_CPU, cpu_seconds)
    limit(resource.RLIMIT_FSIZE, output_bytes)
    limit(resource.RLIMIT_NOFILE, OPEN_FILES)
    limit(resource.RLIMIT_CORE, 0)
    os.execv(sys.argv[4], sys.argv[4:])  # noqa: S606
