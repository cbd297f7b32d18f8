#!/usr/bin/env bash
# A sweep under LSF in parts, each a task of a job array; each goes back to the queue when its time is over or a node
# is lost, and goes on: cluster/submit sweep-array fills in these lines; edited by hand, bsub <
# cluster/lsf/sweep-array.sh in the checkout. With [1-8]%2 two run at a time; the number of parts stays as it was.
#BSUB -J "ampcf-sweep-array[1-4]"
#BSUB -n 16
#BSUB -R "span[ptile=16] affinity[core(1)]"
#BSUB -W 4:00
#BSUB -o ampcf-sweep-array-%J-%I.log
#BSUB -wt 2
#BSUB -wa USR1
#BSUB -Q "75"
#BSUB -r

cluster=$LS_SUBCWD/cluster
site=$cluster/site.env
parts=4
arguments=(--sweep configs/sweep-example.ini --data data.h5 --output sweep --ranks-per-trial 2)

. "$cluster/job.sh" lsf
sweep_part "$LSB_JOBINDEX/$parts" "${arguments[@]}"
