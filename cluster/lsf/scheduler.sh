# shellcheck shell=bash
# LSF's part of cluster/job.sh.

rank_count() {
  wc -l <"$LSB_DJOB_HOSTFILE"
}

hosts() {
  sort "$LSB_DJOB_HOSTFILE" | uniq -c | sed -E 's/^ *([0-9]+) (.*)$/\2 slots=\1/'
}

lost_a_host() {
  ! timeout 60 blaunch -z "$(hosts | cut -d' ' -f1 | paste -sd' ')" true >/dev/null 2>&1
}

# LSF does so by itself after code 75: #BSUB -Q.
start_again() {
  :
}
