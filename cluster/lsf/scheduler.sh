# shellcheck shell=bash
# LSF's part of cluster/job.sh.

machine_file=$LSB_DJOB_HOSTFILE

lost_a_host() {
  ! timeout 60 blaunch -z "$(hosts | cut -d' ' -f1 | paste -sd' ')" true >/dev/null 2>&1
}

# LSF does so by itself after code 75: #BSUB -Q.
start_again() {
  :
}
