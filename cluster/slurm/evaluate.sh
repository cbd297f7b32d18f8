#!/usr/bin/env bash
# An evaluation under Slurm: cluster/submit evaluate fills in these lines; edited by hand, sbatch
# cluster/slurm/evaluate.sh in the checkout. It has no checkpoints: after the loss of a node it starts over.
#SBATCH --job-name=ampcf-evaluate
#SBATCH --nodes=1
#SBATCH --ntasks-per-node=16
#SBATCH --cpus-per-task=1
#SBATCH --time=1:00:00
#SBATCH --output=ampcf-evaluate-%j.log
#SBATCH --open-mode=append
#SBATCH --requeue

cluster=$SLURM_SUBMIT_DIR/cluster
site=$cluster/site.env
arguments=(--data data.h5 --checkpoint run/best.h5 --output metrics.json)

. "$cluster/job.sh" slurm
evaluate "${arguments[@]}"
