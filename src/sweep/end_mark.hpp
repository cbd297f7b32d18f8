#pragma once

#include <filesystem>

namespace ampcf::sweep {

inline constexpr const char* kEnded = "ended-";      // in a claim: a rank that SIGTERM reached
inline constexpr const char* kCrashed = "crashed-";  // in a claim: a rank that ends its job, with its error

/// While it lives, SIGTERM leaves a file in the claim, and then does what it did before. Open MPI sends it to all ranks
/// when a process has ended: a job that crashed leaves such a file of every rank but the one that did it. One at a
/// time.
class EndMark {
 public:
  EndMark(const std::filesystem::path& claim, int rank);
  EndMark(const EndMark&) = delete;
  EndMark& operator=(const EndMark&) = delete;
  ~EndMark();
};

/// Leaves the error that makes a rank end its whole job, and no word of SIGTERM from then on.
void mark_crash(const std::filesystem::path& claim, int rank, const char* error);

}  // namespace ampcf::sweep
