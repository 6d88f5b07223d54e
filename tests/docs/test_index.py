"""Every page can be found from the index, and so in the navigation and llms.txt."""

from __future__ import annotations

import re

from tests.docs.snippets import ROOT

DOCS = ROOT / "docs"


def test_every_page_is_in_the_index() -> None:
    index = (DOCS / "index.md").read_text()
    listed = re.findall(r"^\* \[[^\]]+\]\(([\w-]+\.md)\): [A-Z]", index, re.MULTILINE)
    assert sorted([*listed, "index.md"]) == sorted(it.name for it in DOCS.glob("*.md"))
