#include "dataset/raw/encoding.hpp"
#include "dataset/raw/text_reader.hpp"
#include "raw_files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ampcf::dataset {

namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> lines_of(const std::string& path) {
  TextReader reader(path);
  std::vector<std::string> lines;
  while (reader.next()) {
    lines.push_back(fmt::format("{}:{}", reader.line_number(), reader.line()));
  }
  return lines;
}

std::string fault_of(const std::string& path) {
  return testing::error_of<DataError>([&] { (void)lines_of(path); });
}

}  // namespace

TEST(TextReader, GivesLinesOfAnyEndingWithTheirNumbers) {
  const Workshop shop;
  EXPECT_THAT(lines_of(shop.file("lf", "a\nb\n")), ElementsAre("1:a", "2:b"));
  EXPECT_THAT(lines_of(shop.file("crlf", "a\r\nb\r\n")), ElementsAre("1:a", "2:b"));
  EXPECT_THAT(lines_of(shop.file("open end", "a\nb")), ElementsAre("1:a", "2:b"));
  EXPECT_THAT(lines_of(shop.file("empty", "")), ElementsAre());
}

TEST(TextReader, PassesOverMarkAndBlankLinesButCountsThem) {
  const Workshop shop;
  EXPECT_THAT(lines_of(shop.file("x",
                                 "\xEF\xBB\xBF"
                                 "a\n\n \t\r\nb\n\n")),
              ElementsAre("1:a", "4:b"));
  EXPECT_THAT(lines_of(shop.file("y", "\xEF\xBB\xBF")), ElementsAre());
}

TEST(TextReader, ReadsGzipAsItsText) {
  const Workshop shop;
  EXPECT_THAT(lines_of(shop.gzip_file("x.gz", "a\r\nb")), ElementsAre("1:a", "2:b"));
}

TEST(TextReader, LinesLongerThanItsBufferStayWhole) {
  const Workshop shop;
  const std::string first(3'000'000, 'x');
  const std::string second(1'500'000, 'y');
  TextReader reader(shop.file("x", first + "\n" + second + "\nz\n"));
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(reader.line(), first);
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(reader.line(), second);
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(reader.line(), "z");
  EXPECT_FALSE(reader.next());
}

TEST(TextReader, RefusesALineWithoutEnd) {
  const Workshop shop;
  EXPECT_THAT(fault_of(shop.gzip_file("x.gz", "a\n" + std::string(kLongestLineBytes + 1, 'x'))),
              HasSubstr("x.gz:2: found a line of more than 64 MiB"));
}

TEST(TextReader, TurnsLatin1ToUtf8LineByLine) {
  const Workshop shop;
  EXPECT_THAT(lines_of(shop.file("x", "Mis\xE9rables\nMis\xC3\xA9rables\nplain\n")),
              ElementsAre("1:Mis\xC3\xA9rables", "2:Mis\xC3\xA9rables", "3:plain"));
}

TEST(TextReader, FaultsNameFileAndLine) {
  const Workshop shop;
  EXPECT_THAT(fault_of(shop.file("nul", std::string("a\nb\0c\n", 6))), HasSubstr("nul:2: found a NUL byte, expected"));
  EXPECT_THAT(fault_of(shop.directory().path().string()), HasSubstr("found a directory"));
  EXPECT_THAT(fault_of((shop.directory() / "missing").string()), HasSubstr("missing: cannot open the file"));
}

TEST(TextReader, NoticesGzipThatIsCutOrDamaged) {
  const Workshop shop;
  std::string text;
  for (int i = 0; i < 50'000; ++i) {
    text += std::to_string(i * 7919 % 65'537) + "\n";
  }
  shop.gzip_file("whole.gz", text);
  std::ifstream stream(shop.directory() / "whole.gz", std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(stream)), {});
  EXPECT_THAT(fault_of(shop.file("cut.gz", bytes.substr(0, bytes.size() / 2))),
              HasSubstr("gzip data that end too early"));
  EXPECT_THAT(fault_of(shop.file("head.gz", bytes.substr(0, 5))), HasSubstr("head.gz:1: found gzip data that end"));
  EXPECT_THAT(fault_of(shop.file("tail.gz", bytes.substr(0, bytes.size() - 1))), HasSubstr("end too early"));
  bytes[bytes.size() - 6] = static_cast<char>(~bytes[bytes.size() - 6]);  // in the checksum
  EXPECT_THAT(fault_of(shop.file("sum.gz", bytes)), HasSubstr("found damaged gzip data"));
}

TEST(Encoding, KnowsWellFormedUtf8) {
  for (const std::string good :
       {"", "a", "\xC2\x80", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_TRUE(is_utf8(good)) << in_quotes(good);
  }
  for (const std::string bad : {"\x80", "\xC1\xBF", "\xC3", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF",
                                "\xF4\x90\x80\x80", "\xF8\x88\x80\x80\x80", "\xE2\x82", "a\xFF"}) {
    EXPECT_FALSE(is_utf8(bad)) << bad.size();
  }
}

TEST(Encoding, EveryLatin1TextBecomesUtf8OfAsManyCharacters) {
  std::string all;
  for (int byte = 1; byte < 256; ++byte) {
    all.push_back(static_cast<char>(byte));
  }
  const auto converted = utf8_from_latin1(all);
  EXPECT_TRUE(is_utf8(converted));
  EXPECT_EQ(converted.size(), 127U + 2U * 128U);
}

TEST(Quotes, CutLongTextBetweenCharactersAndShowControls) {
  EXPECT_EQ(in_quotes("a\tb\x7F"), "'a\\x09b\\x7f'");
  const auto cut = in_quotes(std::string(79, 'x') + "\xC3\xA9y");
  EXPECT_EQ(cut, "'" + std::string(79, 'x') + "...'");
}

}  // namespace ampcf::dataset
