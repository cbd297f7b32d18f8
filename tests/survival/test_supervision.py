"""launch/train: what it restarts, what it passes on, and what it says."""

import os
import re
import signal
import stat
import unittest

from training import (LAUNCH, TRAIN, HeldJob, Job, Workplace, children, expect_same, finish, generate, is_trainer,
                      kill, mpirun, ranks_of, require, trainer, wait_until)

# Ends with the codes in the file `codes`, one to a start, and notes what it was called with and found.
PLAYER = """#!/bin/sh
echo "$@" >>calls
env | grep -c '^OMPI_MCA_oob_tcp_keepalive_' >>keepalive
read -r code <codes
sed -i 1d codes
[ "$code" != 139 ] || kill -SEGV $$
exit "$code"
"""


def without_time(call):
    return re.sub(r"^--time-spent \d+ ", "", call)


class Supervision(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        os.environ["OMPI_MCA_odls_base_sigkill_timeout"] = "0"  # mpirun waits that long after every failure

    def setUp(self):
        self.addCleanup(Workplace("supervision").cleanup)
        with open("player", "w", encoding="ascii") as file:
            file.write(PLAYER)
        os.chmod("player", stat.S_IRWXU)

    def play(self, codes, *arguments, restarts=3, pause=0):
        """Exit code and messages of a supervised program that ends with these codes, and how it was called."""
        with open("codes", "w", encoding="ascii") as file:
            file.writelines(f"{code}\n" for code in codes)
        code, messages = finish([LAUNCH, "--ranks", "1", "--restarts", str(restarts), "--pause", str(pause),
                                 "--program", "./player", "--", *arguments])
        with open("calls", encoding="ascii") as file:
            calls = file.read().splitlines()
        os.remove("calls")
        return code, messages, calls

    def test_ends_that_a_restart_does_not_mend_are_passed_on(self):
        for code in (0, 2, 3, 75):
            with self.subTest(code=code):
                found, messages, calls = self.play([code], "--data", "x")
                self.assertEqual((found, calls), (code, ["--data x"]), messages)
                self.assertNotIn("restart", messages)

    def test_a_crash_is_resumed_as_often_as_asked_and_then_passed_on(self):
        code, messages, calls = self.play([1, 139, 7], "--data", "x", restarts=2)
        self.assertEqual(code, 7, messages)
        self.assertEqual([without_time(call) for call in calls],
                         ["--data x", "--resume --data x", "--resume --data x"])
        self.assertIn("ended with code 139; restart 2 of 2", messages)
        self.assertIn("ended with code 7, and all 2 restarts are used", messages)

    def test_a_resumed_run_that_ends_well_is_a_success(self):
        code, messages, calls = self.play([1, 1, 0], "--data", "x")
        self.assertEqual((code, len(calls)), (0, 3), messages)

    def test_a_run_directory_that_a_lost_host_still_holds_is_tried_again(self):
        code, messages, calls = self.play([1, 2, 0], "--data", "x")
        self.assertEqual((code, len(calls)), (0, 3), messages)

    def test_a_restart_keeps_to_the_time_limit_of_the_first_start(self):
        _, _, calls = self.play([1, 0], "--time-limit", "1h", pause=1)
        self.assertRegex(calls[1], r"^--time-spent [1-9]\d* --resume --time-limit 1h$")

    def test_hosts_that_all_fail_to_answer_are_tried_again(self):
        with open("hosts", "w", encoding="ascii") as file:
            file.write("# name slots\nnowhere.invalid slots=2\n")
        code, messages = finish([LAUNCH, "--hosts", "hosts", "--restarts", "1", "--pause", "0", "--program", "./player",
                                 "--", "--data", "x"], env={**os.environ, "OMPI_MCA_plm_rsh_agent": "false"})
        self.assertEqual(code, 1, messages)
        self.assertEqual(messages.count("nowhere.invalid does not answer"), 2, messages)
        self.assertFalse(os.path.exists("calls"))

    def test_the_last_host_counts_without_a_newline_too(self):
        for name, text in {"hosts": "localhost slots=1", "codes": "0\n"}.items():
            with open(name, "w", encoding="ascii") as file:
                file.write(text)
        code, messages = finish([LAUNCH, "--hosts", "hosts", "--restarts", "0", "--program", "./player", "--", "--data",
                                 "x"])
        self.assertEqual(code, 0, messages)
        with open("calls", encoding="ascii") as file:
            self.assertEqual(file.read(), "--data x\n")

    def test_a_restart_never_starts_over(self):
        _, _, calls = self.play([1, 0], "--force", "--data", "x", "--output=run", "--resume")
        self.assertEqual(without_time(calls[1]), "--resume --data x --output=run")

    def test_values_of_the_switches_that_a_restart_leaves_out_go_with_them(self):
        for switch in ("--resume true", "--resume=true", "--resume false", "--force true", "--force=true",
                       "--force false"):
            with self.subTest(switch=switch):
                _, _, calls = self.play([1, 0], "--refit", "true", *switch.split(), "--data", "x", "--output", "run")
                self.assertEqual(without_time(calls[1]), "--resume --refit true --data x --output run")

    def test_a_run_that_was_to_be_replaced_and_still_stands_is_not_gone_on_with(self):
        os.mkdir("run")
        with open("run/checkpoint.h5", "w", encoding="ascii"):
            pass
        for switch in ("--force", "--force true", "--force=true"):
            _, _, calls = self.play([1, 0], "--output", "run", *switch.split())
            self.assertEqual(calls, [f"--output run {switch}", f"--output run {switch}"])
        for switch in ("--force false", "--force=false"):
            _, _, calls = self.play([1, 0], "--output", "run", *switch.split(), "--resume")
            self.assertEqual(without_time(calls[1]), "--resume --output run")

    def test_pauses_grow(self):
        _, messages, _ = self.play([1, 1, 0], "--data", "x", pause=1)
        self.assertIn("from the last checkpoint in 1 s", messages)
        self.assertIn("from the last checkpoint in 2 s", messages)

    def test_a_lost_host_is_an_error_within_seconds(self):
        self.play([0], "--data", "x")
        with open("keepalive", encoding="ascii") as file:
            self.assertEqual(file.read(), "3\n")

    def test_wrong_usage_says_so(self):
        for words in ([], ["--ranks"], ["--ranks", "2"], ["--restarts", "x", "--", "--data", "x"],
                      ["--other", "2", "--", "--data", "x"], ["--hosts", "nowhere", "--", "--data", "x"],
                      ["--launcher", "nowhere -x", "--", "--data", "x"], ["--program", "nowhere", "--", "--data", "x"],
                      ["--launcher", "env mpirun", "--hosts", "player", "--", "--data", "x"]):
            with self.subTest(words=words):
                code, messages = finish([LAUNCH, *words])
                self.assertEqual(code, 2, messages)
                self.assertIn("launch/train: ", messages)

    @unittest.skipUnless(os.getuid() == 0, "only root is refused")
    def test_root_is_told_how_instead_of_started_again(self):
        env = {name: value for name, value in os.environ.items() if not name.startswith("OMPI_ALLOW_RUN_AS_ROOT")}
        code, messages = finish([LAUNCH, "--program", "./player", "--", "--data", "x"], env=env)
        self.assertEqual(code, 2, messages)
        self.assertIn("launch/mpi-environment", messages)

    def test_another_launcher_is_given_the_ranks(self):
        with open("codes", "w", encoding="ascii") as file:
            file.write("0\n0\n")
        code, messages = finish([LAUNCH, "--ranks", "2", "--launcher", "env LAUNCHED=yes mpirun", "--mpirun", "-x LAUNCHED",
                                 "--program", "./player", "--", "--data", "x"])
        self.assertEqual(code, 0, messages)
        with open("calls", encoding="ascii") as file:
            self.assertEqual(file.read().splitlines(), ["--data x"] * 2)

    def test_a_signal_that_comes_twice_is_one_and_the_end_is_waited_for(self):
        with open("player", "w", encoding="ascii") as file:
            file.write("#!/bin/bash\ntrap 'trap \"\" USR2; sleep 1; touch ended; exit 75' USR2\n"
                       "touch ready\nwhile :; do sleep 0.1; done\n")
        job = Job([LAUNCH, "--ranks", "1", "--program", "./player", "--", "--data", "x"])
        wait_until(lambda: os.path.exists("ready"), "the start", job)
        job.send(signal.SIGUSR1)
        wait_until(lambda: "stopping at the next step" in job.messages(), "the first signal", job)
        job.send(signal.SIGUSR1)
        self.assertEqual(job.finish(), 75, job.messages())
        self.assertTrue(os.path.exists("ended"))

    def test_a_signal_in_a_pause_ends_it(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(signal=number.name):
                with open("codes", "w", encoding="ascii") as file:
                    file.write("1\n")
                job = Job([LAUNCH, "--ranks", "1", "--pause", "300", "--program", "./player", "--", "--data", "x"])
                wait_until(lambda: "restart 1 of 3" in job.messages(), "a pause", job)
                wait_until(lambda: children(job.pid), "the pause's clock", job)
                sleeper = children(job.pid)
                job.send(number)
                self.assertEqual(job.finish(), 75, job.messages())
                for process in sleeper:
                    wait_until(lambda: not os.path.exists(f"/proc/{process}"), "the end of the pause's clock")

    def test_a_failure_while_stopping_is_passed_on(self):
        with open("player", "w", encoding="ascii") as file:
            file.write("#!/bin/bash\ntrap 'exit 1' USR2\ntouch ready\nwhile :; do sleep 0.1; done\n")
        job = Job([LAUNCH, "--ranks", "1", "--program", "./player", "--", "--data", "x"])
        wait_until(lambda: os.path.exists("ready"), "the start", job)
        job.send(signal.SIGTERM)
        self.assertEqual(job.finish(), 1, job.messages())

    def test_ranks_killed_again_and_again_cost_no_bit(self):
        generate("data.h5")
        require(mpirun(2, "whole"))
        job = HeldJob([LAUNCH, "--ranks", "3", "--restarts", "2", "--pause", "0", "--program", TRAIN, "--",
                       *trainer("run", "--force")])
        for _ in range(2):
            first = job.wait_still()
            kill(ranks_of(job)[-1])
            wait_until(lambda: not is_trainer(first), "the end of all ranks", job)
            job.go_on()
        self.assertEqual(job.finish(), 0, job.messages())
        self.assertEqual(job.messages().count("from the last checkpoint in"), 2, job.messages())
        expect_same("whole", "run")


if __name__ == "__main__":
    unittest.main()
