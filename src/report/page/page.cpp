#include "report/page/page.hpp"

#include "ampcf/core/version.hpp"

#include <fmt/format.h>
#include <ampcf_report_style.hpp>

namespace ampcf::report {

namespace {

Html contents(const std::vector<Section>& sections) {
  Html links;
  for (const auto& section : sections) {
    links << element("li", element("a", text(section.heading), {{"href", "#" + section.id}})) << Html::markup("\n");
  }
  return element("nav", element("ul", links), {{"aria-label", "Contents"}});
}

Html markup_of(const Section& section) {
  Html all = element("h2", text(section.heading), {{"id", section.id + "-heading"}});
  all << section.content;
  return element("section", all, {{"id", section.id}, {"aria-labelledby", section.id + "-heading"}});
}

}  // namespace

std::string page(const std::string& title, const std::string& subtitle, const std::vector<Section>& sections) {
  auto present = sections;
  std::erase_if(present, [](const Section& section) { return section.content.empty(); });
  const auto heading = name(title);
  Html header = element("h1", heading);
  header << element("p", text(subtitle)) << contents(present);
  Html main;
  for (const auto& section : present) {
    main << markup_of(section) << Html::markup("\n");
  }
  const auto footer = element("p", text(fmt::format("Written by ampcf-report {}, revision {}. This page is complete in "
                                                    "itself: it runs nothing and loads nothing.",
                                                    version(), revision())));
  return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
         "img-src data:; base-uri 'none'; form-action 'none'\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
         "<meta name=\"color-scheme\" content=\"light dark\">\n"
         "<link rel=\"icon\" href=\"data:,\">\n<title>" +
         text(title).str() + "</title>\n<style>\n" + kStyle + "</style>\n</head>\n<body>\n" +
         element("a", text("Skip to the content"), {{"class", "skip"}, {"href", "#main"}}).str() + "\n" +
         element("header", header).str() + "\n" + element("main", main, {{"id", "main"}}).str() + "\n" +
         element("footer", footer).str() + "\n</body>\n</html>\n";
}

}  // namespace ampcf::report
