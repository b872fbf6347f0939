"""`python -m gru_lab.workshop run …` is `gru-lab notebooks run …`."""

import sys

from gru_lab.cli import main

if __name__ == "__main__":
    sys.exit(main(["notebooks", *sys.argv[1:]]))
