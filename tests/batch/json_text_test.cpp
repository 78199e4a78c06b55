#include "core/batch/json_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/batch/batch_fixture.h"

namespace equi::batch {
namespace {

using ::testing::HasSubstr;

TEST(JsonText, KnowsTheLineOfEveryValue) {
  const std::string text =
      "{\n \"a\": [1,\n  {\"b\": \"}\\\"]\", \"c\": 7}],\n \"d\":\n  true,\n \"\\u0065\": null }";
  EXPECT_EQ(line_of(text, {}), 1);
  EXPECT_EQ(line_of(text, {std::string("a"), std::size_t{0}}), 2);
  EXPECT_EQ(line_of(text, {std::string("a"), std::size_t{1}, std::string("c")}), 3);
  EXPECT_EQ(line_of(text, {std::string("d")}), 5);
  EXPECT_EQ(line_of(text, {std::string("e")}), 6) << "an escaped name";
}

TEST(JsonText, SaysWhereAValueIsOfTheWrongType) {
  const JsonText text("{\n \"seeds\": [1,\n  \"two\"],\n \"wide\": 2.5, \"far\": 99999999999999999999 }",
                      "plan.json");
  const auto root = text.root();
  EXPECT_THAT(
      message_of([&] { root.at("seeds").at(std::size_t{1}).seed(); }),
      HasSubstr("plan.json line 3: seeds[1]: a whole number from 0 on is needed, not the text 'two'"));
  EXPECT_THAT(message_of([&] { root.at("wide").integer(0, 9); }), HasSubstr("not the number 2.5"));
  EXPECT_THAT(message_of([&] { root.at("far").integer(0, 9); }), HasSubstr("a whole number is needed"));
  EXPECT_THAT(message_of([&] { root.at("absent"); }), HasSubstr("'absent' is missing"));
  EXPECT_THAT(message_of([&] {
                root.require_members({"seeds", "far"});
              }),
              HasSubstr("line 4: wide: there is no such field"));
}

TEST(JsonText, SkipsAByteOrderMark) {
  const JsonText text("\xEF\xBB\xBF{\n\"modle\": 1}", "plan.json");
  EXPECT_THAT(message_of([&] { text.root().require_members({"model"}); }),
              HasSubstr("plan.json line 2: modle: there is no such field"));
  EXPECT_THAT(message_of([] { JsonText("\xEF\xBB\xBF", "plan.json"); }), HasSubstr("is not valid JSON"));
  EXPECT_THAT(message_of([] { JsonText("\xEF\xBB\xBF{\n\"a\": 1\n\"b\": 2}", "plan.json"); }),
              HasSubstr("plan.json line 3"));
}

TEST(JsonText, RefusesANumberThatNoDoubleHolds) {
  EXPECT_THAT(message_of([] { JsonText("{\"guidance\": 1e999}", "plan.json"); }), HasSubstr("too large"));
}

TEST(JsonText, SaysTheLineOfASyntaxError) {
  EXPECT_THAT(message_of([] { JsonText("{\n\"a\": 1\n\"b\": 2}", "plan.json"); }),
              HasSubstr("plan.json line 3"));
  EXPECT_THAT(message_of([] { JsonText("", "plan.json"); }), HasSubstr("is not valid JSON"));
}

}  // namespace
}  // namespace equi::batch
