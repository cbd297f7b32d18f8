"""launch/quickstart: what it says where a step fails. Nothing is installed or built here."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

LAUNCH = pathlib.Path(os.environ["AMPCF_SOURCE"]) / "launch"


class FirstLook(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="ampcf-quickstart-")
        self.addCleanup(directory.cleanup)
        self.launch = pathlib.Path(directory.name) / "launch"
        self.launch.mkdir()
        for name in ("quickstart", "mpi-environment"):
            shutil.copy(LAUNCH / name, self.launch)

    def play(self, **codes):
        """The end of a quickstart whose scripts end with these codes."""
        for name, code in codes.items():
            (self.launch / name).write_text(f"#!/bin/sh\nexit {code}\n", encoding="ascii")
            (self.launch / name).chmod(0o755)
        return subprocess.run([self.launch / "quickstart"], capture_output=True, text=True, stdin=subprocess.DEVNULL,
                              check=False)

    def test_names_the_step_that_failed_once(self):
        for codes, step in (({"dependencies": 7}, "1/6 install what is missing"),
                            ({"dependencies": 0, "build": 7}, "2/6 build")):
            result = self.play(**codes)
            self.assertEqual((result.returncode, result.stderr), (7, f"launch/quickstart: FAILED at: {step}\n"))

    def test_takes_no_arguments(self):
        result = subprocess.run([LAUNCH / "quickstart", "--fast"], capture_output=True, text=True, check=False)
        self.assertEqual(result.returncode, 2)
        self.assertIn("--fast", result.stderr)


if __name__ == "__main__":
    unittest.main()
