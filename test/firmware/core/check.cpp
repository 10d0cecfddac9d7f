#include "check.h"

#include "../../../firmware/common/fixed_text.h"

namespace spore::tests {

namespace {

Case* first;
Case** last = &first;
bool failed;

}  // namespace

Case::Case(const char* caseName, void (*body)()) : name(caseName), run(body) {
  *last = this;
  last = &next;
}

void fail(const char* file, int line, const char* what) {
  failed = true;
  FixedText<16> number;
  number.append(static_cast<uint64_t>(line));
  const char* const parts[] = {"# ", file, ":", number.terminated(), " ", what, "\n"};
  for (const char* part : parts) print(part);
}

int runAll() {
  int failures = 0;
  for (Case* test = first; test != nullptr; test = test->next) {
    failed = false;
    test->run();
    failures += failed ? 1 : 0;
    const char* const parts[] = {failed ? "FAILED " : "ok ", test->name, "\n"};
    for (const char* part : parts) print(part);
  }
  return failures;
}

}  // namespace spore::tests
