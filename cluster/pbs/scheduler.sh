# shellcheck shell=bash
# PBS Pro's (OpenPBS's) part of cluster/job.sh. The job files set `log` and, where the job can start again, `warning`
# and `job_file`.

cd "$PBS_O_WORKDIR" || exit
exec >>"$log${PBS_ARRAY_INDEX:+.$PBS_ARRAY_INDEX}" 2>&1 # PBS would show its own only at the end, and a start's alone

machine_file=$PBS_NODEFILE

lost_a_host() {
  ! timeout 60 pbsdsh -- true >/dev/null 2>&1
}

# PBS lets no user put a running job back: the same file is submitted anew. Of an array, one element: i to i + 1, by 2.
start_again() {
  local element=()
  [[ -z ${PBS_ARRAY_INDEX:-} ]] || element=(-J "$PBS_ARRAY_INDEX-$((PBS_ARRAY_INDEX + 1)):2")
  qsub ${element[@]+"${element[@]}"} "$job_file"
}

# PBS does not warn before the end of a job's time: a process of this job does.
warn_before_end() {
  local time hours minutes seconds
  time=$(qstat -f "$PBS_JOBID" | sed -n 's/^ *Resource_List.walltime = //p')
  IFS=: read -r hours minutes seconds <<<"$time"
  if [[ -z ${seconds:-} ]]; then
    echo "qstat -f does not tell this job's time: it will not be asked to stop before its end" >&2
    return
  fi
  sleep "$((3600 * 10#$hours + 60 * 10#$minutes + 10#$seconds - warning))"
  kill -USR1 "$$"
}
[[ -z ${warning:-} ]] || warn_before_end &
