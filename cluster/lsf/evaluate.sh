#!/usr/bin/env bash
# An evaluation under LSF: cluster/submit evaluate fills in these lines; edited by hand, bsub <
# cluster/lsf/evaluate.sh in the checkout. It has no checkpoints: after the loss of a node it starts over.
#BSUB -J "ampcf-evaluate"
#BSUB -n 16
#BSUB -R "span[ptile=16] affinity[core(1)]"
#BSUB -W 1:00
#BSUB -o ampcf-evaluate-%J.log
#BSUB -r

cluster=$LS_SUBCWD/cluster
site=$cluster/site.env
arguments=(--data data.h5 --checkpoint run/best.h5 --output metrics.json)

. "$cluster/job.sh" lsf
evaluate "${arguments[@]}"
