#include "baselines/item_knn.hpp"

#include "baselines/consumers.hpp"

#include <algorithm>
#include <cmath>

namespace ampcf::baselines {

namespace {

struct Neighbour {
  ItemIndex item;
  float similarity;
};

// Neighbours of each of this rank's items, one list after the other.
struct Neighbourhoods {
  std::vector<std::uint64_t> length;
  std::vector<ItemIndex> item;
  std::vector<float> similarity;
};

class Search {
 public:
  Search(const evaluation::BaselineInput& input, const ItemKnnOptions& options)
      : options_(options),
        all_(input.data.interactions({0, input.data.user_count()})),
        consumers_(consumers_of(
            input.data, own_items(input.data.item_count(), input.communicator.rank(), input.communicator.size()))),
        counts_(input.data.item_count()),
        common_(input.data.item_count()) {
    for (const auto item : all_.item) {
      ++counts_[item];
    }
  }

  Neighbourhoods run() {
    Neighbourhoods found;
    for (auto item = consumers_.items.first; item < consumers_.items.last; ++item) {
      const auto neighbours = neighbours_of(item);
      found.length.push_back(neighbours.size());
      for (const auto& neighbour : neighbours) {
        found.item.push_back(neighbour.item);
        found.similarity.push_back(neighbour.similarity);
      }
    }
    return found;
  }

 private:
  std::vector<Neighbour> neighbours_of(ItemIndex item) {
    std::fill(common_.begin(), common_.end(), 0);
    for (const auto user : consumers_.of(item)) {
      for (const auto other : all_.of(user)) {
        ++common_[other];
      }
    }
    common_[item] = 0;
    std::vector<Neighbour> neighbours;
    for (ItemIndex other = 0; other < common_.size(); ++other) {
      if (common_[other] > 0) {
        const double product = static_cast<double>(counts_[item]) * static_cast<double>(counts_[other]);
        neighbours.push_back({other, static_cast<float>(common_[other] / (std::sqrt(product) + options_.shrinkage))});
      }
    }
    const auto kept = std::min<std::size_t>(options_.neighbours, neighbours.size());
    std::partial_sort(neighbours.begin(), neighbours.begin() + static_cast<std::ptrdiff_t>(kept), neighbours.end(),
                      [](const Neighbour& a, const Neighbour& b) {
                        return a.similarity != b.similarity ? a.similarity > b.similarity : a.item < b.item;
                      });
    neighbours.resize(kept);
    return neighbours;
  }

  const ItemKnnOptions& options_;
  dataset::Interactions all_;
  Consumers consumers_;
  std::vector<std::uint64_t> counts_;  // (n_items)
  std::vector<std::uint32_t> common_;  // (n_items) users shared with the item at hand
};

class ItemKnn : public evaluation::ScoreSource {
 public:
  ItemKnn(const evaluation::BaselineInput& input, const Neighbourhoods& found)
      : ScoreSource(input.data.item_count()), train_(input.consumed.train()), indptr_(item_count() + 1) {
    for (const auto item : found.item) {
      ++indptr_[item + 1];
    }
    for (std::uint64_t item = 0; item < item_count(); ++item) {
      indptr_[item + 1] += indptr_[item];
    }
    targets_.resize(found.item.size());
    auto place = indptr_;
    std::size_t entry = 0;
    for (ItemIndex item = 0; item < found.length.size(); ++item) {
      for (std::uint64_t n = 0; n < found.length[item]; ++n, ++entry) {
        targets_[place[found.item[entry]]++] = {item, found.similarity[entry]};
      }
    }
  }

  void score(UserRange users, std::span<float> scores) override {
    std::fill(scores.begin(), scores.end(), 0.0F);
    for (auto user = users.first; user < users.last; ++user) {
      const auto row = scores.subspan((user - users.first) * stride(), item_count());
      for (const auto consumed : train_.of(user - train_.users.first)) {
        for (auto entry = indptr_[consumed]; entry < indptr_[consumed + 1]; ++entry) {
          row[targets_[entry].item] += targets_[entry].similarity;
        }
      }
    }
  }

 private:
  const dataset::Interactions& train_;
  std::vector<std::uint64_t> indptr_;  // (n_items + 1)
  std::vector<Neighbour> targets_;     // of each item those that have it as a neighbour
};

}  // namespace

std::unique_ptr<evaluation::ScoreSource> make_item_knn(const evaluation::BaselineInput& input,
                                                       const ItemKnnOptions& options) {
  Neighbourhoods own;
  input.communicator.agree([&] { own = Search(input, options).run(); });
  const auto& communicator = input.communicator;
  const Neighbourhoods all{communicator.all_gather(std::span<const std::uint64_t>(own.length)),
                           communicator.all_gather(std::span<const ItemIndex>(own.item)),
                           communicator.all_gather(std::span<const float>(own.similarity))};
  return std::make_unique<ItemKnn>(input, all);
}

}  // namespace ampcf::baselines
