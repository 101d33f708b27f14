"""What the wheel holds besides its code."""

import importlib.metadata
import unittest
from pathlib import Path


class Package(unittest.TestCase):
    def test_the_licence_is_in_it_as_it_is_in_the_repository(self) -> None:
        found = [file for file in importlib.metadata.files("portcullis-rules") or [] if file.name == "LICENSE"]
        self.assertEqual(len(found), 1)
        repository = Path(__file__).parents[3] / "LICENSE"
        self.assertEqual(found[0].read_text("utf-8"), repository.read_text("utf-8"))


if __name__ == "__main__":
    unittest.main()
