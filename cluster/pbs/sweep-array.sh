#!/usr/bin/env bash
# A sweep under PBS in parts, each a task of a job array; each goes back to the queue when its time is over or a node
# is lost, and goes on: cluster/submit sweep-array fills in these lines; edited by hand, qsub
# cluster/pbs/sweep-array.sh in the checkout.
#PBS -N ampcf-sweep-array
#PBS -J 1-4
#PBS -l select=1:ncpus=16:mpiprocs=16
#PBS -l walltime=4:00:00
#PBS -j oe
#PBS -o /dev/null
#PBS -r y

cluster=$PBS_O_WORKDIR/cluster
site=$cluster/site.env
parts=4
warning=120
job_file=$cluster/pbs/sweep-array.sh
log=ampcf-sweep-array.log
arguments=(--sweep configs/sweep-example.ini --data data.h5 --output sweep --ranks-per-trial 2)

. "$cluster/job.sh" pbs
sweep_part "$PBS_ARRAY_INDEX/$parts" "${arguments[@]}"
