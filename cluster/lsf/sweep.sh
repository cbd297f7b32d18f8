#!/usr/bin/env bash
# A sweep under LSF, many trainings in one allocation, that goes back to the queue when its time is over or a node is
# lost, and goes on: cluster/submit sweep fills in these lines; edited by hand, bsub < cluster/lsf/sweep.sh in the
# checkout.
#BSUB -J "ampcf-sweep"
#BSUB -n 16
#BSUB -R "span[ptile=16] affinity[core(1)]"
#BSUB -W 4:00
#BSUB -o ampcf-sweep-%J.log
#BSUB -wt 2
#BSUB -wa USR1
#BSUB -Q "75"
#BSUB -r

cluster=$LS_SUBCWD/cluster
site=$cluster/site.env
arguments=(--sweep configs/sweep-example.ini --data data.h5 --output sweep --ranks-per-trial 2)

. "$cluster/job.sh" lsf
sweep "${arguments[@]}"
