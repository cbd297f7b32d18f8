#include "report/page/html.hpp"

#include "ampcf/random/philox.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ampcf::report {

namespace {

using ::testing::HasSubstr;

const std::string kReplacement = "\xEF\xBF\xBD";

}  // namespace

TEST(Html, NoTextCanBecomeMarkup) {
  EXPECT_EQ(text("<script>alert('1 & 2', \"3\")</script>").str(),
            "&lt;script&gt;alert(&#39;1 &amp; 2&#39;, &quot;3&quot;)&lt;/script&gt;");
  EXPECT_EQ(element("p", {}, {{"title", "\"><script>"}}).str(), "<p title=\"&quot;&gt;&lt;script&gt;\"></p>");
}

TEST(Html, WhateverTheBytesNothingOfTheSyntaxIsLeft) {
  random::Draws draws(1, random::Stream::generation, 0);
  for (int round = 0; round < 2000; ++round) {
    std::string bytes;
    for (std::uint32_t i = draws.next_below(24); i > 0; --i) {
      const bool is_ascii = draws.next_below(2) == 0;
      bytes += static_cast<char>(is_ascii ? 0x20 + draws.next_below(0x40) : draws.next_below(256));
    }
    const auto escaped = text(bytes).str();
    EXPECT_EQ(escaped.find_first_of("<>\"'\n\r\t\0", 0, 8), std::string::npos) << escaped;
    EXPECT_EQ(cleaned(escaped), escaped);
  }
}

TEST(Html, KeepsTextOfAnyLanguage) {
  for (const std::string whole : {"Le Fabuleux Destin d\xC3\xA9", "\xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D",
                                  "\xE5\x8D\x83\xE3\x81\xA8", "\xF0\x9F\x8E\xAC"}) {
    EXPECT_EQ(text(whole).str(), whole);
  }
}

TEST(Html, ReplacesWhatIsNoUtf8AndControls) {
  EXPECT_EQ(cleaned("a\xFFz"), "a" + kReplacement + "z");
  EXPECT_EQ(cleaned("\xC0\xAF"), kReplacement + kReplacement);                          // overlong
  EXPECT_EQ(cleaned("\xED\xA0\x80"), kReplacement + kReplacement + kReplacement);       // surrogate
  EXPECT_EQ(cleaned("\xF4\x90\x80\x80").substr(0, kReplacement.size()), kReplacement);  // beyond U+10FFFF
  EXPECT_EQ(cleaned("\xE2\x82"), kReplacement + kReplacement);                          // cut short
  EXPECT_EQ(cleaned(std::string("\0\x1B\x7F\xC2\x85", 5)), kReplacement + kReplacement + kReplacement + kReplacement);
  EXPECT_EQ(cleaned("a\r\n\tb"), "a   b");
}

TEST(Html, ShortensByCharactersNotBytes) {
  EXPECT_EQ(shortened("\xC3\xA4\xC3\xB6\xC3\xBC", 3), "\xC3\xA4\xC3\xB6\xC3\xBC");
  EXPECT_EQ(shortened("\xC3\xA4\xC3\xB6\xC3\xBC", 2), "\xC3\xA4\xC3\xB6\xE2\x80\xA6");
  EXPECT_LT(name(std::string(100000, 'x')).str().size(), 200U);
}

TEST(Html, NamesKeepTheirDirectionOfWritingToThemselves) {
  EXPECT_EQ(name("\xE2\x80\xAE<b>").str(), "<bdi>\xE2\x80\xAE&lt;b&gt;</bdi>");
}

TEST(Html, TablesHeadRowsAndColumnsForReadersOfTheScreen) {
  const auto html = table({text("Caption"), {text("run"), text("loss")}, {{text("A"), text("1")}}}, "Loss").str();
  EXPECT_THAT(html, HasSubstr("<caption>Caption</caption>"));
  EXPECT_THAT(html, HasSubstr("<th scope=\"col\">loss</th>"));
  EXPECT_THAT(html, HasSubstr("<th scope=\"row\">A</th><td>1</td>"));
  EXPECT_THAT(html, HasSubstr("role=\"region\" aria-label=\"Loss\" tabindex=\"0\""));
}

}  // namespace ampcf::report
