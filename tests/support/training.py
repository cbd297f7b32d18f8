"""Trainings under test: data, commands, the moments to wait for, and whether two runs ended with the same bits.

The build tells where things are through the environment: AMPCF_SOURCE (the checkout), AMPCF_BIN (programs), AMPCF_SAME
(compares checkpoints), AMPCF_FAULTS (survival/faults.cpp), AMPCF_MPIEXEC. Without it they are taken from build/.
"""

import fcntl
import itertools
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

SOURCE = os.environ.get("AMPCF_SOURCE", os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..")))
BIN = os.environ.get("AMPCF_BIN", os.path.join(SOURCE, "build", "bin"))
SAME = os.environ.get("AMPCF_SAME", os.path.join(SOURCE, "build", "tests", "same_model"))
FAULTS = os.environ.get("AMPCF_FAULTS", os.path.join(SOURCE, "build", "tests", "survival", "libtest_faults.so"))
MPIEXEC = os.environ.get("AMPCF_MPIEXEC", "mpirun")
TRAIN = os.path.join(BIN, "ampcf-train")
LAUNCH = os.path.join(SOURCE, "launch", "train")

# Tenths of a second of training, with a checkpoint in each epoch. Fewer are asked for where training is slow.
EPOCHS = int(os.environ.get("AMPCF_EPOCHS", "24"))
OPTIONS = {"personas": 2, "dim": 16, "attention-dim": 16, "batch-size": 128, "epochs": EPOCHS, "patience": 0,
           "shards": 16}
PATIENCE_SECONDS = 120  # for what must happen; reached only when a test fails


class Workplace(tempfile.TemporaryDirectory):
    """A fresh current directory, where mpirun leaves what it leaves too."""

    def __init__(self, name):
        super().__init__(prefix=f"ampcf-{name}-", ignore_cleanup_errors=True)
        self.before = os.environ.get("TMPDIR")
        os.environ["TMPDIR"] = self.name
        os.chdir(self.name)

    def cleanup(self):
        os.chdir("/")
        os.environ.pop("TMPDIR")
        if self.before is not None:
            os.environ["TMPDIR"] = self.before
        tempfile.tempdir = None
        super().cleanup()


class Workplaced(unittest.TestCase):
    """Tests that share a fresh current directory, which goes away with them even where the preparation fails."""

    @classmethod
    def setUpClass(cls):
        cls.workplace = Workplace(cls.__name__.lower())
        cls.addClassCleanup(cls.workplace.cleanup)


def generate(path, users=800):
    subprocess.run([os.path.join(BIN, "ampcf-generate"), "--users", str(users), "--items", "500", "--personas", "2",
                    "--interactions-per-user", "30", "--seed", "3", "--output", path],
                   check=True, stdout=subprocess.DEVNULL)


def trainer(output, *flags, **options):
    """What follows the name of the program; options as in batch_size=128."""
    chosen = {"data": "data.h5", **OPTIONS, **{name.replace("_", "-"): value for name, value in options.items()}}
    return ["--output", output, *(f"--{name}={value}" for name, value in chosen.items()), *flags]


def mpirun(ranks, output, *flags, **options):
    return [MPIEXEC, "-n", str(ranks), TRAIN, *trainer(output, *flags, **options)]


def enter_namespaces(flags, probe, why):
    """Runs this test again in namespaces of its own, which the kernel takes down when it ends, however it ends. Where
    the command `probe` fails in such, says why and ends with 77."""
    if os.environ.pop("AMPCF_INSIDE", None):
        return
    new = ["unshare", *flags, *([] if os.geteuid() == 0 else ["--map-root-user"])]
    if shutil.which("unshare") is None or subprocess.run([*new, "sh", "-c", probe], stdout=subprocess.DEVNULL,
                                                         stderr=subprocess.DEVNULL, check=False).returncode != 0:
        print(f"skipped: {why}")
        sys.exit(77)
    inside = {"AMPCF_INSIDE": "1", "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
    os.execvpe("unshare", [*new, sys.executable, *sys.argv], {**os.environ, **inside})


class Job:
    """A command under way, whose messages go to a file so that no pipe can fill up."""

    def __init__(self, command, **options):
        handle, self.log = tempfile.mkstemp(prefix="ampcf-job-")
        os.close(handle)
        options.setdefault("stdin", subprocess.DEVNULL)
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=log, **options)

    def __del__(self):
        if self.process.poll() is None:  # a test failed
            self.kill()
        if os.path.exists(self.log):
            os.remove(self.log)

    @property
    def pid(self):
        return self.process.pid

    def messages(self):
        with open(self.log, encoding="utf-8", errors="replace") as log:
            return log.read()

    def send(self, number):
        self.process.send_signal(number)

    def finish(self):
        """The exit code; a command that does not end is killed, and is a failure."""
        try:
            code = self.process.wait(timeout=PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"did not end:\n{self.messages()}") from None
        return 128 - code if code < 0 else code

    def kill(self):
        for process in [*descendants(self.pid), self.pid]:
            kill(process)
        self.process.wait()


def with_faults(environment=None, **variables):
    """The environment with faults, as in DIE_BEFORE="/log.csv:3"; survival/faults.cpp tells which there are."""
    faults = {f"AMPCF_FAULT_{name}": value for name, value in variables.items()}
    # Else AddressSanitizer lets nothing be loaded before itself.
    sanitizer = ":".join(filter(None, [os.environ.get("ASAN_OPTIONS"), "verify_asan_link_order=0"]))
    return {**(environment or os.environ), "LD_PRELOAD": FAULTS, "ASAN_OPTIONS": sanitizer, **faults}


class Hold:
    """Programs with its `variables` stand still, each process before it renames a file for the N-th time to a path with
    PART in it and before every such rename after that, until the test lets go: what the test does meanwhile never comes
    too late, however fast they and however slow the test. `before` is "PART:N"; the default is the end of epoch 2.

    The test holds a lock on a file; a process that stands still appends its id there and waits for the lock on this
    place. So when the test ends, however it ends, all go on."""

    NOTE_BYTES = 16

    def __init__(self, before="/log.csv:3"):
        self.notes = tempfile.NamedTemporaryFile(prefix="ampcf-hold-")
        fcntl.lockf(self.notes, fcntl.LOCK_EX)
        self.passed = 0
        self.variables = {"HOLD_BEFORE": before, "HOLD_FILE": self.notes.name}

    def job(self):
        """Whose end ends the waiting, if there is one."""
        return None

    def standing(self):
        """Processes that stand still, in the order in which they came; once more for each signal since then."""
        # Through no other descriptor: closing any would let go of the lock.
        notes = os.pread(self.notes.fileno(), 1 << 20, self.passed * self.NOTE_BYTES)
        return [int(note) for note in notes.split()]

    def wait_still(self):
        """Returns the first process that stands still."""
        return wait_until(self.standing, "a process that stands still", self.job())[0]

    def has_signal(self):
        """Whether a signal that it catches has reached one that stands still."""
        found = self.standing()
        return len(set(found)) < len(found)

    def wait_for_signal(self):
        wait_until(self.has_signal, "a signal at a process that stands still", self.job())

    def go_on(self):
        """Up to the next such rename."""
        end = self.passed + len(self.standing())
        fcntl.lockf(self.notes, fcntl.LOCK_UN, (end - self.passed) * self.NOTE_BYTES, self.passed * self.NOTE_BYTES)
        self.passed = end

    def let_go(self):
        """For good."""
        fcntl.lockf(self.notes, fcntl.LOCK_UN)


class HeldJob(Hold, Job):
    """A command whose processes stand still, and go on where the test waits for their end."""

    def __init__(self, command, before="/log.csv:3", env=None, **options):
        Hold.__init__(self, before)
        Job.__init__(self, command, env=with_faults(env, **self.variables), **options)

    def job(self):
        return self

    def finish(self):
        self.let_go()
        return super().finish()


def finish(command, **options):
    job = Job(command, **options)
    code = job.finish()
    return code, job.messages()


def require(command, **options):
    code, messages = finish(command, **options)
    if code != 0:
        raise AssertionError(f"exit code {code} of {' '.join(command)}:\n{messages}")


def kill(process, number=signal.SIGKILL):
    try:
        os.kill(process, number)
    except ProcessLookupError:
        pass


def wait_until(condition, what, job=None, seconds=PATIENCE_SECONDS, pause=0.002):
    end = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > end or (job is not None and job.process.poll() is not None and not condition()):
            raise AssertionError(f"never happened: {what}\n{job.messages() if job is not None else ''}")
        time.sleep(pause)
    return found


def children(process):
    found = []
    try:
        for task in os.listdir(f"/proc/{process}/task"):
            with open(f"/proc/{process}/task/{task}/children", encoding="ascii") as file:
                found += [int(word) for word in file.read().split()]
    except OSError:
        pass
    return found


def descendants(process):
    below = children(process)
    return below + [deeper for child in below for deeper in descendants(child)]


def is_trainer(process):
    try:
        with open(f"/proc/{process}/cmdline", "rb") as file:
            return b"ampcf-train" in os.path.basename(file.read().split(b"\0")[0])
    except OSError:
        return False


def ranks_of(job):
    """Processes of the trainer below a job, in the order in which they were started."""
    return sorted(process for process in descendants(job.pid) if is_trainer(process))


def catches(process, number):
    """Whether a process has a handler of its own for a signal."""
    try:
        with open(f"/proc/{process}/status", encoding="ascii") as file:
            caught = next(int(line.split()[1], 16) for line in file if line.startswith("SigCgt"))
    except (OSError, StopIteration):
        return False
    return caught >> (number - 1) & 1 == 1


def epochs_done(output):
    try:
        with open(os.path.join(output, "log.csv"), encoding="ascii") as file:
            return max(0, len(file.readlines()) - 1)
    except OSError:
        return 0


def wait_for_epoch(job, output, epoch=2):
    wait_until(lambda: epochs_done(output) >= epoch, f"epoch {epoch} of {output}", job)


def is_writing(output):
    """Whether a checkpoint is being written now."""
    try:
        return any(name.startswith("checkpoint-") and name.endswith(".partial") for name in os.listdir(output))
    except OSError:
        return False


def results(output):
    """Losses and metrics of log.csv, without times."""
    with open(os.path.join(output, "log.csv"), encoding="ascii") as file:
        return [",".join(line.split(",")[:1] + line.split(",")[3:9]) for line in file]


def expect_same(whole, output):
    """Model, optimiser and log, bit for bit."""
    for name in ("checkpoint.h5", "best.h5"):
        subprocess.run([SAME, os.path.join(whole, name), os.path.join(output, name)], check=True, stderr=sys.stderr)
    for expected, found in itertools.zip_longest(results(whole), results(output)):
        if expected != found:
            raise AssertionError(f"the logs of {whole} and {output} differ: expected {expected!r}, found {found!r}")
