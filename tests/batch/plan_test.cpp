#include "core/batch/plan.h"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/batch/naming.h"
#include "tests/batch/batch_fixture.h"

namespace equi::batch {
namespace {

using ::testing::HasSubstr;

constexpr const char* kGood = R"({
  "model": "models/demo",
  "folder": "out",
  "name": "{scene}-{seed}-{width}",
  "format": "jpg", "quality": 80,
  "scenes": ["alps", 1],
  "seeds": {"from": 5, "count": 3},
  "widths": [64, 128],
  "guidance": [2, 4.5],
  "steps": [20],
  "solver": "clean2",
  "seamless": true,
  "batch": 8
})";

std::string replaced(const std::string& from, const std::string& to) {
  std::string text = kGood;
  text.replace(text.find(from), from.size(), to);
  return text;
}

std::string refusal(const std::string& text) {
  return message_of([&] { parse_plan(text, "night.json", "/plans"); });
}

TEST(Plan, IsReadFromJson) {
  const auto plan = parse_plan(kGood, "night.json", "/plans");
  EXPECT_EQ(plan.model, "/plans/models/demo");
  EXPECT_EQ(plan.folder, "/plans/out");
  EXPECT_EQ(plan.scenes, (std::vector<std::string>{"alps", "1"}));
  EXPECT_EQ(plan.seeds, (std::vector<std::uint64_t>{5, 6, 7}));
  EXPECT_EQ(plan.widths, (std::vector<std::int64_t>{64, 128}));
  EXPECT_EQ(plan.format.format, media::Format::jpeg);
  EXPECT_EQ(plan.format.quality, 80);
  EXPECT_TRUE(plan.seamless);
  EXPECT_EQ(count_items(plan, 3), 2 * 3 * 2 * 2);
  const auto again = parse_plan(to_json(plan), "", "/elsewhere");
  EXPECT_EQ(to_json(again), to_json(plan));
}

TEST(Plan, EveryWrongFieldIsNamedWithItsLine) {
  EXPECT_EQ(refusal(kGood), "");
  EXPECT_THAT(refusal(replaced("[64, 128]", "[64, \"wide\"]")),
              HasSubstr("night.json line 8: widths[1]: a whole number is needed, not the text 'wide'"));
  EXPECT_THAT(refusal(replaced("[64, 128]", "64")), HasSubstr("line 8: widths: a list is needed"));
  EXPECT_THAT(refusal(replaced("[64, 128]", "[1]")), HasSubstr("line 8: widths[0]: 1 is not within"));
  EXPECT_THAT(refusal(replaced("{\"from\": 5, \"count\": 3}", "[]")),
              HasSubstr("line 7: seeds: the list is empty"));
  EXPECT_THAT(refusal(replaced("\"count\": 3", "\"count\": 0")),
              HasSubstr("line 7: seeds.count: 0 is not within"));
  EXPECT_THAT(refusal(replaced("{\"from\": 5, \"count\": 3}", "[-1]")), HasSubstr("line 7: seeds[0]"));
  EXPECT_THAT(refusal(replaced("[2, 4.5]", "[2, 450]")), HasSubstr("line 9: guidance[1]"));
  EXPECT_THAT(refusal(replaced("\"clean2\"", "\"magic\"")), HasSubstr("line 11: solver: "));
  EXPECT_THAT(refusal(replaced("true", "\"yes\"")), HasSubstr("line 12: seamless: true or false is needed"));
  EXPECT_THAT(refusal(replaced("\"jpg\"", "\"gif\"")), HasSubstr("line 5: format: 'gif' is unknown"));
  EXPECT_THAT(refusal(replaced("\"jpg\"", "\"mp4\"")), HasSubstr("line 5: format: a batch makes pictures"));
  EXPECT_THAT(refusal(replaced("\"batch\": 8", "\"batsch\": 8")),
              HasSubstr("line 13: batsch: there is no such field"));
  EXPECT_THAT(refusal(replaced("\"widths\": [64, 128],", "")), HasSubstr("'widths' is missing"));
  EXPECT_THAT(refusal(replaced("[\"alps\", 1]", "\"some\"")), HasSubstr("line 6: scenes: "));
  EXPECT_THAT(refusal("[]"), HasSubstr("an object is needed"));
}

TEST(Plan, NamesThatCannotBeFilesAreRefused) {
  const auto refused = [](const std::string& pattern, const char* what) {
    EXPECT_THAT(refusal(replaced("{scene}-{seed}-{width}", pattern)), HasSubstr("line 4: name: ")) << pattern;
    EXPECT_THAT(refusal(replaced("{scene}-{seed}-{width}", pattern)), HasSubstr(what)) << pattern;
  };
  refused("a/{seed}", "'/'");
  refused("..{seed}", "dot");
  refused("{seed}..{scene}", "'..'");
  refused("{seeds}", "there is no field {seeds}");
  refused("{seed", "brace");
  refused("seed}", "brace");
  refused("{{seed}}", "brace");
  refused("", "empty");
  refused("a\\u0000b", "holds the character");
}

TEST(Plan, NamesAreFilledInAndMadeHarmless) {
  auto plan = small_plan("/tmp");
  plan.scenes = {"2"};
  plan.name = "{index}_{scene}_{seed}_{width}_{guidance}_{steps}";
  const auto items = expand(plan, some_facts(), 4);
  EXPECT_EQ(items[0].file, "00000_old_town_1_6_3_4.png") << "a slash in a scene's name makes no folder";
}

TEST(Plan, CollidingNamesAreSaidWithTheFieldThatHelps) {
  auto plan = small_plan("/tmp");
  plan.name = "{scene}";
  const auto message = message_of([&] { expand(plan, some_facts(), 4); });
  EXPECT_THAT(message, HasSubstr("items 0 and 1 would both be called 'alps.png'"));
  EXPECT_THAT(message, HasSubstr("add {seed} to the pattern"));
  plan.seeds = {1, 1};
  plan.name = "{scene}-{seed}";
  EXPECT_THAT(message_of([&] { expand(plan, some_facts(), 4); }), HasSubstr("add {index}"));
}

TEST(Plan, UnknownScenesAndEmptyListsAreRefused) {
  auto plan = small_plan("/tmp");
  plan.scenes = {"alps", "moon"};
  EXPECT_THAT(message_of([&] { expand(plan, some_facts(), 4); }),
              HasSubstr("'moon' is none of the model's 3 classes"));
  plan.scenes = {"3"};
  EXPECT_THAT(message_of([&] { expand(plan, some_facts(), 4); }), HasSubstr("'3' is none"));
  plan = small_plan("/tmp");
  plan.seeds.clear();
  EXPECT_THAT(message_of([&] { expand(plan, some_facts(), 4); }), HasSubstr("seeds: none is given"));
  EXPECT_EQ(count_items(plan, 3), 0);
}

TEST(Plan, TooManyItemsAreRefusedWithoutBeingMade) {
  auto plan = small_plan("/tmp");
  plan.seeds.assign(1000000, 1);
  plan.widths.assign(1000000, 6);
  EXPECT_EQ(count_items(plan, 3), kMaxItems + 1) << "and no overflow";
  EXPECT_THAT(message_of([&] { expand(plan, some_facts(), 4); }), HasSubstr("more than 1000000 pictures"));
}

// Groups hold items that can be made at once; they follow from the plan and the batch size alone.
TEST(Plan, GroupsShareWidthGuidanceAndSteps) {
  auto plan = small_plan("/tmp");
  plan.scenes.clear();
  plan.seeds = {1, 2, 3};
  plan.widths = {6, 8};
  plan.name = "{index}";
  const auto items = expand(plan, some_facts(), 4);
  ASSERT_EQ(items.size(), 18U);
  std::map<std::int64_t, std::vector<Item>> groups;
  for (const auto& item : items) groups[item.group].push_back(item);
  EXPECT_EQ(groups.size(), 6U) << "9 items of each width, in fours";
  for (const auto& [number, group] : groups) {
    EXPECT_LE(group.size(), 4U);
    for (std::size_t i = 0; i < group.size(); ++i) {
      EXPECT_EQ(group[i].row, static_cast<std::int64_t>(i));
      EXPECT_EQ(group[i].width, group[0].width);
    }
  }
}

TEST(Plan, EstimatesGrowWithEveryList) {
  auto plan = small_plan("/tmp");
  const auto facts = some_facts();
  const auto one = estimate(plan, facts, 10.0);
  EXPECT_EQ(one.items, 6);
  EXPECT_EQ(one.columns, 36);
  EXPECT_DOUBLE_EQ(one.seconds, 3.6);
  plan.seeds = {1, 2, 3, 4, 5, 6};
  const auto two = estimate(plan, facts, 10.0);
  EXPECT_EQ(two.items, 12);
  EXPECT_EQ(two.bytes, 2 * one.bytes);
  plan.seeds.clear();
  EXPECT_EQ(estimate(plan, facts, 10.0).items, 0);
}

}  // namespace
}  // namespace equi::batch
