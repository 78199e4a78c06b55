// Classes by name, by number, and by a name that is not quite spelt as the model spells it.
#include "core/checkpoint/class_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/error.h"

namespace equi {
namespace {

using ::testing::HasSubstr;

const std::vector<std::string> kNames = {"Alpine lake", "Pine forest", "n01440764", "2",
                                         "Autumn lake", "REEF",        "reef",      "Forêt d'été"};

std::string refusal(const std::string& text, const std::vector<std::string>& names = kNames) {
  try {
    class_number("scene", text, names);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::bad_input);
    return error.where() + ": " + error.message() + " (" + error.hint() + ")";
  }
  return "none";
}

TEST(ClassNumber, TakesANameAsItStandsFirst) {
  EXPECT_EQ(class_number("scene", "Pine forest", kNames), 1);
  EXPECT_EQ(class_number("scene", "REEF", kNames), 5);
  EXPECT_EQ(class_number("scene", "reef", kNames), 6);
  EXPECT_EQ(class_number("scene", "2", kNames), 3) << "the class that is called 2, not number 2";
}

TEST(ClassNumber, TakesANumber) {
  EXPECT_EQ(class_number("scene", "0", kNames), 0);
  EXPECT_EQ(class_number("scene", "7", kNames), 7);
  for (const auto* text : {"8", "-1", "1.0", "99999999999999999999", "1 "}) {
    EXPECT_THAT(refusal(text), HasSubstr("is none of the model's 8 classes")) << text;
  }
}

TEST(ClassNumber, TakesOtherCapitalsAndHyphens) {
  EXPECT_EQ(class_number("scene", "pine-forest", kNames), 1);
  EXPECT_EQ(class_number("scene", "PINE_FOREST", kNames), 1);
  EXPECT_EQ(class_number("scene", "alpine LAKE", kNames), 0);
  EXPECT_EQ(class_number("scene", "N01440764", kNames), 2);
  EXPECT_EQ(class_number("scene", "forêt d'été", kNames), 7);
  EXPECT_EQ(class_number("scene", "pine-forest", {"Pine forest", "pine-forest"}), 1);
}

TEST(ClassNumber, DoesNotGuessBetweenTwo) {
  EXPECT_EQ(refusal("Reef"),
            "scene: 'Reef' is none of the model's 8 classes (did you mean 'REEF' (5), 'reef' (6)?)");
}

TEST(ClassNumber, SaysWhatCouldBeMeant) {
  EXPECT_THAT(refusal("LAKE"), HasSubstr("did you mean 'Alpine lake' (0), 'Autumn lake' (4)?"));
  EXPECT_THAT(refusal("moon"), HasSubstr("info MODEL lists them"));
  EXPECT_THAT(refusal(""), HasSubstr("info MODEL lists them"));
  EXPECT_THAT(refusal("a", {"a1", "a2", "a3", "a4"}), HasSubstr("'a3' (2)?")) << "three are enough";
  EXPECT_THAT(refusal("x\n"), HasSubstr("'x\\x0a'"));
  EXPECT_THAT(refusal("0", {}), HasSubstr("none of the model's 0 classes"));
}

}  // namespace
}  // namespace equi
