#!/usr/bin/env python3
"""What a Sluice broker promises on the native protocol, tried over plain sockets.

    python3 conformance.py --host 127.0.0.1 --port 25000 [--only NAME]... [--skip-slow] [--list]

The broker runs with its default configuration, may run for long, and may have other clients; but two runs at the same
time would meet at the few destinations whose names are fixed, such as /queue. Checks of timeouts wait beside the others,
which run one after the other. The slow checks fill a queue up to its
bound of 256 MiB: the bound of all queued memory must be above 400 MiB. No check waits for time to pass where it can
wait for an event: what must have been read is followed by a probe.
"""

import argparse
import sys
import time
from typing import Optional, Tuple

# Each registers its checks; the order here is the order in which they run.
import checks_delivery
import checks_stream
import checks_names
import checks_leaving
import checks_strangers
import checks_slow
from trial import CHECKS, Background, Check, elapsed, run


def main() -> int:
    """Runs the checks and prints a line for each; 0 when all passed."""
    arguments = argparse.ArgumentParser(description="Tries what a Sluice broker promises on the native protocol.")
    arguments.add_argument("--host", default="127.0.0.1")
    arguments.add_argument("--port", type=int, default=25000)
    arguments.add_argument("--only", action="append", metavar="NAME", help="run this check; may be repeated")
    arguments.add_argument("--skip-slow", action="store_true", help="leave out the checks that take long")
    arguments.add_argument("--list", action="store_true", help="print the names of the checks")
    given = arguments.parse_args()
    unknown = [name for name in given.only or [] if name not in CHECKS]
    if unknown:
        arguments.error("no check is called %s; see --list" % ", ".join(unknown))
    chosen = [c for c in CHECKS.values() if c.name in (given.only or CHECKS) and not (given.skip_slow and c.slow)]
    if given.list:
        for c in chosen:
            print("%s%s: %s" % (c.name, " (slow)" if c.slow else "", (c.body.__doc__ or "").strip()))
        return 0

    def timed(c: Check) -> Tuple[Optional[str], float]:
        start = time.monotonic()
        return run(c, given.host, given.port), elapsed(start)

    failed = 0
    waiting = {c.name: Background(timed, c) for c in chosen if c.waits}
    for c in sorted(chosen, key=lambda c: c.waits):
        failure, seconds = waiting[c.name].result(c.seconds + 30.0) if c.waits else timed(c)
        if failure is None:
            print("ok %s (%.2f s)" % (c.name, seconds), flush=True)
        else:
            failed += 1
            print("FAIL %s: %s" % (c.name, failure), flush=True)
    print("%d passed, %d failed" % (len(chosen) - failed, failed), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
