#include "dataset/raw/readers.hpp"

namespace ampcf::dataset {

namespace {

std::filesystem::path plain_or_gzip(const std::string& name) {
  return !std::filesystem::exists(name) && std::filesystem::exists(name + ".gz") ? name + ".gz" : name;
}

/// Reads the file of test items into `given_tests` and, as the last of their users, into the rows: so a training row of
/// the same pair is merged as a duplicate.
std::uint64_t read_tests(const std::filesystem::path& path, RawInteractions& out) {
  const auto first_row = out.rows.size();
  std::vector<bool> is_tested;
  const auto lines = read_table(path, ncf_form(), {}, out, [&](const RawRow& row, const TextReader& reader) {
    is_tested.resize(out.users.size(), false);
    if (is_tested[row.user]) {
      reader.fail(reader.line(), "one test item of each user, not a second one");
    }
    is_tested[row.user] = true;
  });
  for (auto row = first_row; row < out.rows.size(); ++row) {
    auto& test = out.rows[row];
    test.time = std::numeric_limits<std::int64_t>::max();
    out.given_tests.push_back({test.user, test.item, {}});
  }
  out.has_given_tests = true;
  return lines;
}

/// Reads the file of negatives, whose lines begin with the test pair as `(user,item)`.
class NegativesReader {
 public:
  NegativesReader(const std::filesystem::path& path, RawInteractions& out)
      : reader_(path), splitter_(ncf_form().syntax), out_(out), test_of_(out.users.size(), kNoTest) {
    for (std::size_t test = 0; test < out.given_tests.size(); ++test) {
      test_of_[out.given_tests[test].user] = test;
    }
  }

  std::uint64_t read() {
    std::uint64_t lines = 0;
    std::vector<bool> is_seen(out_.given_tests.size(), false);
    for (; reader_.next(); ++lines) {
      const auto& fields = splitter_.split(reader_);
      const auto test = test_of_pair(fields.front());
      if (test == kNoTest) {
        reader_.fail(fields.front(), "a pair (user,item) of the file of test items");
      }
      if (is_seen[test]) {
        reader_.fail(fields.front(), "each pair (user,item) once");
      }
      is_seen[test] = true;
      take_candidates(fields, test);
    }
    if (lines == 0) {
      reader_.fail_with("the end of the file", "lines of '(user,item)', a tab, and items");
    }
    return lines;
  }

 private:
  static constexpr auto kNoTest = static_cast<std::size_t>(-1);

  /// Ids may hold commas themselves: the comma is the one that makes a known pair.
  [[nodiscard]] std::size_t test_of_pair(std::string_view pair) const {
    if (pair.size() < 2 || pair.front() != '(' || pair.back() != ')') {
      return kNoTest;
    }
    pair = pair.substr(1, pair.size() - 2);
    for (auto comma = pair.find(','); comma != std::string_view::npos; comma = pair.find(',', comma + 1)) {
      const auto user = out_.users.find(pair.substr(0, comma));
      const auto item = out_.items.find(pair.substr(comma + 1));
      if (user < test_of_.size() && test_of_[user] != kNoTest && out_.given_tests[test_of_[user]].item == item) {
        return test_of_[user];
      }
    }
    return kNoTest;
  }

  void take_candidates(const std::vector<std::string_view>& fields, std::size_t test) {
    auto& given = out_.given_tests[test];
    for (std::size_t field = 1; field < fields.size(); ++field) {
      if (fields[field].empty() && field + 1 == fields.size()) {
        break;  // a tab at the end of the line
      }
      require_id(fields[field], "item id", reader_);
      const auto item = out_.items.intern(fields[field]);
      last_list_of_.resize(out_.items.size(), kNoTest);
      if (item != given.item && last_list_of_[item] != test) {
        given.candidates.push_back(item);
        last_list_of_[item] = test;
      }
    }
  }

  TextReader reader_;
  FieldSplitter splitter_;
  RawInteractions& out_;
  std::vector<std::size_t> test_of_;       // by user
  std::vector<std::size_t> last_list_of_;  // by item: the last test that has it as a candidate
};

}  // namespace

std::array<std::filesystem::path, 3> ncf_paths(const std::string& prefix) {
  return {plain_or_gzip(prefix + ".train.rating"), plain_or_gzip(prefix + ".test.rating"),
          plain_or_gzip(prefix + ".test.negative")};
}

std::uint64_t read_ncf(const std::string& prefix, const RatingRange& range, RawInteractions& out) {
  const auto [train, test, negatives] = ncf_paths(prefix);
  auto lines = read_table(train, ncf_form(), range, out);
  lines += read_tests(test, out);
  return lines + NegativesReader(negatives, out).read();
}

}  // namespace ampcf::dataset
