"""The examples of docs/how-to/embed-rules.md run."""

import contextlib
import io
import re
import unittest
from pathlib import Path

DOCUMENT = Path(__file__).parents[3] / "docs/how-to/embed-rules.md"


class Documentation(unittest.TestCase):
    def test_the_examples_for_python_run(self) -> None:
        found = re.findall(r"^```python tested\n(.*?)^```", DOCUMENT.read_text("utf-8"), re.DOTALL | re.MULTILINE)
        self.assertEqual(len(found), 2)
        for code in found:
            with contextlib.redirect_stdout(io.StringIO()):
                exec(compile(code, str(DOCUMENT), "exec"), {"__name__": "example"})


if __name__ == "__main__":
    unittest.main()
