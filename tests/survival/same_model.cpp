// same_model A B: whether two checkpoints hold the same model and optimiser, bit for bit, and stand at the same step.

#include "ampcf/storage/file.hpp"

#include <fmt/format.h>

#include <cstring>
#include <string>

using ampcf::storage::File;

namespace {

template <typename T>
bool is_same(const File& a, const File& b, const std::string& name) {
  const auto left = a.read<T>(name);
  const auto right = b.read<T>(name);
  const bool is_equal =
      left.size() == right.size() && std::memcmp(left.data(), right.data(), left.size() * sizeof(T)) == 0;
  if (!is_equal) {
    fmt::print(stderr, "{} and {} differ in {}\n", a.path().string(), b.path().string(), name);
  }
  return is_equal;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    return 2;
  }
  const auto a = File::open(argv[1]);
  const auto b = File::open(argv[2]);
  bool is_equal = a.attribute<std::uint64_t>("step") == b.attribute<std::uint64_t>("step");
  for (const std::string group : {"/model", "/optimizer/first", "/optimizer/second"}) {
    for (const std::string name :
         {"/personas", "/items", "/item_bias", "/attention/user_projection", "/attention/item_projection"}) {
      is_equal = is_same<float>(a, b, group + name) && is_equal;
    }
  }
  for (const std::string name : {"/personas", "/items", "/attention"}) {
    is_equal = is_same<std::uint32_t>(a, b, "/optimizer/updates" + name) && is_equal;
  }
  return is_equal ? 0 : 1;
}
