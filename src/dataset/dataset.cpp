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

template <typename T>
void check_items(const std::filesystem::path& path, const std::string& name, const std::vector<T>& items, T none,
                 std::uint64_t item_count) {
  const auto bad = std::find_if(items.begin(), items.end(),
                                [&](T item) { return item != none && static_cast<std::uint64_t>(item) >= item_count; });
  if (bad != items.end()) {
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

Interactions Dataset::interactions(UserRange users) const {
  Interactions out;
  out.users = users;
  out.first_position = indptr_[users.first];
  out.indptr.assign(indptr_.begin() + static_cast<std::ptrdiff_t>(users.first),
                    indptr_.begin() + static_cast<std::ptrdiff_t>(users.last) + 1);
  for (auto& offset : out.indptr) {
    offset -= out.first_position;
  }
  out.item.resize(out.indptr.back());
  file_.read_rows("/train/item", out.first_position, std::span<ItemIndex>(out.item));
  check_items(path(), "/train/item", out.item, kNoCandidate, item_count_);
  for (std::uint64_t user = 0; user < users.count(); ++user) {
    const auto row = out.of(user);
    if (std::adjacent_find(row.begin(), row.end(), std::greater_equal<>()) != row.end() ||
        (!row.empty() && row.back() >= item_count_)) {
      throw DataError("{}: /train/item of user {} is not ascending below {}", path().string(), users.first + user,
                      item_count_);
    }
  }
  return out;
}

HeldOut Dataset::held_out(HeldOutPart part, UserRange users) const {
  const auto group = group_of(part);
  HeldOut out;
  out.users = users;
  out.item.resize(users.count());
  file_.read_rows(group + "/item", users.first, std::span<std::int64_t>(out.item));
  check_items(path(), group + "/item", out.item, kNoItem, item_count_);
  out.candidates_per_user = file_.shape(group + "/candidates")[1];
  out.candidates.resize(users.count() * out.candidates_per_user);
  file_.read_rows(group + "/candidates", users.first, std::span<ItemIndex>(out.candidates));
  check_items(path(), group + "/candidates", out.candidates, kNoCandidate, item_count_);
  return out;
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
