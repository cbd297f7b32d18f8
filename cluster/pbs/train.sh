#!/usr/bin/env bash
# A training under PBS that goes back to the queue when its time is over or a node is lost, and goes on from its
# checkpoint: cluster/submit train fills in these lines; edited by hand, qsub cluster/pbs/train.sh in the checkout.
#PBS -N ampcf-train
#PBS -l select=1:ncpus=16:mpiprocs=16
#PBS -l walltime=4:00:00
#PBS -j oe
#PBS -o /dev/null
#PBS -r y

cluster=$PBS_O_WORKDIR/cluster
site=$cluster/site.env
warning=120
job_file=$cluster/pbs/train.sh
log=ampcf-train.log
arguments=(--data data.h5 --output run --config configs/ml-1m.ini)

. "$cluster/job.sh" pbs
train "${arguments[@]}"
