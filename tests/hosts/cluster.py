"""Hosts on one machine: each has a network, a name and a mount namespace of its own, held by a process that sleeps,
and a cable to a bridge, or to a switch that emulates a network's rate and delay. It all lives in namespaces of the
test's own (see enter), which end with it."""

import os
import signal
import subprocess
import sys

from training import BIN, SAME, SOURCE, Job, enter_namespaces, kill, wait_until

NETWORK = "10.77.0"
NAMESPACES = ["--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"]


def enter():
    enter_namespaces(NAMESPACES, "nsenter --version && tc -V && ip link add test0 type bridge && "
                     "ip link add test1 type veth peer name test2",
                     "no hosts can be emulated here; that takes root or user namespaces, iproute2 and util-linux")
    # Files live in a folder of these namespaces alone, so that they too end with a test that is killed.
    free = (place for place in ("/mnt", "/media", "/srv") if os.path.isdir(place) and
            not any(path.startswith(place + "/") for path in (SOURCE, BIN, SAME, sys.prefix)))
    place = next(free, None)
    if place is not None:
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", place], check=True)
        os.environ["TMPDIR"] = place


def ip(*words):
    subprocess.run(["ip", *words], check=True)


class Cluster:
    """`count` hosts h0, h1, ... with one slot each. Files are shared by all. `network` asks for switch.py instead of a
    bridge: megabits per second and microseconds from host to host."""

    def __init__(self, directory, count, network=None):
        self.directory = directory
        self.count = count
        self.network = network
        self.hostfile = os.path.join(directory, "hostfile")
        self.names = [f"h{number}" for number in range(count)]
        self.holders = []
        with open(os.path.join(directory, "hosts"), "w", encoding="ascii") as file:
            file.write("127.0.0.1 localhost\n")
            file.writelines(f"{NETWORK}.{10 + number} {name}\n" for number, name in enumerate(self.names))
        with open(self.hostfile, "w", encoding="ascii") as file:
            file.writelines(f"{name} slots=1\n" for name in self.names)
        if network is None:
            ip("link", "add", "bridge", "type", "bridge")
            ip("link", "set", "bridge", "up")
        for number, name in enumerate(self.names):
            self.add(number, name)
        if network is not None:
            self.start_switch(*network)
        for number in range(count):
            self.on(number, "ip", "address", "add", f"{NETWORK}.{10 + number}/24", "dev", "eth0")
            self.on(number, "ip", "link", "set", "eth0", "up")

    def add(self, number, name):
        ready = os.path.join(self.directory, f"{name}.ready")
        setup = (f"hostname {name} && mount --bind {self.directory}/hosts /etc/hosts && ip link set lo up && "
                 f"touch {ready} && exec sleep infinity")
        holder = subprocess.Popen(["unshare", "--net", "--uts", "--mount", "sh", "-c", setup])
        self.holders.append(holder)
        wait_until(lambda: os.path.exists(ready), f"the host {name}")
        with open(os.path.join(self.directory, f"{name}.pid"), "w", encoding="ascii") as file:
            file.write(str(holder.pid))
        if self.network is None:
            ip("link", "add", f"cable{number}", "type", "veth", "peer", "name", "eth0", "netns", str(holder.pid))
            ip("link", "set", f"cable{number}", "master", "bridge", "up")

    def start_switch(self, megabits, microseconds):
        ready = os.path.join(self.directory, "switch.ready")
        program = os.path.join(os.path.dirname(os.path.abspath(__file__)), "switch.py")
        holders = [str(holder.pid) for holder in self.holders]
        switch = subprocess.Popen([sys.executable, program, str(megabits), str(microseconds), ready, *holders])
        wait_until(lambda: os.path.exists(ready) or switch.poll() is not None, "the switch")
        if switch.poll() is not None:
            raise RuntimeError("no switch can be emulated here: that takes root and /dev/net/tun")

    def command(self, number, *words):
        return ["nsenter", "--target", str(self.holders[number].pid), "--net", "--uts", "--mount", *words]

    def on(self, number, *words):
        subprocess.run(self.command(number, *words), check=True)

    def environment(self):
        """With which mpirun on the first host finds the others."""
        return {**os.environ, "AMPCF_HOSTS": self.directory,
                "OMPI_MCA_plm_rsh_agent": os.path.join(os.path.dirname(os.path.abspath(__file__)), "agent"),
                "OMPI_MCA_plm_rsh_no_tree_spawn": "1", "OMPI_MCA_btl": "tcp,self", "OMPI_MCA_pml": "ob1",
                "OMPI_MCA_oob_tcp_if_include": "eth0", "OMPI_MCA_btl_tcp_if_include": "eth0"}

    def start(self, *words):
        """A job on the first host."""
        return Job(self.command(0, *words), env=self.environment())

    def slow_down(self, rate):
        """Every cable, in both directions."""
        limit = ["root", "tbf", "rate", rate, "burst", "32kb", "latency", "200ms"]
        for number in range(self.count):
            subprocess.run(["tc", "qdisc", "replace", "dev", f"cable{number}", *limit], check=True)
            self.on(number, "tc", "qdisc", "replace", "dev", "eth0", *limit)

    def cut(self, number):
        """Packets vanish, and nobody is told."""
        self.mark_down(number)
        ip("link", "set", f"cable{number}", "nomaster")

    def restore(self, number):
        ip("link", "set", f"cable{number}", "master", "bridge")
        os.remove(os.path.join(self.directory, f"h{number}.down"))

    def crash(self, number):
        """Everything that runs there is gone at once, its connections with it, and the host does not come back."""
        self.mark_down(number)
        ip("link", "set", f"cable{number}", "nomaster")
        for process in self.processes(number):
            kill(process, signal.SIGKILL)
        wait_until(lambda: not self.processes(number), "the end of all on a host")

    def mark_down(self, number):
        with open(os.path.join(self.directory, f"h{number}.down"), "w", encoding="ascii"):
            pass

    def processes(self, number):
        """But for the one that holds the host's namespaces."""
        holder = self.holders[number].pid
        home = os.readlink(f"/proc/{holder}/ns/net")
        found = []
        for name in os.listdir("/proc"):
            try:
                if name.isdigit() and int(name) != holder and os.readlink(f"/proc/{name}/ns/net") == home:
                    found.append(int(name))
            except OSError:
                pass  # ended meanwhile
        return found
