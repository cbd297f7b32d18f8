# shellcheck shell=bash
# Slurm's part of cluster/job.sh.

rank_count() {
  echo "$((SLURM_JOB_NUM_NODES * SLURM_NTASKS_PER_NODE))"
}

hosts() {
  scontrol show hostnames "$SLURM_JOB_NODELIST" | sed "s/\$/ slots=$SLURM_NTASKS_PER_NODE/"
}

lost_a_host() {
  ! timeout 60 srun --overlap --mpi=none --nodes="$SLURM_JOB_NUM_NODES" --ntasks-per-node=1 true >/dev/null 2>&1
}

# A task of an array has a number of its own, but the last one shares the array's. Slurm would also put back a job that
# its user has cancelled.
start_again() {
  local job=$SLURM_JOB_ID
  [[ -z ${SLURM_ARRAY_TASK_ID:-} ]] || job=${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID
  [[ $(squeue --noheader --jobs "$job" --format %T) == RUNNING ]] && scontrol requeue "$job"
}
