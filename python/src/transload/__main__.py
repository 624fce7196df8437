"""The command line: ``python -m transload convert payload.json -t mlflow``."""

import sys

from ._node import run
from ._paths import MAIN


def main() -> None:
    try:
        sys.exit(run([str(MAIN), *sys.argv[1:]]))
    except RuntimeError as error:
        sys.exit(f"transload: {error}")


if __name__ == "__main__":
    main()
