#pragma once

#include "ampcf/dataset/writer.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace ampcf::generation {

/// A /truth dataset on its way into the file, in pieces of one stored chunk each: a chunk is compressed once, and the
/// bytes of the file do not depend on the blocks of users.
class TruthRows {
 public:
  /// `shape` is that of the whole dataset, (n) or (n, m). The writer must outlive this object.
  TruthRows(dataset::DatasetWriter& writer, std::string name, storage::Shape shape);

  /// The next numbers, row by row.
  void append(std::span<const std::int64_t> values);

  /// Writes what is left; call it once, after the last number.
  void finish();

 private:
  void flush();

  dataset::DatasetWriter& writer_;
  std::string name_;
  storage::Shape shape_;
  std::uint64_t piece_;  // numbers written at once, whole rows
  std::vector<std::int64_t> values_;
};

}  // namespace ampcf::generation
