#pragma once

#include "ampcf/core/log.hpp"
#include "ampcf/sweep/folder.hpp"
#include "ampcf/training/run_lock.hpp"

namespace ampcf::sweep {

/// A folder made ready for a job, and held against others for as long as this lives.
struct Opening {
  std::optional<training::RunLock> lock;  // of the whole folder, or of a share
  std::string fingerprint;                // of the dataset
};

/// One process. Makes or resumes the folder: refuses other sweeps, data without validation items and other data than
/// before; counts crashes, sets aside what crashed twice, and frees what an earlier job had claimed.
[[nodiscard]] Opening open_folder(const Folder& folder, const Plan& plan, const SweepOptions& options, Log& log);

}  // namespace ampcf::sweep
