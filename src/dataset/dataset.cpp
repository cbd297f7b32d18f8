#include "ampcf/dataset/dataset.hpp"

#include "ampcf/core/error.hpp"
#include "dataset/raw/interner.hpp"

#include <algorithm>
#include <functional>
#include <optional>

namespace ampcf::dataset {

namespace {

std::string group_of(HeldOutPart part) { return part == HeldOutPart::test ? "/test" : "/validation"; }

void check_offsets(const std::filesystem::path& path, const std::vector<std::uint64_t>& indptr, std::uint64_t stored) {
  if (indptr.empty() || indptr.front() != 0 || indptr.back() != stored ||
      !std::is_sorted(indptr.begin(), indptr.end())) {
    throw DataError("{}: /train/indptr does not rise from 0 to the {} entries of /train/item", path.string(), stored);
  }
}

// Reads rows of items, each of which exists or is `none`; `look` sees every block that has passed.
template <typename T>
std::vector<T> read_items(const storage::File& file, const std::string& name, std::uint64_t first, std::uint64_t rows,
                          std::uint64_t item_count, std::optional<T> none,
                          const std::function<void(std::span<const T>)>& look = {}) {
  using Unsigned = std::make_unsigned_t<T>;
  const auto end = static_cast<Unsigned>(item_count);
  const bool has_none = none.has_value();
  const T no_item = none.value_or(0);
  const auto is_bad = [=](T item) { return (static_cast<Unsigned>(item) >= end) & !(has_none & (item == no_item)); };
  return file.read_rows<T>(name, first, rows, [&](std::span<const T> items) {
    // Without a branch to each number, so in vectors.
    Unsigned bad_ones = 0;
    for (const T item : items) {
      bad_ones |= static_cast<Unsigned>(is_bad(item));
    }
    if (bad_ones != 0) {
      const auto bad = std::find_if(items.begin(), items.end(), is_bad);
      throw DataError("{}: {} names item {}, but there are {} items", file.path().string(), name, *bad, item_count);
    }
    if (look) {
      look(items);
    }
  });
}

// Counts items that are not larger than the one before them: without a branch to each, so in vectors.
class DescentCounter {
 public:
  void look(std::span<const ItemIndex> items) {
    count_ += static_cast<std::uint64_t>(has_last_ && items.front() <= last_);
    for (std::size_t i = 1; i < items.size(); ++i) {
      count_ += static_cast<std::uint64_t>(items[i] <= items[i - 1]);
    }
    last_ = items.back();
    has_last_ = true;
  }
  [[nodiscard]] std::uint64_t count() const { return count_; }

 private:
  std::uint64_t count_ = 0;
  ItemIndex last_ = 0;
  bool has_last_ = false;
};

// Descents from one user's row to the next, which do not matter.
std::uint64_t descents_between_rows(const Interactions& interactions) {
  const auto& item = interactions.item;
  std::uint64_t descents = 0;
  for (std::uint64_t user = 1; user < interactions.users.count(); ++user) {
    const auto start = interactions.indptr[user];
    const bool is_first_of_row = start < interactions.indptr[user + 1] && start > 0;
    descents += static_cast<std::uint64_t>(is_first_of_row && item[start] <= item[start - 1]);
  }
  return descents;
}

// A file of another kind is most likely what a dataset is made of.
storage::File open_dataset(const std::filesystem::path& path) {
  std::error_code unknown;
  if (std::filesystem::is_regular_file(path, unknown) && storage::File::is_other_kind(path)) {
    throw DataError("{}: not an HDF5 file: ampcf-prepare makes a dataset of raw interactions", path.string());
  }
  return storage::File::open(path);
}

}  // namespace

Dataset::Dataset(const std::filesystem::path& path) : file_(open_dataset(path)) {
  const auto format = file_.has_attribute("format") ? file_.text_attribute("format") : "none";
  if (format != kFormat) {
    throw DataError("{}: format '{}', expected '{}': ampcf-prepare and ampcf-generate make such files", path.string(),
                    format, kFormat);
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
  if (added_.empty()) {
    return stored_interactions(users);
  }
  return with_added(stored_interactions(users));
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
  DescentCounter descents;
  out.item = read_items<ItemIndex>(file_, "/train/item", out.first_position, out.indptr.back(), item_count_, {},
                                   [&](std::span<const ItemIndex> items) { descents.look(items); });
  if (descents.count() == descents_between_rows(out)) {
    return out;
  }
  for (std::uint64_t user = 0; user < users.count(); ++user) {
    const auto row = out.of(user);
    if (std::adjacent_find(row.begin(), row.end(), std::greater_equal<>()) != row.end()) {
      throw DataError("{}: /train/item of user {} is not ascending", path().string(), users.first + user);
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
  if (part == HeldOutPart::validation && !added_.empty()) {
    return std::vector<std::int64_t>(users.count(), kNoItem);
  }
  return read_items<std::int64_t>(file_, group_of(part) + "/item", users.first, users.count(), item_count_, kNoItem);
}

HeldOut Dataset::held_out(HeldOutPart part, UserRange users) const {
  HeldOut out;
  out.users = users;
  out.item = held_out_items(part, users);
  out.candidates_per_user = candidates_per_user(part);
  out.candidates = read_items<ItemIndex>(file_, group_of(part) + "/candidates", users.first, users.count(), item_count_,
                                         kNoCandidate);
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
