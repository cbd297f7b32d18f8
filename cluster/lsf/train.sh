#!/usr/bin/env bash
# A training under LSF that goes back to the queue when its time is over or a node is lost, and goes on from its
# checkpoint: cluster/submit train fills in these lines; edited by hand, bsub < cluster/lsf/train.sh in the checkout.
#BSUB -J "ampcf-train"
#BSUB -n 16
#BSUB -R "span[ptile=16] affinity[core(1)]"
#BSUB -W 4:00
#BSUB -o ampcf-train-%J.log
#BSUB -wt 2
#BSUB -wa USR1
#BSUB -Q "75"
#BSUB -r

cluster=$LS_SUBCWD/cluster
site=$cluster/site.env
arguments=(--data data.h5 --output run --config configs/ml-1m.ini)

. "$cluster/job.sh" lsf
train "${arguments[@]}"
