#!/usr/bin/env bash
# A training under Slurm that goes back to the queue when its time is over or a node is lost, and goes on from its
# checkpoint: cluster/submit train fills in these lines; edited by hand, sbatch cluster/slurm/train.sh in the checkout.
#SBATCH --job-name=ampcf-train
#SBATCH --nodes=1
#SBATCH --ntasks-per-node=16
#SBATCH --cpus-per-task=1
#SBATCH --time=4:00:00
#SBATCH --output=ampcf-train-%j.log
#SBATCH --open-mode=append
#SBATCH --signal=B:USR1@120
#SBATCH --requeue

cluster=$SLURM_SUBMIT_DIR/cluster
site=$cluster/site.env
arguments=(--data data.h5 --output run --config configs/ml-1m.ini)

. "$cluster/job.sh" slurm
train "${arguments[@]}"
