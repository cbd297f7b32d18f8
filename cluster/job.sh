# shellcheck shell=bash
# What the job files have in common, read as `. job.sh SCHEDULER` once they have set `cluster` and `site`. It takes from
# SCHEDULER/scheduler.sh
#   lost_a_host     whether a host of the job does not answer
#   start_again     puts the job back into the queue, as it is
#   machine_file    names the host of every rank, a line each; or, where there is no such file, both functions here
set -uo pipefail

rank_count() {
  wc -l <"$machine_file"
}

# HOST slots=N, a line each.
hosts() {
  sort "$machine_file" | uniq -c | sed -E 's/^ *([0-9]+) (.*)$/\2 slots=\1/'
}

. "$cluster/$1/scheduler.sh"
. "$site"
checkout=$(cd "$cluster/.." && pwd)

say() {
  echo "$(date '+%F %T') job: $*" >&2
}

give_up() {
  say "$1"
  exit 2
}

program() {
  if [[ -n $programs ]]; then
    echo "$programs/$1"
  elif [[ -x $checkout/build/bin/$1 ]]; then
    echo "$checkout/build/bin/$1"
  elif [[ -x $checkout/../../bin/$1 ]]; then # where this folder was installed, as PREFIX/share/ampcf/cluster
    echo "$checkout/../../bin/$1"
  else
    echo "$1"
  fi
}

# Ranks that a lost one leaves behind are ended; before, each has time to end by itself and say why.
srun=(srun --wait=20)

# The words that start ranks, for launch/train and launch/sweep (which add -n P), in `starting`.
choose_launcher() {
  case "$launcher" in
    mpirun) starting=(--ranks "$(rank_count)" --mpirun "${mpirun_options[*]}") ;;
    srun) starting=(--ranks "$(rank_count)" --launcher "${srun[*]} ${srun_options[*]}") ;;
    ssh) starting=(--hosts "$scratch/hosts" --mpirun "${mpirun_options[*]}") ;; # a rank for each slot of who answers
  esac
}

# The value of --NAME among the arguments behind it.
value_of() {
  local name=$1 previous='' argument
  shift
  for argument in "$@"; do
    [[ $previous != "--$name" ]] || echo "$argument"
    [[ $argument != "--$name="* ]] || echo "${argument#*=}"
    previous=$argument
  done | tail -n 1
}

# A command that stops with a checkpoint and code 75 when asked. SIGUSR1, from the scheduler, asks it to make room for a
# later start; SIGTERM, from whoever cancels the job, to end. The code is left in `code`, who asked in `asked`.
stay_with() {
  "$@" </dev/null &
  child=$!
  [[ -z $asked ]] || kill -USR1 "$child"
  local seen
  while :; do
    seen=$signals
    code=0
    wait "$child" || code=$?
    ((seen != signals)) || break # else a signal to this script cut the wait short
  done
  child=
}

ask() {
  asked=$1
  signals=$((signals + 1))
  [[ -z $child ]] || kill -USR1 "$child"
}

has_progress_in() {
  [[ -n $1 && -n $(find "$1" -name '*.h5' -newer "$scratch/start" -print -quit 2>/dev/null) ]]
}

# What follows from the code that a run in the folder $1 ended with: the job is done, has failed, or starts again.
# After a crash it does so where something was gained since it started, so that no fault goes on for ever.
conclude() {
  case "$code" in
    0)
      at_end "$1" || code=$?
      say "ended with code $code"
      exit "$code"
      ;;
    2 | 3) say "ended with code $code, which another start would not change" && exit "$code" ;;
    75) ;;
    *)
      [[ -n $asked ]] || has_progress_in "$1" || lost_a_host || {
        say "ended with code $code, without a checkpoint since the start of this job: not starting it again"
        exit "$code"
      }
      ;;
  esac
  if [[ $asked == end ]]; then
    say "stopped; the same job, submitted again, goes on from the last checkpoint" && exit 143 # 75 may mean: start again
  fi
  say "ended with code $code; back to the queue, to go on from the last checkpoint"
  start_again || say "could not be put back into the queue: submit the same job again, and it goes on"
  exit 75
}

at_end() {
  :
}

# A run of ampcf-$1 with the arguments behind it, to its end over any number of starts.
run() {
  local name=$1
  shift
  [[ " $* " != *" --force"* ]] || give_up "--force: a job that starts again would throw away its own work"
  choose_launcher
  local resuming=(--resume)
  [[ " $* " != *" --resume"[\ =]* ]] || resuming=() # which the job's own arguments may say
  stay_with "$checkout/launch/$name" "${starting[@]}" --restarts "$restarts" --program "$(program "ampcf-$name")" \
    -- "$@" ${resuming[@]+"${resuming[@]}"}
  conclude "$(value_of output "$@")"
}

train() {
  run train "$@"
}

sweep() {
  run sweep "$@"
}

# Part K of N of a sweep that as many jobs share. Whichever ends last gathers the results of all.
sweep_part() {
  local part=$1
  shift
  (($# > 0)) || give_up "no arguments"
  at_end() {
    flock "$1" "$(program ampcf-sweep)" --output "$1" --collect </dev/null
  }
  run sweep --only "$part" "$@"
}

# An evaluation, which has no checkpoint: after the loss of a host it starts over, and what it has no time for is lost.
evaluate() {
  local starting
  case "$launcher" in
    mpirun) starting=(mpirun -n "$(rank_count)" "${mpirun_options[@]}") ;;
    srun) starting=("${srun[@]}" -n "$(rank_count)" "${srun_options[@]}") ;;
    ssh) starting=(mpirun --hostfile "$scratch/hosts" "${mpirun_options[@]}") ;;
  esac
  code=0
  "${starting[@]}" "$(program ampcf-evaluate)" "$@" </dev/null || code=$?
  say "ended with code $code"
  exit "$code"
}

asked=
signals=0
child=
scratch=$(mktemp -d)
touch "$scratch/start"
trap 'kill $(jobs -p) 2>/dev/null; rm -rf "$scratch"' EXIT
trap 'ask again' USR1
trap 'ask end' TERM INT
hosts >"$scratch/hosts"
say "on $(cut -d' ' -f1 "$scratch/hosts" | paste -sd' ')"
[[ $launcher =~ ^(mpirun|srun|ssh)$ ]] || give_up "launcher=$launcher in $site: expected mpirun, srun or ssh"
prepare_job
