#pragma once

#include "ampcf/communication/communicator.hpp"
#include "ampcf/sweep/folder.hpp"
#include "ampcf/training/stop.hpp"
#include "sweep/host_room.hpp"

#include <optional>

namespace ampcf::sweep {

/// Collective over the group. Trains a claimed task on from where its run directory stands, once its hosts have the
/// memory for it. Nothing where a wish stopped it before its end, with a checkpoint where it has begun. A trial that
/// fails, on all ranks or on its only one, is a result; an error of one rank of several leaves a mark and goes on up,
/// to end the job: the others wait for that rank.
[[nodiscard]] std::optional<Result> train(const communication::Communicator& group, const Plan& plan,
                                          const Folder& folder, const Task& task, HostRoom& room,
                                          const training::Wishes& wishes);

}  // namespace ampcf::sweep
