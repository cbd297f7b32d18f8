#!/usr/bin/env bash
# A sweep under Slurm in parts, each a task of a job array; each goes back to the queue when its time is over or a node
# is lost, and goes on: cluster/submit sweep-array fills in these lines; edited by hand, sbatch
# cluster/slurm/sweep-array.sh in the checkout. With --array=1-8%2 two at a time; the number of parts stays as it was.
#SBATCH --job-name=ampcf-sweep-array
#SBATCH --array=1-4
#SBATCH --nodes=1
#SBATCH --ntasks-per-node=16
#SBATCH --cpus-per-task=1
#SBATCH --time=4:00:00
#SBATCH --output=ampcf-sweep-array-%A-%a.log
#SBATCH --open-mode=append
#SBATCH --signal=B:USR1@120
#SBATCH --requeue

cluster=$SLURM_SUBMIT_DIR/cluster
site=$cluster/site.env
parts=4
arguments=(--sweep configs/sweep-example.ini --data data.h5 --output sweep --ranks-per-trial 2)

. "$cluster/job.sh" slurm
sweep_part "$SLURM_ARRAY_TASK_ID/$parts" "${arguments[@]}"
