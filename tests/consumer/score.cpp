// Reads a dataset and a checkpoint and prints the best items that a user has not consumed, each with the attention of
// every persona: what a program of your own does with a trained model. score.py beside it does the same without this
// library.
//   score DATA.h5 RUN/best.h5 USER_ID [TOP]

#include "ampcf/checkpoint/model_file.hpp"
#include "ampcf/dataset/dataset.hpp"
#include "ampcf/model/scoring.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <numeric>
#include <string>
#include <vector>

namespace {

using namespace ampcf;

std::uint64_t user_with_id(const dataset::Dataset& data, const std::string& id) {
  const auto ids = data.user_ids();
  const auto found = std::find(ids.begin(), ids.end(), id);
  if (found == ids.end()) {
    throw UsageError("{} has no user '{}'", data.path().string(), id);
  }
  return static_cast<std::uint64_t>(found - ids.begin());
}

void print_best(const std::string& data_path, const std::string& model_path, const std::string& id, std::size_t top) {
  const dataset::Dataset data(data_path);
  const checkpoint::ModelFile model(model_path);
  if (model.dataset_fingerprint() != data.fingerprint()) {
    throw DataError("{} was trained on other data than {}", model_path, data_path);
  }
  const auto user = user_with_id(data, id);
  const UserRange range{user, user + 1};

  // Both come with rows padded to whole vectors; a Scorer knows.
  const auto shared = model.shared();
  const auto personas = model.personas(range);
  model::Scorer scorer(shared);
  scorer.set_user(personas.of(0));

  std::vector<ItemIndex> items(data.item_count());
  std::iota(items.begin(), items.end(), ItemIndex{0});
  std::vector<float> scores(items.size());
  scorer.score(items, scores);

  // The user knows the training items, in ascending order, and the validation item.
  const auto consumed = data.interactions(range);
  const auto history = consumed.of(0);
  const auto validation = data.held_out(dataset::HeldOutPart::validation, range).item[0];
  std::erase_if(items, [&](ItemIndex item) {
    return static_cast<std::int64_t>(item) == validation || std::binary_search(history.begin(), history.end(), item);
  });
  std::sort(items.begin(), items.end(),
            [&](ItemIndex a, ItemIndex b) { return scores[a] != scores[b] ? scores[a] > scores[b] : a < b; });
  items.resize(std::min(items.size(), top));

  const auto ids = data.item_ids();
  std::vector<float> attention(model.dimensions().personas);
  fmt::print("item,score,attention\n");
  for (const auto item : items) {
    scorer.attention(item, attention);
    fmt::print("{},{:.4f},{:.4f}\n", ids[item], scores[item], fmt::join(attention, " "));
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    fmt::print(stderr, "usage: score DATA.h5 RUN/best.h5 USER_ID [TOP]\n");
    return static_cast<int>(ExitCode::usage);
  }
  try {
    print_best(argv[1], argv[2], argv[3], argc > 4 ? std::strtoul(argv[4], nullptr, 10) : 10);
  } catch (const Error& error) {
    fmt::print(stderr, "{}\n", error.what());
    return static_cast<int>(error.code());
  }
  return 0;
}
