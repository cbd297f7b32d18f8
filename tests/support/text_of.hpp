#pragma once

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace ampcf::testing {

/// The bytes of a file; none of one that cannot be opened.
[[nodiscard]] inline std::string text_of(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

}  // namespace ampcf::testing
