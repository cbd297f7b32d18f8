#!/usr/bin/env bash
# A sweep under Slurm, many trainings in one allocation, that goes back to the queue when its time is over or a node is
# lost, and goes on: cluster/submit sweep fills in these lines; edited by hand, sbatch cluster/slurm/sweep.sh in the
# checkout.
#SBATCH --job-name=ampcf-sweep
#SBATCH --nodes=1
#SBATCH --ntasks-per-node=16
#SBATCH --cpus-per-task=1
#SBATCH --time=4:00:00
#SBATCH --output=ampcf-sweep-%j.log
#SBATCH --open-mode=append
#SBATCH --signal=B:USR1@120
#SBATCH --requeue

cluster=$SLURM_SUBMIT_DIR/cluster
site=$cluster/site.env
arguments=(--sweep configs/sweep-example.ini --data data.h5 --output sweep --ranks-per-trial 2)

. "$cluster/job.sh" slurm
sweep "${arguments[@]}"
