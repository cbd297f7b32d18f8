#include "report/input/metrics.hpp"

#include "ampcf/core/error.hpp"
#include "ampcf/evaluation/metrics_file.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>

namespace ampcf::report {

namespace fs = std::filesystem;

namespace {

using Json = nlohmann::ordered_json;

constexpr std::uintmax_t kLargestJsonBytes = 16U << 20U;  // a thousand times what an evaluation writes
constexpr const char* kExpected = "metrics.json of ampcf-evaluate";

std::string text_of(const fs::path& path) {
  std::error_code failed;
  const auto bytes = fs::file_size(path, failed);
  std::ifstream file(path, std::ios::binary);
  if (failed || !file) {
    throw DataError("{}: cannot be read, expected {}", path.string(), kExpected);
  }
  if (bytes > kLargestJsonBytes) {
    throw DataError("{}: {} bytes, expected {}", path.string(), bytes, kExpected);
  }
  return {std::istreambuf_iterator<char>(file), {}};
}

Json parsed(const fs::path& path) {
  const auto text = text_of(path);
  try {
    return Json::parse(text);
  } catch (const Json::parse_error& error) {
    const auto end = text.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(error.byte, text.size()));
    throw DataError("{}:{}: no JSON from byte {} on, expected {}", path.string(),
                    1 + std::count(text.begin(), end, '\n'), error.byte, kExpected);
  } catch (const Json::exception& error) {  // a number beyond all doubles
    throw DataError("{}: {}: not {}", path.string(), error.what(), kExpected);
  }
}

// Reads members of objects; every fault names the file and the member.
class Reader {
 public:
  Reader(const fs::path& path, const Json& json) : path_(path), json_(json) {}

  [[nodiscard]] std::string text(const std::string& pointer) const {
    const auto* found = find(pointer);
    return found != nullptr && found->is_string() ? found->get<std::string>() : fail<std::string>(pointer, "a text");
  }

  [[nodiscard]] std::uint64_t count(const std::string& pointer) const {
    const auto* found = find(pointer);
    return found != nullptr && found->is_number_unsigned() ? found->get<std::uint64_t>()
                                                           : fail<std::uint64_t>(pointer, "an integer of 0 or more");
  }

  [[nodiscard]] double number(const std::string& pointer) const {
    const auto* found = find(pointer);
    return found != nullptr && found->is_number() ? found->get<double>() : fail<double>(pointer, "a number");
  }

  /// An object, or nothing where the member is absent.
  [[nodiscard]] const Json* object(const std::string& pointer) const {
    const auto* found = find(pointer);
    return found == nullptr || found->is_object() ? found : fail<const Json*>(pointer, "an object");
  }

  [[nodiscard]] std::optional<evaluation::Interval> interval(const std::string& pointer) const {
    const auto* found = find(pointer);
    if (found == nullptr) {
      return std::nullopt;
    }
    if (!found->is_array() || found->size() != 2) {
      fail<int>(pointer, "two numbers");
    }
    const bool is_known = (*found)[0].is_number() && (*found)[1].is_number();  // null: nobody was left in resamples
    return is_known ? std::optional(evaluation::Interval{(*found)[0].get<double>(), (*found)[1].get<double>()})
                    : std::nullopt;
  }

  template <typename T>
  [[noreturn]] T fail(const std::string& pointer, const std::string& expected) const {
    const auto* found = find(pointer);
    throw DataError("{}: {} is {}, expected {}: not {}", path_.string(), pointer,
                    found == nullptr ? "missing" : found->type_name(), expected, kExpected);
  }

 private:
  [[nodiscard]] const Json* find(const std::string& pointer) const {
    const Json::json_pointer place(pointer);
    return json_.contains(place) ? &json_.at(place) : nullptr;
  }

  const fs::path& path_;
  const Json& json_;
};

// A name as a step of a JSON pointer (RFC 6901).
std::string step(const std::string& name) {
  std::string escaped = "/";
  for (const char letter : name) {
    escaped += letter == '~' ? "~0" : letter == '/' ? "~1" : std::string(1, letter);
  }
  return escaped;
}

// What is null was not a number: nobody was measured.
void add_figures(const Reader& reader, const std::string& place, const std::string& group,
                 std::vector<Measured>& figures) {
  const auto* const object = reader.object(place);
  if (object == nullptr) {
    return;
  }
  for (const auto& [name, value] : object->items()) {
    const bool is_count = name == "users" && (value.is_number_unsigned() || value.is_object());
    if (!is_count && !value.is_null()) {
      figures.push_back(
          {group, name, reader.number(place + step(name)), reader.interval("/intervals" + place + step(name))});
    }
  }
}

std::vector<SlicePart> read_slices(const Reader& reader) {
  std::vector<SlicePart> parts;
  const auto* const slices = reader.object("/slices");
  if (slices == nullptr) {
    return parts;
  }
  for (const auto& [slice, content] : slices->items()) {
    const auto* const in_slice = reader.object("/slices" + step(slice));
    for (const auto& [part, figures] : in_slice->items()) {
      const auto place = "/slices" + step(slice) + step(part);
      parts.push_back({slice, part, reader.count(place + "/users"), {}});
      for (const char* const group : {"sampled", "full"}) {
        add_figures(reader, place + "/" + group, group, parts.back().figures);
      }
    }
  }
  return parts;
}

void require_form(const fs::path& path, const Reader& reader, const Json& json) {
  if (!json.is_object() || reader.text("/format") != "ampcf-metrics") {
    throw DataError("{}: not {}", path.string(), kExpected);
  }
  const auto version = reader.count("/version");
  if (version != static_cast<std::uint64_t>(evaluation::kMetricsVersion)) {
    throw DataError("{}: metrics of version {}, expected {}: evaluate again", path.string(), version,
                    evaluation::kMetricsVersion);
  }
}

void require_same_evaluation(const Metrics& metrics) {
  const evaluation::MetricsFile file(metrics.h5);
  if (file.dataset_fingerprint() != metrics.dataset_fingerprint || file.split() != metrics.split) {
    throw DataError("{}: of dataset {} and its {} items, but {} of dataset {} and its {} items: not of one evaluation",
                    metrics.json.string(), metrics.dataset_fingerprint, metrics.split, metrics.h5.string(),
                    file.dataset_fingerprint(), file.split());
  }
}

void fill(Metrics& metrics, const Json& json) {
  const Reader reader(metrics.json, json);
  require_form(metrics.json, reader, json);
  metrics.dataset = reader.text("/dataset");
  metrics.dataset_fingerprint = reader.text("/dataset_fingerprint");
  metrics.split = reader.text("/split");
  metrics.kind = reader.text("/model/kind");
  metrics.model = reader.text("/model/name");
  metrics.users = reader.count("/users");
  metrics.users_in_dataset = reader.count("/counts/users_in_dataset");
  metrics.items_in_dataset = reader.count("/counts/items_in_dataset");
  metrics.k = reader.count("/k");
  metrics.revision = reader.text("/revision");
  metrics.level = reader.object("/intervals") == nullptr ? 0.0 : reader.number("/intervals/level");
  for (const char* const group : {"sampled", "full", "tdd", "lists", "explanations", "planted"}) {
    add_figures(reader, std::string("/") + group, group, metrics.figures);
  }
  metrics.slices = read_slices(reader);
}

}  // namespace

const Measured* Metrics::find(const std::string& group, const std::string& name) const {
  const auto found = std::find_if(figures.begin(), figures.end(),
                                  [&](const Measured& figure) { return figure.group == group && figure.name == name; });
  return found == figures.end() ? nullptr : &*found;
}

Metrics read_metrics(const fs::path& path) {
  Metrics metrics;
  metrics.json = metrics.h5 = path;
  metrics.json.replace_extension(".json");
  metrics.h5.replace_extension(".h5");
  const auto json = parsed(metrics.json);
  try {
    fill(metrics, json);
  } catch (const Json::exception& error) {  // a name that is no place in an array
    throw DataError("{}: {}: not {}", metrics.json.string(), error.what(), kExpected);
  }
  require_same_evaluation(metrics);
  return metrics;
}

}  // namespace ampcf::report
