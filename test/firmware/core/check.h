#pragma once

#include "../../../firmware/common/text.h"

namespace spore::tests {

/// One test case. It registers itself, and the runner prints one line for it.
class Case {
 public:
  Case(const char* name, void (*run)());

  const char* const name;
  void (*const run)();
  Case* next = nullptr;
};

/// Notes a failure of the running case.
void fail(const char* file, int line, const char* what);

/// Prints characters; what the target has to do it with.
void print(const char* text);

/// Runs every case; prints `ok name` or `FAILED name: file:line what`. Returns the number of failures.
int runAll();

}  // namespace spore::tests

#define SPORE_TEST_AT(line, name)                                   \
  static void testCase##line();                                     \
  static spore::tests::Case registered##line(name, testCase##line); \
  static void testCase##line()
#define SPORE_TEST_EXPANDED(line, name) SPORE_TEST_AT(line, name)
#define TEST(name) SPORE_TEST_EXPANDED(__LINE__, name)
#define CHECK(condition) ((condition) ? void() : spore::tests::fail(__FILE__, __LINE__, #condition))
