"""launch/fetch-movielens, from an archive made here: nothing of this touches the network."""

import hashlib
import os
import pathlib
import shlex
import shutil
import subprocess
import tempfile
import unittest
import zipfile

SOURCE = pathlib.Path(os.environ["AMPCF_SOURCE"]).resolve()
LAUNCHER = SOURCE / "launch" / "fetch-movielens"
FILES = {"README.txt": "terms", "ratings.csv": "userId,movieId,rating,timestamp\n1,1,4.0,964982703\n",
         "movies.csv": "movieId,title,genres\n1,Toy Story (1995),Comedy\n"}


class FetchingMovieLens(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="ampcf-fetch-")
        self.addCleanup(directory.cleanup)
        self.work = pathlib.Path(directory.name)
        self.output = self.work / "data"
        self.folder = self.output / "ml-latest-small"

    def archive(self, files):
        path = self.work / "archive.zip"
        with zipfile.ZipFile(path, "w") as content:
            for name, text in files.items():
                content.writestr(name, text)
        return path, hashlib.sha256(path.read_bytes()).hexdigest()

    def fetch(self, path, digest, *words):
        return subprocess.run([LAUNCHER, "--output", self.output, "--url", path.as_uri(), "--sha256", digest, *words],
                              capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)

    def fetched(self):
        return sorted(str(path.relative_to(self.output)) for path in self.output.rglob("*")) if self.output.exists() else []

    def expect_fault(self, result, code, text):
        self.assertEqual(result.returncode, code, result.stderr)
        self.assertIn(text, result.stderr)
        self.assertEqual(self.fetched(), [])

    def test_unpacks_the_known_files_and_says_what_comes_next(self):
        packed = {f"ml-latest-small/{name}": text for name, text in FILES.items()}
        path, digest = self.archive({**packed, "ml-latest-small/links.csv": "", "../outside": ""})
        result = self.fetch(path, digest, "--accept-licence")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(sorted(file.name for file in self.folder.iterdir()), sorted(FILES))
        for name, text in FILES.items():
            self.assertEqual((self.folder / name).read_text(), text)
        self.assertEqual(sorted(file.name for file in self.work.iterdir()), ["archive.zip", "data"])
        for text in ("Harper", "commercial", f"ampcf-prepare --input {self.folder}/ratings.csv"):
            self.assertIn(text, result.stdout)

    def test_does_nothing_where_the_data_are(self):
        self.folder.mkdir(parents=True)
        result = self.fetch(self.work / "nowhere.zip", "0")
        self.assertEqual((result.returncode, result.stderr), (0, ""))

    def next_command(self, launcher, work, **environment):
        """The words of what comes next, from the folder `work`."""
        self.folder.mkdir(parents=True, exist_ok=True)
        text = subprocess.run([launcher, "--output", self.output], cwd=work, check=True, capture_output=True, text=True,
                              env={**os.environ, **environment}).stdout
        return shlex.split(text.splitlines()[-1].removeprefix("Next: "))

    def test_what_comes_next_is_a_command_that_works(self):
        self.output = self.work / "my data"
        self.folder = self.output / "ml-latest-small"
        words = self.next_command(LAUNCHER, SOURCE)
        self.assertEqual(words[:3], ["build/bin/ampcf-prepare", "--input", f"{self.folder}/ratings.csv"])
        self.assertEqual(self.next_command(LAUNCHER, self.work)[0], str(SOURCE / "build/bin/ampcf-prepare"))

    def test_what_comes_next_where_it_is_installed(self):
        programs, scripts = self.work / "bin", self.work / "share/ampcf/launch"
        programs.mkdir()
        scripts.mkdir(parents=True)
        shutil.copy(LAUNCHER, scripts)
        for name in ("ampcf-train", "ampcf-prepare"):
            (programs / name).touch(mode=0o755)
        launcher = scripts / LAUNCHER.name
        self.assertEqual(self.next_command(launcher, SOURCE)[0], str(programs / "ampcf-prepare"))
        in_path = f"{programs}{os.pathsep}{os.environ['PATH']}"
        self.assertEqual(self.next_command(launcher, SOURCE, PATH=in_path)[0], "ampcf-prepare")

    def test_fetches_nothing_unless_the_terms_are_accepted(self):
        self.expect_fault(self.fetch(*self.archive({})), 2, "--accept-licence")

    def test_refuses_another_archive_naming_both_hashes(self):
        path, digest = self.archive({f"ml-latest-small/{name}": text for name, text in FILES.items()})
        self.expect_fault(self.fetch(path, "0" * 64, "--accept-licence"), 3, digest)

    def test_refuses_an_archive_that_lacks_a_file_or_is_none(self):
        self.expect_fault(self.fetch(*self.archive({"ml-latest-small/ratings.csv": ""}), "--accept-licence"), 3, "README.txt")
        path = self.work / "archive.zip"
        path.write_text("no archive")
        self.expect_fault(self.fetch(path, hashlib.sha256(b"no archive").hexdigest(), "--accept-licence"), 3, "not one of")

    def test_says_what_it_could_not_fetch(self):
        self.expect_fault(self.fetch(self.work / "nowhere.zip", "0", "--accept-licence"), 1, "nowhere.zip")

    def test_refuses_an_unknown_data_set(self):
        result = subprocess.run([LAUNCHER, "ml-2m"], capture_output=True, text=True, check=False)
        self.assertEqual(result.returncode, 2)
        self.assertIn("ml-1m", result.stderr)


if __name__ == "__main__":
    unittest.main()
