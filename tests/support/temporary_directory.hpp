#pragma once

#include "support/world.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace ampcf::testing {

/// A fresh directory that goes away with this object. Collective: all ranks share it.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "ampcf-test-XXXXXX").string();
    if (world().rank() == 0 && mkdtemp(name.data()) == nullptr) {
      throw RuntimeError("cannot make a temporary directory {}", name);
    }
    world().broadcast(name, 0);
    path_ = name;
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() {
    world().barrier();
    if (world().rank() == 0) {
      std::error_code ignored;
      std::filesystem::remove_all(path_, ignored);
    }
  }

  [[nodiscard]] std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace ampcf::testing
