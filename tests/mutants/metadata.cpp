#include "mutation.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace ampcf::mutants {

namespace {

constexpr std::size_t kLongestBlock = 4096;
constexpr std::size_t kOldBlock = 64;  // taken for metadata behind a signature of a form without checksums

std::uint32_t word_at(const std::string& bytes, std::size_t place) {
  std::uint32_t word = 0;
  std::memcpy(&word, bytes.data() + place, std::min<std::size_t>(4, bytes.size() - place));
  return word;
}

}  // namespace

std::uint32_t lookup3(const std::string& bytes, std::size_t first, std::size_t last) {
  const auto size = last - first;
  auto a = static_cast<std::uint32_t>(0xDEADBEEFU + size);
  auto b = a;
  auto c = a;
  std::string rest = bytes.substr(first, size);
  std::size_t place = 0;
  for (; size - place > 12; place += 12) {
    a += word_at(rest, place);
    b += word_at(rest, place + 4);
    c += word_at(rest, place + 8);
    a = (a - c) ^ std::rotl(c, 4), c += b;
    b = (b - a) ^ std::rotl(a, 6), a += c;
    c = (c - b) ^ std::rotl(b, 8), b += a;
    a = (a - c) ^ std::rotl(c, 16), c += b;
    b = (b - a) ^ std::rotl(a, 19), a += c;
    c = (c - b) ^ std::rotl(b, 4), b += a;
  }
  if (size == place) {
    return c;
  }
  rest.resize(place + 12, '\0');
  a += word_at(rest, place);
  b += word_at(rest, place + 4);
  c += word_at(rest, place + 8);
  c = (c ^ b) - std::rotl(b, 14);
  a = (a ^ c) - std::rotl(c, 11);
  b = (b ^ a) - std::rotl(a, 25);
  c = (c ^ b) - std::rotl(b, 16);
  a = (a ^ c) - std::rotl(c, 4);
  b = (b ^ a) - std::rotl(a, 14);
  return (c ^ b) - std::rotl(b, 24);
}

std::vector<MetadataBlock> metadata_of(const std::string& bytes) {
  // Superblock, object headers, B-trees, heaps: https://docs.hdfgroup.org/hdf5/v1_14/_f_m_t3.html
  constexpr std::array<const char*, 14> kSignatures{"\x89HDF", "OHDR", "OCHK", "FRHP", "FHDB", "FHIB", "BTHD",
                                                    "BTLF",    "BTIN", "TREE", "HEAP", "GCOL", "SNOD", "FSHD"};
  std::vector<MetadataBlock> blocks;
  for (std::size_t place = 0; place + 8 < bytes.size(); ++place) {
    const bool is_signed = std::any_of(kSignatures.begin(), kSignatures.end(), [&](const char* signature) {
      return std::memcmp(bytes.data() + place, signature, 4) == 0;
    });
    if (!is_signed) {
      continue;
    }
    MetadataBlock block{place, std::min(bytes.size(), place + kOldBlock), 0};
    for (auto end = place + 8; end + 4 <= std::min(bytes.size(), place + kLongestBlock); ++end) {
      if (lookup3(bytes, place, end) == word_at(bytes, end)) {
        block = {place, end, end};
        break;
      }
    }
    blocks.push_back(block);
  }
  return blocks;
}

}  // namespace ampcf::mutants
