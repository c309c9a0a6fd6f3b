"""What the scripts that hold this program to other people's libraries count and say."""

import sys

passed = failed = 0


def check(what: str, right: object) -> None:
    """Counts a check, and says it when it failed."""
    global passed, failed
    if right:
        passed += 1
    else:
        failed += 1
        print(f"failed: {what}")


def end() -> None:
    """Prints `N passed, N failed` and leaves, with 1 when anything failed."""
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)
