#include "ampcf/checkpoint/model_file.hpp"
#include "ampcf/checkpoint/state.hpp"
#include "ampcf/core/error.hpp"
#include "checkpoint/checked.hpp"

#include <algorithm>

namespace ampcf::checkpoint {

namespace {

constexpr std::uint64_t kBytesAtOnce = std::uint64_t{1} << 24U;

template <typename T>
void verify_rows(const storage::File& file, const std::string& dataset) {
  const auto shape = file.shape(dataset);
  std::uint64_t row = 1;
  for (std::size_t i = 1; i < shape.size(); ++i) {
    row *= shape[i];
  }
  const auto rows = shape.empty() ? 0 : shape[0];
  const auto at_once = std::max<std::uint64_t>(1, kBytesAtOnce / (sizeof(T) * std::max<std::uint64_t>(1, row)));
  std::vector<T> block;
  for (std::uint64_t first = 0; first < rows; first += at_once) {
    block.resize(std::min(at_once, rows - first) * row);
    read_checked_rows(file, dataset, first, std::span<T>(block));
  }
}

void verify_all(const storage::File& file) {
  for (const std::string group : {"/model", "/optimizer/current", "/optimizer/first", "/optimizer/second"}) {
    if (group == "/optimizer/current" && !file.contains(group)) {
      continue;
    }
    for (const char* const table :
         {"/personas", "/items", "/item_bias", "/attention/user_projection", "/attention/item_projection"}) {
      verify_rows<float>(file, group + table);
    }
  }
  for (const std::string table : {"personas", "items", "attention"}) {
    verify_rows<std::uint32_t>(file, "/optimizer/updates/" + table);
  }
  if (file.contains(kPersonaShares)) {
    verify_rows<float>(file, kPersonaShares);
  }
  (void)read_checked_strings(file, "/training/log");
  verify_rows<std::int64_t>(file, "/training/loss_sums");
}

}  // namespace

bool is_whole(const std::filesystem::path& path) {
  try {
    const ModelFile model(path);
    verify_all(model.file());
    if (model.has_ids()) {
      (void)model.user_ids();
      (void)model.item_ids();
    }
    return true;
  } catch (const RuntimeError&) {
    return false;
  } catch (const DataError&) {
    return false;
  }
}

}  // namespace ampcf::checkpoint
