#include "ampcf/evaluation/planted.hpp"

#include "ampcf/core/error.hpp"
#include "ampcf/model/scoring.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace ampcf::evaluation {

namespace {

// The key with the highest count, the smallest of several; -1 where nothing was counted.
std::int64_t most_frequent(const std::map<std::int64_t, std::uint64_t>& counts) {
  const auto most =
      std::max_element(counts.begin(), counts.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  return most == counts.end() ? -1 : most->first;
}

class Judge {
 public:
  Judge(const dataset::Dataset& data, const model::SharedParameters<float>& shared)
      : scorer_(shared), attention_(shared.dimensions.personas) {
    tastes_ = data.file().read<std::int64_t>("/truth/item_taste");
    if (tastes_.size() != data.item_count()) {
      throw DataError("{}: /truth/item_taste has {} entries, expected {} as items", data.path().string(),
                      tastes_.size(), data.item_count());
    }
  }

  void judge(const float* personas, std::span<const ItemIndex> train, ItemIndex held_out, bool has_several,
             PlantedAgreement& agreement) {
    scorer_.set_user(personas);
    std::vector<std::map<std::int64_t, std::uint64_t>> claimed(attention_.size());
    std::map<std::int64_t, std::uint64_t> all;
    for (const auto item : train) {
      ++claimed[responsible(item)][tastes_[item]];
      ++all[tastes_[item]];
    }
    const bool is_right = most_frequent(claimed[responsible(held_out)]) == tastes_[held_out];
    const bool is_majority = most_frequent(all) == tastes_[held_out];
    ++agreement.users;
    agreement.named_right += is_right ? 1 : 0;
    agreement.several_users += has_several ? 1 : 0;
    agreement.several_named_right += has_several && is_right ? 1 : 0;
    agreement.several_majority += has_several && is_majority ? 1 : 0;
  }

 private:
  std::size_t responsible(ItemIndex item) {
    scorer_.attention(item, attention_);
    return static_cast<std::size_t>(std::max_element(attention_.begin(), attention_.end()) - attention_.begin());
  }

  model::Scorer scorer_;
  std::vector<float> attention_;
  std::vector<std::int64_t> tastes_;
};

PlantedAgreement judge_users(const dataset::Dataset& data, const checkpoint::ModelFile& model,
                             dataset::HeldOutPart part, UserRange users, std::span<const UserIndex> asked) {
  const auto shared = model.shared();
  Judge judge(data, shared);
  const auto personas = model.personas(users);
  const auto train = data.interactions(users);
  const auto held_out = data.held_out(part, users);
  const auto planted_shape = data.file().shape("/truth/user_persona");
  if (planted_shape.size() != 2 || planted_shape[0] != data.user_count()) {
    throw DataError("{}: /truth/user_persona has no row for each of the {} users", data.path().string(),
                    data.user_count());
  }
  const auto planted_at_most = planted_shape[1];
  std::vector<std::int64_t> planted(users.count() * planted_at_most);
  data.file().read_rows("/truth/user_persona", users.first, std::span<std::int64_t>(planted));
  PlantedAgreement agreement;
  for (const auto index : asked) {
    const auto user = index - users.first;
    if (held_out.item[user] != kNoItem) {
      const bool has_several = planted_at_most > 1 && planted[user * planted_at_most + 1] >= 0;
      judge.judge(personas.of(user), train.of(user), static_cast<ItemIndex>(held_out.item[user]), has_several,
                  agreement);
    }
  }
  return agreement;
}

}  // namespace

std::optional<PlantedAgreement> measure_planted(const communication::Communicator& communicator,
                                                const dataset::Dataset& data, const checkpoint::ModelFile& model,
                                                dataset::HeldOutPart part, UserRange own_users,
                                                std::span<const UserIndex> asked) {
  if (!data.file().contains("/truth/item_taste") || !data.file().contains("/truth/user_persona")) {
    return std::nullopt;
  }
  PlantedAgreement own;
  communicator.agree([&] { own = judge_users(data, model, part, own_users, asked); });
  std::array<std::uint64_t, 5> sums{own.users, own.named_right, own.several_users, own.several_named_right,
                                    own.several_majority};
  communicator.sum(std::span<std::uint64_t>(sums));
  return PlantedAgreement{sums[0], sums[1], sums[2], sums[3], sums[4]};
}

}  // namespace ampcf::evaluation
