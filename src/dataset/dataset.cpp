#include "ampcf/dataset/dataset.hpp"

#include "ampcf/core/error.hpp"
#include "dataset/raw/interner.hpp"

#include <algorithm>

namespace ampcf::dataset {

namespace {

std::string group_of(HeldOutPart part) { return part == HeldOutPart::test ? "/test" : "/validation"; }

void check_offsets(const std::filesystem::path& path, const std::vector<std::uint64_t>& indptr, std::uint64_t stored) {
  if (indptr.empty() || indptr.front() != 0 || indptr.back() != stored ||
      !std::is_sorted(indptr.begin(), indptr.end())) {
    throw DataError("{}: /train/indptr does not rise from 0 to the {} entries of /train/item", path.string(), stored);
  }
}

// Whether items rise strictly inside each user's row. Descents are counted without a branch to each number, so in
// vectors; those from one row to the next do not matter.
bool rise_in_rows(const Interactions& interactions) {
  const auto& item = interactions.item;
  std::uint64_t descents = 0;
  for (std::size_t i = 1; i < item.size(); ++i) {
    descents += static_cast<std::uint64_t>(item[i] <= item[i - 1]);
  }
  std::uint64_t between_rows = 0;
  for (std::uint64_t user = 1; user < interactions.users.count(); ++user) {
    const auto start = interactions.indptr[user];
    const bool is_first_of_row = start < interactions.indptr[user + 1] && start > 0;
    between_rows += static_cast<std::uint64_t>(is_first_of_row && item[start] <= item[start - 1]);
  }
  return descents == between_rows;
}

template <typename T>
void check_items(const std::filesystem::path& path, const std::string& name, const std::vector<T>& items, T none,
                 std::uint64_t item_count) {
  using Unsigned = std::make_unsigned_t<T>;
  const auto end = static_cast<Unsigned>(item_count);
  const auto is_bad = [&](T item) { return (item != none) & (static_cast<Unsigned>(item) >= end); };
  // Without a branch to each number, so in vectors.
  Unsigned bad_ones = 0;
  for (const T item : items) {
    bad_ones |= static_cast<Unsigned>(is_bad(item));
  }
  if (bad_ones != 0) {
    const auto bad = std::find_if(items.begin(), items.end(), is_bad);
    throw DataError("{}: {} names item {}, but there are {} items", path.string(), name, *bad, item_count);
  }
}

}  // namespace

Dataset::Dataset(const std::filesystem::path& path) : file_(storage::File::open(path)) {
  const auto format = file_.has_attribute("format") ? file_.text_attribute("format") : "none";
  if (format != "ampcf-dataset") {
    throw DataError("{}: format '{}', expected 'ampcf-dataset': ampcf-prepare and ampcf-generate make such files",
                    path.string(), format);
  }
  const auto version = file_.attribute<std::int32_t>("version");
  if (version != kFormatVersion) {
    throw DataError("{}: dataset version {}, expected {}: prepare the data again", path.string(), version,
                    kFormatVersion);
  }
  fingerprint_ = file_.text_attribute("fingerprint");
  const auto items = file_.shape("/items/id");
  const auto train = file_.shape("/train/item");
  if (items.size() != 1 || train.size() != 1) {
    throw DataError("{}: /items/id and /train/item must have one dimension", path.string());
  }
  item_count_ = items[0];
  if (item_count_ > Interner::kMost) {
    throw DataError("{}: {} items, expected at most {}", path.string(), item_count_, Interner::kMost);
  }
  indptr_ = file_.read<std::uint64_t>("/train/indptr");
  check_offsets(path, indptr_, train[0]);
  file_.expect_shape("/users/id", {user_count()});
  for (const auto part : {HeldOutPart::validation, HeldOutPart::test}) {
    file_.expect_shape(group_of(part) + "/item", {user_count()});
    const auto candidates = file_.shape(group_of(part) + "/candidates");
    if (candidates.size() != 2 || candidates[0] != user_count()) {
      throw DataError("{}: {}/candidates does not have a row for each of the {} users", path.string(), group_of(part),
                      user_count());
    }
  }
}

void Dataset::add_back_validation() {
  if (!added_.empty()) {
    return;
  }
  added_ = held_out_items(HeldOutPart::validation, {0, user_count()});
  stored_indptr_ = indptr_;
  std::uint64_t added = 0;
  for (std::uint64_t user = 0; user < added_.size(); ++user) {
    added += added_[user] == kNoItem ? 0 : 1;
    indptr_[user + 1] += added;
  }
}

Interactions Dataset::interactions(UserRange users) const {
  auto stored = stored_interactions(users);
  return added_.empty() ? stored : with_added(stored);
}

Interactions Dataset::stored_interactions(UserRange users) const {
  const auto& indptr = stored_indptr_.empty() ? indptr_ : stored_indptr_;
  Interactions out;
  out.users = users;
  out.first_position = indptr[users.first];
  out.indptr.assign(indptr.begin() + static_cast<std::ptrdiff_t>(users.first),
                    indptr.begin() + static_cast<std::ptrdiff_t>(users.last) + 1);
  for (auto& offset : out.indptr) {
    offset -= out.first_position;
  }
  out.item.resize(out.indptr.back());
  file_.read_rows("/train/item", out.first_position, std::span<ItemIndex>(out.item));
  check_items(path(), "/train/item", out.item, kNoCandidate, item_count_);
  const bool is_in_order = rise_in_rows(out);
  for (std::uint64_t user = 0; user < users.count(); ++user) {
    const auto row = out.of(user);
    if ((!is_in_order && std::adjacent_find(row.begin(), row.end(), std::greater_equal<>()) != row.end()) ||
        (!row.empty() && row.back() >= item_count_)) {
      throw DataError("{}: /train/item of user {} is not ascending below {}", path().string(), users.first + user,
                      item_count_);
    }
  }
  return out;
}

Interactions Dataset::with_added(const Interactions& stored) const {
  Interactions out;
  out.users = stored.users;
  out.first_position = indptr_[stored.users.first];
  out.indptr.assign(1, 0);
  out.item.reserve(indptr_[stored.users.last] - out.first_position);
  for (std::uint64_t user = 0; user < stored.users.count(); ++user) {
    const auto row = stored.of(user);
    const auto added = added_[stored.users.first + user];
    const auto place = added == kNoItem ? row.end() : std::lower_bound(row.begin(), row.end(), added);
    if (place != row.end() && *place == added) {
      throw DataError("{}: item {} of user {} is in the training and in the validation part", path().string(), added,
                      stored.users.first + user);
    }
    out.item.insert(out.item.end(), row.begin(), place);
    if (added != kNoItem) {
      out.item.push_back(static_cast<ItemIndex>(added));
    }
    out.item.insert(out.item.end(), place, row.end());
    out.indptr.push_back(out.item.size());
  }
  return out;
}

std::vector<std::int64_t> Dataset::held_out_items(HeldOutPart part, UserRange users) const {
  std::vector<std::int64_t> items(users.count(), kNoItem);
  if (part == HeldOutPart::test || added_.empty()) {
    const auto name = group_of(part) + "/item";
    file_.read_rows(name, users.first, std::span<std::int64_t>(items));
    check_items(path(), name, items, kNoItem, item_count_);
  }
  return items;
}

HeldOut Dataset::held_out(HeldOutPart part, UserRange users) const {
  const auto group = group_of(part);
  HeldOut out;
  out.users = users;
  out.item = held_out_items(part, users);
  out.candidates_per_user = candidates_per_user(part);
  out.candidates.resize(users.count() * out.candidates_per_user);
  file_.read_rows(group + "/candidates", users.first, std::span<ItemIndex>(out.candidates));
  check_items(path(), group + "/candidates", out.candidates, kNoCandidate, item_count_);
  return out;
}

std::uint64_t Dataset::candidates_per_user(HeldOutPart part) const {
  return file_.shape(group_of(part) + "/candidates")[1];
}

bool Dataset::has_held_out(HeldOutPart part) const {
  const auto items = held_out_items(part, {0, user_count()});
  return std::any_of(items.begin(), items.end(), [](std::int64_t item) { return item != kNoItem; });
}

std::vector<std::string> Dataset::user_ids() const { return distinct_ids("/users/id", user_count()); }
std::vector<std::string> Dataset::item_ids() const { return distinct_ids("/items/id", item_count_); }
std::vector<std::string> Dataset::item_titles() const { return item_texts("/items/title"); }
std::vector<std::string> Dataset::item_tags() const { return item_texts("/items/tags"); }

std::vector<std::string> Dataset::distinct_ids(const std::string& dataset, std::uint64_t count) const {
  file_.expect_shape(dataset, {count});
  auto ids = file_.read_strings(dataset);
  Interner seen;
  for (const auto& id : ids) {
    const auto before = seen.size();
    if (seen.intern(id) != before) {
      throw DataError("{}: {} holds '{}' more than once", path().string(), dataset, id);
    }
  }
  return ids;
}

std::vector<std::string> Dataset::item_texts(const std::string& dataset) const {
  if (!file_.contains(dataset)) {
    return {};
  }
  file_.expect_shape(dataset, {item_count_});
  return file_.read_strings(dataset);
}

}  // namespace ampcf::dataset
