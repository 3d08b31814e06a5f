"""Lets `python -m kartoteka` stand for the command `kartoteka`."""

import sys

from kartoteka.platform.cli import main

if __name__ == "__main__":
    sys.exit(main())
