// Drives a harness where there is no libFuzzer: gives it every seed, then mutations of the seeds, the same ones at
// every run. Fails where the reader breaks a promise, does not come to an end, or takes more memory than its input
// warrants. usage: fuzz_NAME [--runs N] [--seed S] SEED_FILE_OR_FOLDER...

#include "ampcf/random/philox.hpp"
#include "harness.hpp"

#include <fmt/format.h>
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <new>
#include <sstream>
#include <vector>

namespace {

std::size_t live_bytes = 0;
std::size_t peak_bytes = 0;
std::string present_input;

void* counted(std::size_t size, std::size_t alignment) {
  void* const memory = alignment > 0 ? std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment)
                                     : std::malloc(std::max<std::size_t>(1, size));
  if (memory == nullptr) {
    throw std::bad_alloc();
  }
  live_bytes += malloc_usable_size(memory);
  peak_bytes = std::max(peak_bytes, live_bytes);
  return memory;
}

void release(void* memory) {
  live_bytes -= memory == nullptr ? 0 : malloc_usable_size(memory);
  std::free(memory);
}

// Keeps the input that ended the process.
extern "C" void keep_input(int fault) {
  if (FILE* const file = std::fopen("failed-input", "wb"); file != nullptr) {
    std::fwrite(present_input.data(), 1, present_input.size(), file);
    std::fclose(file);
  }
  std::signal(fault, SIG_DFL);
  std::raise(fault);
}

}  // namespace

void* operator new(std::size_t size) { return counted(size, 0); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return counted(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept { release(memory); }
void operator delete(void* memory, std::size_t /*size*/) noexcept { release(memory); }
void operator delete(void* memory, std::align_val_t /*alignment*/) noexcept { release(memory); }
void operator delete(void* memory, std::size_t /*size*/, std::align_val_t /*alignment*/) noexcept { release(memory); }

namespace ampcf::fuzz {

namespace {

constexpr unsigned kMostSeconds = 20;                       // for one input
constexpr std::size_t kSpareBytes = std::size_t{8} << 20U;  // buffers of a fixed size
constexpr std::size_t kBytesPerByte = 64;                   // of an input
constexpr std::size_t kGzipGain = 1032;                     // https://zlib.net/zlib_tech.html
constexpr std::size_t kLongestInput = std::size_t{1} << 16U;

std::vector<std::string> seeds_in(const std::filesystem::path& path) {
  std::vector<std::filesystem::path> files{path};
  if (std::filesystem::is_directory(path)) {
    files.clear();
    for (const auto& entry : std::filesystem::directory_iterator(path)) {
      files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
  }
  std::vector<std::string> seeds;
  for (const auto& file : files) {
    std::ostringstream text;
    text << std::ifstream(file, std::ios::binary).rdbuf();
    seeds.push_back(text.str());
  }
  return seeds;
}

void give(const std::string& input) {
  present_input = input;
  const auto before = live_bytes;
  peak_bytes = before;
  ::alarm(kMostSeconds);
  read(input);
  ::alarm(0);
  const bool is_gzip = input.size() > 2 && input[0] == '\x1f';
  const auto most = kSpareBytes + input.size() * (is_gzip ? kGzipGain : 1) * kBytesPerByte;
  if (peak_bytes - before > most) {
    fmt::print(stderr, "{} bytes of memory for an input of {}\n", peak_bytes - before, input.size());
    std::abort();
  }
}

std::size_t below(random::Draws& draws, std::size_t count) {
  return draws.next_below(static_cast<std::uint32_t>(std::max<std::size_t>(1, count)));
}

std::string token(random::Draws& draws) {
  static const std::vector<std::string> kTokens{"\n",
                                                "\r\n",
                                                ",",
                                                "\t",
                                                "::",
                                                "\"",
                                                "\"\"",
                                                " ",
                                                "=",
                                                "#",
                                                "(",
                                                ")",
                                                "-",
                                                "0",
                                                "-1",
                                                "1e999",
                                                "nan",
                                                "inf",
                                                "9223372036854775808",
                                                "4294967296",
                                                "\xEF\xBB\xBF",
                                                "\xFF",
                                                "\xC3",
                                                std::string(1, '\0'),
                                                "===\n",
                                                "1h30m",
                                                "\x1f\x8b\x08",
                                                std::string(2000, 'x')};
  return kTokens[below(draws, kTokens.size())];
}

std::string mutated(const std::vector<std::string>& seeds, random::Draws& draws) {
  auto text = seeds[below(draws, seeds.size())];
  for (std::size_t i = 0; i < 1 + below(draws, 4); ++i) {
    const auto place = below(draws, text.size() + 1);
    const auto count = std::min(text.size() - place, 1 + below(draws, 12));
    switch (below(draws, 6)) {
      case 0:
        text.insert(place, token(draws));
        break;
      case 1:
        text.replace(place, count, token(draws));
        break;
      case 2:
        text.erase(place, count);
        break;
      case 3:
        text.insert(place, text.substr(below(draws, text.size() + 1), count));
        break;
      case 4: {
        const auto& other = seeds[below(draws, seeds.size())];
        text.replace(place, std::string::npos, other.substr(below(draws, other.size() + 1)));
        break;
      }
      default:
        if (place < text.size()) {
          text[place] = static_cast<char>(below(draws, 256));
        }
    }
  }
  return text.substr(0, kLongestInput);
}

int drive(const std::vector<std::string>& seeds, std::uint64_t runs, std::uint64_t seed) {
  for (const int fault : {SIGABRT, SIGALRM, SIGSEGV, SIGBUS, SIGFPE}) {
    std::signal(fault, keep_input);
  }
  for (const auto& text : seeds) {
    give(text);
  }
  for (std::uint64_t run = 0; run < runs; ++run) {
    random::Draws draws(seed, random::Stream::generation, run);
    give(mutated(seeds, draws));
  }
  fmt::print("{} seeds and {} mutations of them read\n", seeds.size(), runs);
  return 0;
}

}  // namespace

}  // namespace ampcf::fuzz

int main(int argc, char** argv) {
  std::uint64_t runs = 1000;
  std::uint64_t seed = 1;
  std::vector<std::string> seeds;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if ((word == "--runs" || word == "--seed") && i + 1 < argc) {
      (word == "--runs" ? runs : seed) = std::strtoull(argv[++i], nullptr, 10);
    } else {
      const auto more = ampcf::fuzz::seeds_in(word);
      seeds.insert(seeds.end(), more.begin(), more.end());
    }
  }
  if (seeds.empty()) {
    fmt::print(stderr, "usage: {} [--runs N] [--seed S] SEED_FILE_OR_FOLDER...\n", argv[0]);
    return 2;
  }
  return ampcf::fuzz::drive(seeds, runs, seed);
}
