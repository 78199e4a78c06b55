#include "core/base/short_waits.h"

#include <cstdlib>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace equi {
namespace {

// Also the program that TheProgramStartsItselfAgain becomes, which says what it is to find.
TEST(ShortWaits, WhatIsSetStays) {
  const char* expected = std::getenv("EQUICANVAS_TEST_SPINS");
  if (expected == nullptr) setenv("GOMP_SPINCOUNT", expected = "77", 1);
  wait_shortly(nullptr, environ);
  EXPECT_STREQ(std::getenv("GOMP_SPINCOUNT"), expected);
}

TEST(ShortWaits, TheProgramStartsItselfAgain) {
  const pid_t child = fork();
  if (child == 0) {
    unsetenv("GOMP_SPINCOUNT");
    unsetenv("OMP_WAIT_POLICY");
    setenv("EQUICANVAS_TEST_SPINS", "3000", 1);
    char name[] = "base_test", filter[] = "--gtest_filter=ShortWaits.WhatIsSetStays";
    char* argv[] = {name, filter, nullptr};
    wait_shortly(argv, environ);
    _exit(99);
  }
  int status = 0;
  waitpid(child, &status, 0);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(ShortWaits, AChoiceOfTheUsersIsLeftAlone) {
  const pid_t child = fork();
  if (child == 0) {
    unsetenv("GOMP_SPINCOUNT");
    setenv("OMP_WAIT_POLICY", "active", 1);
    wait_shortly(nullptr, environ);
    _exit(std::getenv("GOMP_SPINCOUNT") == nullptr ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace equi
