#!/usr/bin/env bash
# An evaluation under PBS: cluster/submit evaluate fills in these lines; edited by hand, qsub
# cluster/pbs/evaluate.sh in the checkout. It has no checkpoints: after the loss of a node it starts over.
#PBS -N ampcf-evaluate
#PBS -l select=1:ncpus=16:mpiprocs=16
#PBS -l walltime=1:00:00
#PBS -j oe
#PBS -o /dev/null
#PBS -r y

cluster=$PBS_O_WORKDIR/cluster
site=$cluster/site.env
log=ampcf-evaluate.log
arguments=(--data data.h5 --checkpoint run/best.h5 --output metrics.json)

. "$cluster/job.sh" pbs
evaluate "${arguments[@]}"
