#include "mutation.hpp"
#include "support/text_of.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <map>

namespace ampcf::mutants {

namespace {

struct Original {
  std::string bytes;
  std::vector<MetadataBlock> metadata;
};

const Original& original_of(const std::filesystem::path& path) {
  static std::map<std::filesystem::path, Original> known;
  auto& original = known[path];
  if (original.bytes.empty()) {
    const auto bytes = testing::text_of(path);
    original = {bytes, metadata_of(bytes)};
  }
  return original;
}

// One byte, one bit, or a number of 8 bytes that is as large or as small as can be, or near a power of two.
std::string spoil(std::string& bytes, std::size_t first, std::size_t last, random::Draws& draws) {
  const auto place = first + below(draws, last - first);
  const auto way = below(draws, 4);
  if (way == 0) {
    bytes[place] = static_cast<char>(bytes[place] ^ (1U << below(draws, 8)));
  } else if (way == 1) {
    bytes[place] = static_cast<char>(below(draws, 256));
  } else {
    const auto number = way == 2 ? ~std::uint64_t{0} >> below(draws, 64) : std::uint64_t{1} << below(draws, 64);
    std::memcpy(bytes.data() + place, &number, std::min<std::size_t>(8, last - place));
  }
  return fmt::format(" {}", place);
}

std::string spoil_metadata(const Original& original, std::string& bytes, random::Draws& draws, bool is_put_right) {
  const auto& block = original.metadata[below(draws, original.metadata.size())];
  auto details = spoil(bytes, block.first + 4, block.last, draws);
  if (is_put_right && block.checksum != 0) {
    const auto sum = lookup3(bytes, block.first, block.last);
    std::memcpy(bytes.data() + block.checksum, &sum, sizeof sum);
    details += "*";
  }
  return details;
}

void move_block(std::string& bytes, random::Draws& draws) {
  const auto size = 1 + below(draws, std::min<std::size_t>(1024, bytes.size() / 2));
  const auto from = below(draws, bytes.size() - size);
  const auto into = below(draws, bytes.size() - size);
  std::memmove(bytes.data() + into, bytes.data() + from, size);
}

}  // namespace

Mutation mutate_bytes(const std::filesystem::path& whole, const std::filesystem::path& mutant, random::Draws& draws) {
  const auto& original = original_of(whole);
  auto bytes = original.bytes;
  Mutation mutation;
  const auto way = below(draws, 16);
  const auto times = 1 + below(draws, 3);
  if (way == 0) {
    bytes.resize(below(draws, bytes.size()));
    mutation = {"cut short", fmt::format(" to {}", bytes.size())};
  } else if (way == 1) {
    bytes += std::string(1 + below(draws, 5000), static_cast<char>(below(draws, 256)));
    mutation = {"extended", fmt::format(" to {}", bytes.size())};
  } else if (way == 2) {
    const auto first = below(draws, bytes.size());
    const auto count = std::min<std::size_t>(512, bytes.size() - first);
    std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(first), count, '\0');
    mutation = {"block of zeros", fmt::format(" at {}", first)};
  } else if (way == 3) {
    move_block(bytes, draws);
    mutation = {"block copied over another", ""};
  } else if (way < 6) {
    mutation.kind = "bytes anywhere";
    for (std::size_t i = 0; i < times; ++i) {
      mutation.details += spoil(bytes, 0, bytes.size(), draws);
    }
  } else {
    const bool is_put_right = way >= 9;
    mutation.kind = is_put_right ? "metadata, checksums put right" : "metadata";
    for (std::size_t i = 0; i < times; ++i) {
      mutation.details += spoil_metadata(original, bytes, draws, is_put_right);
    }
  }
  std::ofstream(mutant, std::ios::binary) << bytes;
  return mutation;
}

}  // namespace ampcf::mutants
