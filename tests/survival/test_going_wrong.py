"""What goes wrong on one rank, or in how ranks were started, ends all with one sentence that says what to do."""

import os
import shutil
import signal
import tempfile
import unittest

from training import (FAULTS, MPIEXEC, TRAIN, HeldJob, Job, Workplaced, expect_same, finish, generate, kill, mpirun,
                      ranks_of, require, trainer, wait_for_epoch, wait_until)


class GoingWrong(Workplaced):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        generate("data.h5")

    def expect_one_message(self, command, code, *parts):
        found, messages = finish(command)
        self.assertEqual(found, code, messages)
        for part in parts:
            self.assertEqual(messages.count(part), 1, messages)

    def test_processes_that_each_believe_to_be_alone_are_told_how_to_start(self):
        launchers = {"srun without PMI": {"SLURM_STEP_ID": "0", "SLURM_STEP_NUM_TASKS": "3", "SLURM_NTASKS": "3"},
                     "srun with a PMI that this MPI does not speak":
                         {"SLURM_STEP_ID": "0", "SLURM_STEP_NUM_TASKS": "3", "PMIX_RANK": "1"},
                     "mpiexec of MPICH": {"PMI_SIZE": "3", "PMI_RANK": "0"},
                     "mpirun of another Open MPI": {"OMPI_COMM_WORLD_SIZE": "3"}}
        for launcher, variables in launchers.items():
            with self.subTest(launcher=launcher):
                environment = {**os.environ, **variables, "OMPI_MCA_ess": "singleton", "OMPI_MCA_pmix": "isolated"}
                # Open MPI's daemons of lone processes race for one folder and may die of it: a folder for each.
                places = [tempfile.mkdtemp(dir=".") for _ in range(3)]
                jobs = [Job([TRAIN, *trainer("lone")], env={**environment, "TMPDIR": os.path.abspath(place)})
                        for place in places]
                for job in jobs:
                    self.assertEqual(job.finish(), 2, job.messages())
                    self.assertIn("3 processes were started, but each finds itself alone", job.messages())
                    self.assertIn("use its own mpirun, or srun --mpi=pmix", job.messages())
                self.assertFalse(os.path.exists("lone"))

    def test_a_batch_job_that_starts_one_process_is_no_fault(self):
        environment = {**os.environ, "SLURM_JOB_ID": "7", "SLURM_NTASKS": "3", "OMPI_MCA_ess": "singleton"}
        code, messages = finish([TRAIN, *trainer("single", epochs=1)], env=environment)
        self.assertEqual(code, 0, messages)

    def test_ranks_with_another_binary_are_named(self):
        shutil.copy(TRAIN, "other-train")
        with open("other-train", "ab") as binary:
            binary.write(b"\0")
        arguments = trainer("binaries")
        self.expect_one_message([MPIEXEC, "-n", "2", TRAIN, *arguments, ":", "-n", "1", "./other-train", *arguments], 2,
                                "ranks 2 run another binary than the rest")

    def test_ranks_with_other_options_are_named(self):
        for place, seed in (("a", 1), ("b", 2), ("c", 1)):
            os.mkdir(place)
            with open(f"{place}/options.ini", "w", encoding="ascii") as file:
                file.write(f"seed = {seed}\n")
        command = [MPIEXEC]
        for place in "abc":
            command += ["-n", "1", "--wdir", place, TRAIN, "--config", "options.ini",
                        *trainer(os.path.abspath("options"), data=os.path.abspath("data.h5")), ":"]
        self.expect_one_message(command[:-1], 2, "ranks 1 have other options than the rest")

    def test_ranks_with_other_data_are_named(self):
        for place, users in (("x", 300), ("y", 300), ("z", 310)):
            os.mkdir(place)
            generate(f"{place}/data.h5", users)
        command = [MPIEXEC]
        for place in "xyz":
            command += ["-n", "1", "--wdir", place, TRAIN, *trainer(os.path.abspath("datas")), ":"]
        self.expect_one_message(command[:-1], 3, "data.h5: ranks 2 find another dataset under this name")

    def test_a_rank_that_cannot_read_the_data_speaks_for_all_once(self):
        os.mkdir("empty")
        arguments = trainer(os.path.abspath("unreadable"))
        self.expect_one_message([MPIEXEC, "-n", "2", TRAIN, *arguments, ":", "-n", "1", "--wdir", "empty", TRAIN,
                                 *arguments], 3, "[rank 2/3] data.h5: no such file")
        self.assertFalse(os.path.exists("unreadable"))

    @unittest.skipIf("AMPCF_EPOCHS" in os.environ, "sanitizers let nothing be preloaded before them")
    @unittest.skipIf("AMPCF_SANITIZED" in os.environ, "sanitizers allocate by themselves")
    def test_a_rank_without_memory_ends_the_others_whatever_it_lacks_memory_for(self):
        options = trainer("poor", "--force", epochs=1)
        for piece in range(1, 1000):
            fault = ["-x", f"LD_PRELOAD={FAULTS}", "-x", f"AMPCF_FAULT_NO_MEMORY={piece}"]
            code, messages = finish([MPIEXEC, "-n", "1", TRAIN, *options, ":", "-n", "1", *fault, TRAIN, *options])
            if code == 0:
                break
            self.assertIn("bad_alloc", messages)
        self.assertEqual(code, 0, messages)
        self.assertGreater(piece, 10)

    def test_divergence_names_step_term_and_checkpoint_once(self):
        for ranks in (1, 2, 3):
            with self.subTest(ranks=ranks):
                output = f"diverging-{ranks}"
                self.expect_one_message(mpirun(ranks, output, learning_rate=1e18), 1, "epoch 1, step 2 of",
                                        "the loss of an example is", "the run diverged; lower --learning-rate",
                                        "there is no checkpoint yet")

    def test_a_rank_that_stands_still_is_found_by_who_waits_and_costs_no_bit(self):
        require(mpirun(2, "whole"))
        job = HeldJob(mpirun(3, "stalled", stall_warning="2s"))
        job.wait_still()
        still = ranks_of(job)[1]
        os.kill(still, signal.SIGSTOP)
        before = len(job.messages())  # of a test that comes late: that rank may have waited too
        job.let_go()
        try:
            host = os.uname().nodename
            for rank in (0, 2):
                wait_until(lambda: f"[rank {rank}/3 on {host}] has waited for " in job.messages()[before:], "a warning",
                           job)
        finally:
            kill(still, signal.SIGCONT)
        self.assertEqual(job.finish(), 0, job.messages())
        self.assertNotIn("[rank 1/3", job.messages()[before:])
        self.assertRegex(job.messages(), r"has waited for \d+ s in [\w' ]+ at step \d+ of epoch \d+: a rank that does")
        expect_same("whole", "stalled")

    def test_a_killed_rank_ends_the_others(self):
        job = Job(mpirun(3, "killed", epochs=100000))
        wait_for_epoch(job, "killed")
        kill(ranks_of(job)[2])
        self.assertNotIn(job.finish(), (0, 75), job.messages())
        self.assertEqual(ranks_of(job), [])


if __name__ == "__main__":
    unittest.main()
