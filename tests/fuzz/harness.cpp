#include "harness.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

namespace ampcf::fuzz {

namespace {

[[noreturn]] void give_up(const std::string& complaint, const std::string& text) {
  fmt::print(stderr, "{}: {}\n", complaint, text);
  std::abort();
}

// SOURCE:LINE: and something to say.
bool is_located(std::string_view text, const std::string& source) {
  if (text.substr(0, source.size() + 1) != source + ":") {
    return false;
  }
  text.remove_prefix(source.size() + 1);
  const auto digits = text.find_first_not_of("0123456789");
  return digits != 0 && digits != std::string_view::npos && text.substr(digits, 2) == ": " && text.size() > digits + 2;
}

class Folder {
 public:
  Folder() {
    auto name = (std::filesystem::exists("/dev/shm") ? "/dev/shm" : std::filesystem::temp_directory_path().string()) +
                "/ampcf-fuzz-XXXXXX";
    path_ = ::mkdtemp(name.data());
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace

std::filesystem::path file_with(std::string_view bytes, const std::string& suffix) {
  static const Folder folder;
  auto path = folder.path() / ("input" + suffix);
  std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  return path;
}

void expect_located_errors(const std::string& source, const std::function<void()>& read) {
  try {
    read();
  } catch (const Error& error) {
    const bool is_of_the_input = error.code() == ExitCode::data || error.code() == ExitCode::usage;
    if (!is_of_the_input || !is_located(error.what(), source)) {
      give_up("an error that does not begin SOURCE:LINE", error.what());
    }
  } catch (const std::exception& error) {
    give_up("not an error of this project", error.what());
  }
}

void expect_usage_errors(const std::function<void()>& read) {
  try {
    read();
  } catch (const UsageError& error) {
    if (std::string_view(error.what()).empty()) {
      give_up("an error without a text", "");
    }
  } catch (const std::exception& error) {
    give_up("not a UsageError", error.what());
  }
}

std::string_view take_part(std::string_view& rest) {
  constexpr std::string_view kCut = "===\n";
  const auto cut = rest.find(kCut);
  const auto part = rest.substr(0, cut);
  rest.remove_prefix(cut == std::string_view::npos ? rest.size() : cut + kCut.size());
  return part;
}

}  // namespace ampcf::fuzz

// Driven by libFuzzer.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ampcf::fuzz::read({reinterpret_cast<const char*>(data), size});
  return 0;
}
