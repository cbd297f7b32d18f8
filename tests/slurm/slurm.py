"""A Slurm of its own over emulated hosts: munge and the controller on the first, slurmd on every one. It ends with the
namespaces that the test lives in (cluster.enter), so that nothing of it is ever left behind."""

import os
import re
import subprocess

from training import PATIENCE_SECONDS, Job, wait_until

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "srun", "scontrol")
HERE = os.path.dirname(os.path.abspath(__file__))


class Slurm:
    def __init__(self, cluster):
        self.cluster = cluster
        self.directory = os.path.join(cluster.directory, "slurm")
        self.configuration = os.path.join(self.directory, "slurm.conf")
        for folder in ("state", "local", *(f"{kind}.{name}" for kind in ("spool", "local") for name in cluster.names)):
            os.makedirs(os.path.join(self.directory, folder))
        with open(os.path.join(HERE, "slurm.conf"), encoding="ascii") as template:
            text = template.read().replace("@DIRECTORY@", self.directory).replace("@LAST@", str(cluster.count - 1))
        self.write("slurm.conf", text)
        self.write("mpi.conf", f"PMIxCliTmpDirBase={self.directory}/local\n")
        self.write("munge.key", os.urandom(1024))
        os.chmod(os.path.join(self.directory, "munge.key"), 0o400)
        self.daemons = []
        self.start_munge()
        self.daemon(0, "slurmctld", "-D", "-c", "-f", self.configuration)
        for number, name in enumerate(cluster.names):
            local = os.path.join(self.directory, "local")
            cluster.on(number, "mount", "--bind", f"{local}.{name}", local)  # each host has scratch of its own
            self.daemon(number, "slurmd", "-D", "-f", self.configuration)
        wait_until(lambda: self.ask("sinfo", "-h", "-t", "idle", "-o", "%D").strip() == str(cluster.count),
                   "all nodes idle")

    def write(self, name, content):
        with open(os.path.join(self.directory, name), "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())

    def start_munge(self):
        names = {"key-file": "munge.key", "socket": "munge.sock", "pid-file": "munged.pid", "log-file": "munged.log",
                 "seed-file": "munged.seed"}
        self.daemon(0, "munged", "--foreground", "--force",
                    *(f"--{option}={self.directory}/{name}" for option, name in names.items()))
        wait_until(lambda: os.path.exists(os.path.join(self.directory, "munge.sock")), "munge")

    def daemon(self, number, *command):
        self.daemons.append(Job(self.cluster.command(number, *command), env=self.environment()))

    def environment(self):
        return {**os.environ, "SLURM_CONF": self.configuration}

    def ask(self, *command):
        """What a command prints on the first host, in the folder of the test."""
        done = subprocess.run(self.cluster.command(0, "env", f"--chdir={self.cluster.directory}", *command),
                              env=self.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, check=False)
        return done.stdout

    def field(self, job, name):
        """A field of a job, empty when Slurm cannot say."""
        found = re.search(rf"\b{name}=(\S+)", self.ask("scontrol", "show", "job", str(job)))
        return found.group(1) if found else ""

    def wait_for_state(self, job, *states):
        return wait_until(lambda: (state := self.field(job, "JobState")) in states and state, f"{states} of job {job}", pause=0.2)

    def wait_for_end(self, job, seconds=PATIENCE_SECONDS):
        """The state that a job ends in."""
        ends = ("COMPLETED", "FAILED", "TIMEOUT", "CANCELLED", "NODE_FAIL", "BOOT_FAIL", "OUT_OF_MEMORY")
        return wait_until(lambda: (state := self.field(job, "JobState")) in ends and state, f"the end of job {job}",
                          seconds=seconds, pause=0.5)
