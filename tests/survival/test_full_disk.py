"""Disks that fill up or are read-only, and death between renames: one clear error, and the older checkpoint is good.

File systems are mounted in a mount namespace of the test's own, which takes them along when it ends, however it ends.
"""

import errno
import os
import shutil
import subprocess
import unittest

from training import (HeldJob, Job, Workplaced, enter_namespaces, epochs_done, expect_same, finish, generate, mpirun,
                      require, with_faults)

MIB = 1 << 20


def mount(*arguments):
    return subprocess.run(["mount", *arguments], stderr=subprocess.DEVNULL, check=False).returncode == 0


def fill(path, left):
    """Takes all room of a file system but `left` bytes."""
    with open(path, "wb", buffering=0) as file:
        chunk = MIB
        while chunk >= 512:
            try:
                file.write(b"x" * chunk)
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
                chunk //= 2
    os.truncate(path, max(0, os.path.getsize(path) - left))


class FullDisk(Workplaced):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        generate("data.h5")
        require(mpirun(2, "whole"))

    def disk(self, name, kind="tmpfs"):
        """A mounted file system of 32 MiB."""
        os.mkdir(name)
        if kind == "tmpfs":
            self.assertTrue(mount("-t", "tmpfs", "-o", "size=32m", "none", name))
        else:
            with open(f"{name}.image", "wb") as image:
                image.truncate(32 * MIB)
            subprocess.run(["mkfs.ext4", "-q", "-m", "0", f"{name}.image"], check=True)
            if not mount("-o", "loop", f"{name}.image", name):
                self.skipTest("no loop devices may be mounted here")
        self.addCleanup(subprocess.run, ["umount", name], check=False)
        return f"{name}/run"

    def expect_clear_end(self, job, *parts):
        self.assertEqual(job.finish(), 1, job.messages())
        for part in parts:
            self.assertIn(part, job.messages())
        for crash in ("signal", "Segmentation", "HDF5-DIAG", "terminate called"):
            self.assertNotIn(crash, job.messages())

    def fill_up_and_go_on(self, name, ranks, left, kind="tmpfs", **faults):
        run = self.disk(name, kind)
        job = HeldJob(mpirun(ranks, run), env=with_faults(**faults))
        job.wait_still()
        fill(f"{name}/filler", left)
        self.expect_clear_end(job, "the last good checkpoint is ")
        self.assertRegex(job.messages(), r"No space left on device|file write failed \(0\.000 GB free\)")
        self.assertEqual([entry for entry in os.listdir(run) if entry.endswith(".partial")], [])
        os.remove(f"{name}/filler")
        require(mpirun(ranks % 2 + 1, run, "--resume"))
        expect_same("whole", run)

    def test_a_disk_that_fills_up_between_checkpoints_costs_nothing_but_time(self):
        for ranks in (1, 2, 4):
            with self.subTest(ranks=ranks):
                self.fill_up_and_go_on(f"full-{ranks}", ranks, left=4096)

    def test_nor_does_one_that_cannot_reserve_and_fills_up_inside_a_file(self):
        for ranks, left in ((1, 0), (3, 20000), (2, 150000), (1, 300000), (3, 350000)):
            with self.subTest(ranks=ranks, left=left):
                self.fill_up_and_go_on(f"inside-{ranks}-{left}", ranks, left, NO_RESERVATION="1")

    def test_nor_does_a_real_file_system_on_a_block_device(self):
        if shutil.which("mkfs.ext4") is None:
            self.skipTest("no mkfs.ext4 here")
        self.fill_up_and_go_on("block", 2, left=200000, kind="ext4")

    def test_a_disk_without_room_for_the_checkpoints_is_noticed_before_the_first_epoch(self):
        run = self.disk("small")
        fill("small/filler", 2 * MIB)
        job = Job(mpirun(3, run))
        self.expect_clear_end(job, "checkpoints of", "free some, lower --keep, or choose another --output")
        self.assertNotIn("epoch 1:", job.messages())

    def test_a_disk_without_room_for_a_search_and_its_refit_is_noticed_before_the_search(self):
        run = self.disk("both")
        fill("both/filler", 8 * MIB)  # of checkpoints reckoned at 1.5 MB four fit, but not three more of a search
        job = Job(mpirun(2, run, "--refit"))
        self.expect_clear_end(job, "checkpoints of", "free some, lower --keep, or choose another --output")
        self.assertNotIn("epoch 1:", job.messages())
        require(mpirun(2, run, "--resume"))

    def test_a_disk_that_is_read_only_is_noticed_before_the_first_epoch(self):
        os.mkdir("sealed")
        self.assertTrue(mount("-t", "tmpfs", "-o", "ro", "none", "sealed"))
        for output in ("sealed", "sealed/new"):
            job = Job(mpirun(2, output))
            self.expect_clear_end(job, "cannot use the run directory", "Read-only file system")
            self.assertNotIn("epoch 1:", job.messages())

    def test_death_before_the_last_row_of_the_log_leaves_it_to_the_resume(self):
        last = epochs_done("whole") + 1  # the first is of the head alone
        code, messages = finish(mpirun(1, "dead-last"), env=with_faults(DIE_BEFORE=f"/log.csv:{last}"))
        self.assertNotIn(code, (0, 75), messages)
        require(mpirun(2, "dead-last", "--resume"))
        expect_same("whole", "dead-last")

    def test_death_between_any_two_renames_costs_nothing_but_time(self):
        for name, ranks in (("best.h5", 1), ("checkpoint.h5", 2), ("log.csv", 1), ("checkpoint-", 3)):
            with self.subTest(before=name, ranks=ranks):
                run = f"dead-{name}-{ranks}"
                code, messages = finish(mpirun(ranks, run), env=with_faults(DIE_BEFORE=f"/{name}:3"))
                self.assertNotIn(code, (0, 75), messages)
                if name == "checkpoint.h5":
                    newest = max(entry for entry in os.listdir(run) if entry.startswith("checkpoint-"))
                    self.assertTrue(os.path.samefile(f"{run}/best.h5", f"{run}/{newest}"))
                    self.assertFalse(os.path.samefile(f"{run}/checkpoint.h5", f"{run}/{newest}"))
                require(mpirun(2, run, "--resume"))
                expect_same("whole", run)


if __name__ == "__main__":
    enter_namespaces(["--mount"], "mount -t tmpfs none /mnt", "no disks may be mounted here that could be filled")
    unittest.main()
