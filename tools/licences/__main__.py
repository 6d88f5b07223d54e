"""`python -m tools.licences` prints the notices of what is built here."""

from __future__ import annotations

import sys
from pathlib import Path

from tools.licences.notices import notices
from tools.licences.parts import Unknown

if __name__ == "__main__":
    try:
        sys.stdout.write(notices(Path(__file__).parents[2]))
    except Unknown as why:
        sys.exit(str(why))
