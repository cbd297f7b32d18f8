#include "config/description.hpp"

#include "ampcf/core/error.hpp"
#include "ampcf/core/version.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

namespace ampcf::config {

namespace {

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (auto place = text.find(from); place != std::string::npos; place = text.find(from, place + to.size())) {
    text.replace(place, from.size(), to);
  }
  return text;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    lines.push_back(line.substr(std::min(line.find_first_not_of(' '), line.size())));
  }
  return lines;
}

bool has_durations(const Description& description) {
  return std::any_of(description.groups.begin(), description.groups.end(), [](const auto& group) {
    return std::any_of(group.options.begin(), group.options.end(), takes_duration);
  });
}

// Text for roff: hyphens that can be searched for and copied, and one line that does not begin a request.
std::string roff(const std::string& text) {
  auto escaped = replaced(replaced(replaced(text, "\n", " "), "\\", "\\e"), "-", "\\-");
  return !escaped.empty() && (escaped[0] == '.' || escaped[0] == '\'') ? "\\&" + escaped : escaped;
}

std::string manual_entry(const Option& option) {
  auto head = fmt::format("\\fB\\-\\-{}\\fR", roff(option.name));
  if (!option.placeholder.empty()) {
    head += fmt::format(" \\fI{}\\fR", roff(option.placeholder));
  }
  const auto note = option.is_required            ? std::string(" Required.")
                    : option.default_text.empty() ? std::string()
                                                  : fmt::format(" Default: {}.", roff(option.default_text));
  return fmt::format(".TP\n{}\n{}.{}\n", head, roff(option.help), note);
}

// In a cell of a table a bar is written with a backslash, in code too.
std::string cell(const std::string& text) { return replaced(replaced(text, "\n", " "), "|", "\\|"); }

std::string table_row(const Option& option) {
  const auto head = option.placeholder.empty() ? option.name : option.name + " " + option.placeholder;
  const auto value = option.is_required            ? std::string("required")
                     : option.default_text.empty() ? std::string()
                                                   : fmt::format("`{}`", option.default_text);
  return fmt::format("| `--{}` | {} | {} |\n", cell(head), cell(value), cell(option.help));
}

bool takes_path(const Option& option) {
  const auto& placeholder = option.placeholder;
  const auto has = [&](const char* part) { return placeholder.find(part) != std::string::npos; };
  return has("PATH") || has("FILE") || has("DIR") || has("RUN") || has(".h5") || has(".json");
}

// What bash offers behind an option: words, files, or nothing that could be guessed.
std::string completion_case(const Option& option) {
  const bool is_choice = option.placeholder.find('|') != std::string::npos;
  if (is_choice) {
    return fmt::format("    --{}) values=\"{}\" ;;\n", option.name, replaced(option.placeholder, "|", " "));
  }
  return takes_path(option) ? fmt::format("    --{}) files=true ;;\n", option.name) : "";
}

std::string names_where(const Description& description, bool (*is_chosen)(const Option&)) {
  std::string names;
  for (const auto& group : description.groups) {
    for (const auto& option : group.options) {
      names += is_chosen(option) ? (names.empty() ? "--" : " --") + option.name : "";
    }
  }
  return names;
}

// @...@ are filled in. The words before the cursor are read from the right: an option with `=` comes as three words.
constexpr const char* kCompletion =
    R"(# bash completion of @program@, made from its options by `@program@ --describe bash`.
@function@() {
  local options="@options@" many=" @many@ " switches=" @switches@ "
  local word=${COMP_WORDS[COMP_CWORD]} i=$((COMP_CWORD - 1)) option= behind=0 values= files=false given=" "
  [[ $word != = ]] || word=
  for (( ; i > 0; --i)); do
    case ${COMP_WORDS[i]} in
      --*) option=${COMP_WORDS[i]} && break ;;
      =) ;;
      *) behind=$((behind + 1)) ;;
    esac
  done
  COMPREPLY=()
  case $option in
@cases@  esac
  if [[ -n $option && $word != -* ]] && ((behind == 0)) || [[ $many == *" $option "* && $word != -* ]]; then
    if [[ $files == true ]]; then
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$word")
    else
      mapfile -t COMPREPLY < <(compgen -W "$values" -- "$word")
    fi
    [[ $switches == *" $option "* && -z $word && ${COMP_WORDS[COMP_CWORD - 1]} != = ]] || return 0
  fi
  [[ $word == "" || $word == -* ]] || return 0
  for i in "${COMP_WORDS[@]:1:COMP_CWORD - 1}"; do
    [[ $many == *" $i "* ]] || given+="$i "
  done
  for i in $options; do
    [[ $given == *" $i "* || $i != "$word"* ]] || COMPREPLY+=("$i")
  done
}
complete -F @function@ @program@
)";

}  // namespace

bool takes_duration(const Option& option) { return option.placeholder == kDurationPlaceholder; }

std::string as_manual(const Description& description) {
  const auto& program = description.program;
  std::string upper = program;
  std::transform(upper.begin(), upper.end(), upper.begin(), [](unsigned char c) { return std::toupper(c); });
  auto text = fmt::format(".TH {} 1 \"\" \"ampcf {}\" \"ampcf\"\n.SH NAME\n{} \\- {}\n.SH SYNOPSIS\n.nf\n.ad l\n",
                          roff(upper), version(), roff(program), roff(description.summary));
  for (const auto& line : lines_of(description.usage)) {
    text += roff(line) + "\n";
  }
  text +=
      ".fi\n.SH DESCRIPTION\n" + roff(description.program) +
      " takes its options on the command line, from an INI file\n(\\fB\\-\\-config\\fR, lines such as \"seed = 1\"),"
      " or from both; the command line wins.\nResults go to standard output, everything else to standard error.\n"
      ".SH OPTIONS\nA bare switch means true.\n";
  if (has_durations(description)) {
    text += fmt::format("\\fI{}\\fR is written {}.\n", kDurationPlaceholder, kDurationForms);
  }
  for (const auto& group : description.groups) {
    text += fmt::format(".SS {}\n", roff(group.title));
    for (const auto& option : group.options) {
      text += manual_entry(option);
    }
  }
  return text +
         ".SH EXIT STATUS\n.TP\n0\ndone\n.TP\n1\nan error at run time: input or output, MPI, divergence, a damaged"
         " checkpoint\n.TP\n2\nwrong usage or configuration\n.TP\n3\nmissing or bad input data; faults in text files"
         " begin FILE:LINE:\n.TP\n75\n(programs that train) stopped on request or out of time, after a checkpoint\n"
         ".SH SEE ALSO\nThe pages of all programs, a tutorial and the formats of files are part of the sources:\n"
         "README.md and src/apps there.\n";
}

std::string as_markdown(const Description& description) {
  std::string text;
  for (const auto& line : lines_of(description.usage)) {
    text += "    " + line + "\n";
  }
  if (has_durations(description)) {
    text += fmt::format("\n`{}` is written {}.\n", kDurationPlaceholder, kDurationForms);
  }
  for (const auto& group : description.groups) {
    text += fmt::format("\n### {}\n\n| option | default | |\n|---|---|---|\n", group.title);
    for (const auto& option : group.options) {
      text += table_row(option);
    }
  }
  return text;
}

std::string as_bash_completion(const Description& description) {
  std::string cases;
  for (const auto& group : description.groups) {
    for (const auto& option : group.options) {
      cases += completion_case(option);
    }
  }
  const auto names = names_where(description, [](const Option&) { return true; });
  const auto many = names_where(description, [](const Option& o) { return o.takes_many || o.is_repeatable; });
  const auto switches = names_where(description, [](const Option& o) { return o.is_switch || o.placeholder.empty(); });
  std::string text = kCompletion;
  text = replaced(text, "@function@", "_" + replaced(description.program, "-", "_"));
  text = replaced(replaced(text, "@options@", names), "@many@", many);
  text = replaced(replaced(text, "@switches@", switches), "@cases@", cases);
  return replaced(text, "@program@", description.program);
}

std::string OptionTable::described(const std::string& form) const {
  Description description{program_, summary_, usage_, {}};
  for (const auto& group : groups_) {
    auto& copy = description.groups.emplace_back(Description::Group{group.title, {}});
    for (const auto index : group.options) {
      copy.options.push_back(*options_[index]);
    }
  }
  auto& first = description.groups.front().options;
  first.push_back({.name = "help", .help = kHelpOfHelp});
  first.push_back({.name = "version", .help = kHelpOfVersion});
  if (form == "man") {
    return as_manual(description);
  }
  if (form == "markdown") {
    return as_markdown(description);
  }
  if (form == "bash") {
    return as_bash_completion(description);
  }
  throw UsageError("--describe: '{}' is unknown: expected man|markdown|bash", form);
}

}  // namespace ampcf::config
