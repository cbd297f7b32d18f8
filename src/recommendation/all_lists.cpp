#include "ampcf/recommendation/all_lists.hpp"

#include "ampcf/evaluation/cases.hpp"
#include "ampcf/evaluation/placement.hpp"
#include "ampcf/recommendation/filter.hpp"
#include "recommendation/lists_file.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

namespace ampcf::recommendation {

namespace {

constexpr std::uint64_t kUsersOfRound = 1024;  // of a rank between two gatherings
constexpr std::uint64_t kUsersAtOnce = 64;     // share reads of the catalogue
constexpr float kNone = NAN;

// Makes the lists of ranges of users.
class ListMaker {
 public:
  ListMaker(const dataset::Dataset& data, const checkpoint::ModelFile& model, const ListRules& rules,
            std::size_t length)
      : data_(data),
        model_(model),
        rules_(rules),
        length_(length),
        shared_(model.shared()),
        catalogue_(shared_),
        scorer_(shared_),
        scores_(kUsersAtOnce * catalogue_.score_stride()),
        attention_(shared_.dimensions.personas) {}

  ListBlock make(UserRange users) {
    ListBlock block;
    block.length = length_;
    const auto personas = model_.personas(users);
    evaluation::ConsumedItems consumed(data_, dataset::HeldOutPart::test, users);
    for (std::uint64_t first = 0; first < users.count(); first += kUsersAtOnce) {
      const auto count = std::min(kUsersAtOnce, users.count() - first);
      catalogue_.score(personas.of(first), count, scores_.data());
      for (auto user = first; user < first + count; ++user) {
        const auto row = std::span<const float>(scores_).subspan((user - first) * catalogue_.score_stride(),
                                                                 catalogue_.item_count());
        append_list(personas.of(user), row, consumed.of(user), block);
      }
    }
    return block;
  }

 private:
  void append_list(const float* personas, std::span<const float> scores, std::span<const ItemIndex> consumed,
                   ListBlock& block) {
    const auto end = block.item.size() + length_;
    for (const auto item : evaluation::best_items(scores, left_out(consumed), length_)) {
      if (block.item.size() % length_ == 0) {
        scorer_.set_user(personas);
      }
      scorer_.attention(item, attention_);
      const auto strongest = std::max_element(attention_.begin(), attention_.end());
      block.item.push_back(item);
      block.score.push_back(scores[item]);
      block.persona.push_back(static_cast<std::int32_t>(strongest - attention_.begin()));
      block.attention.push_back(*strongest);
    }
    block.item.resize(end, kNoCandidate);
    block.score.resize(end, kNone);
    block.persona.resize(end, -1);
    block.attention.resize(end, kNone);
  }

  // Without a filter no list is copied.
  std::span<const ItemIndex> left_out(std::span<const ItemIndex> consumed) {
    if (rules_.is_history_included) {
      return rules_.left_out;
    }
    if (rules_.left_out.empty()) {
      return consumed;
    }
    united_ = united(consumed, rules_.left_out);
    return united_;
  }

  const dataset::Dataset& data_;
  const checkpoint::ModelFile& model_;
  const ListRules& rules_;
  std::size_t length_;
  model::SharedParameters<float> shared_;
  model::CatalogueScorer catalogue_;
  model::Scorer scorer_;
  std::vector<float> scores_;     // (kUsersAtOnce, stride)
  std::vector<float> attention_;  // (r)
  std::vector<ItemIndex> united_;
};

ListBlock gather(const communication::Communicator& communicator, const ListBlock& own) {
  ListBlock all;
  all.length = own.length;
  all.item = communicator.gather(std::span<const ItemIndex>(own.item), 0);
  all.score = communicator.gather(std::span<const float>(own.score), 0);
  all.persona = communicator.gather(std::span<const std::int32_t>(own.persona), 0);
  all.attention = communicator.gather(std::span<const float>(own.attention), 0);
  return all;
}

// The ranks' parts of a round follow each other, so that what rank 0 gathers are the next users in their order.
UserRange part_of_round(std::uint64_t first, const communication::Communicator& communicator, std::uint64_t users) {
  const auto begin = std::min(first + static_cast<std::uint64_t>(communicator.rank()) * kUsersOfRound, users);
  return {begin, std::min(begin + kUsersOfRound, users)};
}

}  // namespace

std::uint64_t write_all_lists(const communication::Communicator& communicator, const dataset::Dataset& data,
                              const checkpoint::ModelFile& model, const ListRules& rules,
                              const std::filesystem::path& path) {
  const auto length = static_cast<std::size_t>(std::min<std::uint64_t>(rules.count, data.item_count()));
  std::optional<ListMaker> maker;
  std::optional<Catalogue> names;
  std::vector<std::string> user_ids;
  std::optional<ListHeader> header;
  std::unique_ptr<ListsFile> file;
  communicator.agree([&] {
    require_same_data(data, model);
    maker.emplace(data, model, rules, length);
    if (communicator.rank() == 0) {
      names.emplace(data);
      user_ids = data.user_ids();
      header.emplace(ListHeader{user_ids, *names, length, data.fingerprint(), model.file().path().string()});
      file = create_lists(path, *header);
    }
  });
  const auto users_of_round = kUsersOfRound * static_cast<std::uint64_t>(communicator.size());
  std::uint64_t recommended = 0;
  for (std::uint64_t first = 0; first < data.user_count(); first += users_of_round) {
    ListBlock own;
    communicator.agree([&] { own = maker->make(part_of_round(first, communicator, data.user_count())); });
    const auto all = gather(communicator, own);
    communicator.agree([&] {
      if (communicator.rank() == 0) {
        file->append(all);
      }
    });
    recommended +=
        own.item.size() - static_cast<std::size_t>(std::count(own.item.begin(), own.item.end(), kNoCandidate));
  }
  communicator.agree([&] {
    if (communicator.rank() == 0) {
      file->finish();
    }
  });
  return communicator.sum(recommended);
}

}  // namespace ampcf::recommendation
