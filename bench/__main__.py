"""`python -m bench [which] [options]`: our figures beside those of others, in one run. Without a name: all of them."""

from __future__ import annotations

import sys
from importlib import import_module

BENCHES = {
    "conversation": "bench.conversation.run",
    "step": "bench.step.run",
    "calculator": "bench.calculator.run",
    "understanding": "bench.understanding.run",
    "wechat": "bench.wechat.run",
    "broadcast": "bench.broadcast.run",
    "start": "bench.start.run",
}
"""What can be measured, and the module whose `main(arguments)` measures it."""


def main(arguments: list[str]) -> int:
    """Run one bench, or all. Returns the exit status."""
    if arguments and arguments[0] not in BENCHES:
        sys.stderr.write(f"usage: python -m bench [{'|'.join(BENCHES)}] [options]\n")
        return 2
    for name in arguments[:1] or BENCHES:
        import_module(BENCHES[name]).main(arguments[1:])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
