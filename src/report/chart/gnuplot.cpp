#include "report/chart/gnuplot.hpp"

#include "ampcf/core/error.hpp"
#include "report/page/html.hpp"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

namespace ampcf::report {

namespace {

constexpr const char* kInk = "var(--ink)";
constexpr const char* kGrid = "var(--grid)";
constexpr const char* kPaper = "var(--card)";

struct Closer {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using TemporaryFile = std::unique_ptr<std::FILE, Closer>;

// Without a name, so that nothing is left however the program ends.
TemporaryFile temporary_file() {
  TemporaryFile file(std::tmpfile());
  if (!file) {
    throw RuntimeError("cannot make a temporary file for gnuplot: {}", std::strerror(errno));
  }
  return file;
}

std::string content_of(std::FILE* file) {
  std::rewind(file);
  std::string text;
  std::vector<char> buffer(1U << 16U);
  for (std::size_t count = 0; (count = std::fread(buffer.data(), 1, buffer.size(), file)) > 0;) {
    text.append(buffer.data(), count);
  }
  return text;
}

// Numbers with a point whatever the language, and no terminal that the environment names.
std::vector<char*> environment(std::string& locale) {
  std::vector<char*> variables{locale.data()};
  for (char** variable = environ; *variable != nullptr; ++variable) {
    if (std::strncmp(*variable, "LC_", 3) != 0 && std::strncmp(*variable, "GNUTERM=", 8) != 0) {
      variables.push_back(*variable);
    }
  }
  variables.push_back(nullptr);
  return variables;
}

struct Answer {
  int fault = 0;   // errno of starting it
  int status = 0;  // as of waitpid
  std::string out;
  std::string err;
};

// -d: no settings of the user.
Answer ask(std::string program, const std::string& script) {
  const auto in = temporary_file();
  const auto out = temporary_file();
  const auto err = temporary_file();
  if (std::fwrite(script.data(), 1, script.size(), in.get()) != script.size() || std::fflush(in.get()) != 0) {
    throw RuntimeError("cannot write a temporary file for gnuplot: {}", std::strerror(errno));
  }
  std::rewind(in.get());
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, fileno(in.get()), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&files, fileno(out.get()), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&files, fileno(err.get()), STDERR_FILENO);
  std::string defaults = "-d";
  std::string locale = "LC_ALL=C.UTF-8";
  std::vector<char*> words{program.data(), defaults.data(), nullptr};
  pid_t child = 0;
  Answer answer;
  answer.fault = posix_spawnp(&child, program.c_str(), &files, nullptr, words.data(), environment(locale).data());
  posix_spawn_file_actions_destroy(&files);
  if (answer.fault == 0) {
    while (waitpid(child, &answer.status, 0) < 0 && errno == EINTR) {
    }
    answer.out = content_of(out.get());
    answer.err = content_of(err.get());
  }
  return answer;
}

bool is_good(const Answer& answer) {
  return answer.fault == 0 && WIFEXITED(answer.status) && WEXITSTATUS(answer.status) == 0;
}

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (auto place = text.find(from); place != std::string::npos; place = text.find(from, place + to.size())) {
    text.replace(place, from.size(), to);
  }
}

// "rgb(  0, 114, 178)" and "rgb(0,114,178)".
void set_colours(std::string& svg) {
  for (std::size_t look = 0; look < kLooks; ++look) {
    const auto [in_script, in_page] = colour(look);
    const auto part = [script = std::string(in_script)](std::size_t i) {
      return std::stoi(script.substr(1 + 2 * i, 2), nullptr, 16);
    };
    replace_all(svg, fmt::format("rgb({:3}, {:3}, {:3})", part(0), part(1), part(2)), in_page);
    replace_all(svg, fmt::format("rgb({},{},{})", part(0), part(1), part(2)), in_page);
  }
  using Pair = std::pair<const char*, const char*>;
  for (const auto& [from, to] : {Pair("black", kInk), Pair("rgb(  0,   0,   0)", kInk), Pair("rgb(0,0,0)", kInk),
                                 Pair("gray", kGrid), Pair("rgb(190, 190, 190)", kGrid), Pair("white", kPaper)}) {
    replace_all(svg, fmt::format("\"{}\"", from), fmt::format("\"{}\"", to));
    replace_all(svg, fmt::format("'{}'", from), fmt::format("'{}'", to));
  }
}

void set_ids(std::string& svg, const std::string& id) {
  for (const char* const before : {" id='", " id=\"", "href='#", "url(#"}) {
    replace_all(svg, before, before + id);
  }
}

// Groups that hold nothing, of which gnuplot writes many.
void remove_empty_groups(std::string& svg) {
  const std::string close = "</g>";
  for (auto place = svg.find("<g "); place != std::string::npos; place = svg.find("<g ", place)) {
    const auto end = svg.find('>', place);
    const auto next = end == std::string::npos ? end : svg.find_first_not_of(" \t\n", end + 1);
    if (next != std::string::npos && svg.compare(next, close.size(), close) == 0) {
      svg.erase(place, next + close.size() - place);
    } else {
      ++place;
    }
  }
}

void remove_between(std::string& svg, const std::string& begin, const std::string& end) {
  for (auto first = svg.find(begin); first != std::string::npos; first = svg.find(begin, first)) {
    const auto last = svg.find(end, first);
    if (last == std::string::npos) {
      return;
    }
    svg.erase(first, last + end.size() - first);
  }
}

}  // namespace

Gnuplot::Gnuplot(std::string program) : program_(std::move(program)) {
  if (!is_good(ask(program_, "exit\n"))) {
    throw RuntimeError(
        "cannot run {}, which draws the charts: install it (Debian: gnuplot-nox; launch/dependencies does it) or put "
        "it into PATH",
        program_);
  }
}

std::string Gnuplot::draw(const Chart& chart, const std::string& label, std::size_t most_points) {
  const auto answer = ask(program_, script(chart, most_points));
  if (!is_good(answer) || answer.out.find("</svg>") == std::string::npos) {
    throw RuntimeError("{} failed over the chart '{}': {}", program_, label, answer.err);
  }
  auto svg = answer.out;
  for (std::size_t i = 0; i < chart.series.size(); ++i) {  // what a pointer over the series shows
    replace_all(svg, fmt::format("<title>gnuplot_plot_{}</title>", i + 1),
                element("title", text(chart.series[i].label)).str());
  }
  return fit_for_page(svg, text(label).str(), fmt::format("c{}-", ++drawn_));
}

std::string fit_for_page(const std::string& svg, const std::string& escaped_label, const std::string& id) {
  const auto begin = svg.find("<svg");
  const auto head_end = svg.find('>', begin);
  const auto end = svg.rfind("</svg>");
  if (begin == std::string::npos || head_end == std::string::npos || end == std::string::npos || end < head_end) {
    throw RuntimeError("gnuplot printed no SVG: version 5.4 or later is needed");
  }
  const auto box = svg.find("viewBox=\"", begin);
  const auto view = box < head_end ? svg.substr(box, svg.find('"', box + 9) + 1 - box) : std::string();
  auto body = svg.substr(head_end + 1, end - head_end - 1);
  const auto canvas = body.find("<g id=");  // before it: a title and a description that say nothing
  body.erase(0, canvas == std::string::npos ? 0 : canvas);
  remove_between(body, "<filter ", "</filter>");
  remove_empty_groups(body);
  set_colours(body);
  set_ids(body, id);
  replace_all(body, "xlink:href", "href");
  return fmt::format("<svg {} role=\"img\" aria-label=\"{}\">", view, escaped_label) + body + "</svg>";
}

}  // namespace ampcf::report
