// What the mask ROM and a C++ library would supply, and the way out to QEMU.

#include <stddef.h>
#include <stdint.h>

#include "../check.h"

extern "C" {

int simulatorCall(int number, int a, int b, int c);

extern void (*__init_array_start[])();
extern void (*__init_array_end[])();

/// Quotient and remainder, bit by bit: speed does not matter here, and the library for this chip leaves division to its ROM.
static uint64_t divide(uint64_t dividend, uint64_t divisor, uint64_t* remainder) {
  uint64_t quotient = 0, rest = 0;
  for (int bit = 63; bit >= 0; bit--) {
    rest = rest << 1 | (dividend >> bit & 1);
    if (rest < divisor) continue;
    rest -= divisor;
    quotient |= static_cast<uint64_t>(1) << bit;
  }
  *remainder = rest;
  return quotient;
}

uint64_t __udivdi3(uint64_t a, uint64_t b) {
  uint64_t rest;
  return divide(a, b, &rest);
}

uint64_t __umoddi3(uint64_t a, uint64_t b) {
  uint64_t rest;
  divide(a, b, &rest);
  return rest;
}

uint32_t __udivsi3(uint32_t a, uint32_t b) { return static_cast<uint32_t>(__udivdi3(a, b)); }
uint32_t __umodsi3(uint32_t a, uint32_t b) { return static_cast<uint32_t>(__umoddi3(a, b)); }

int32_t __divsi3(int32_t a, int32_t b) {
  const uint32_t size = __udivsi3(static_cast<uint32_t>(a < 0 ? -a : a), static_cast<uint32_t>(b < 0 ? -b : b));
  return (a < 0) != (b < 0) ? -static_cast<int32_t>(size) : static_cast<int32_t>(size);
}

int32_t __modsi3(int32_t a, int32_t b) { return a - __divsi3(a, b) * b; }

uint64_t __muldi3(uint64_t a, uint64_t b) {
  uint64_t product = 0;
  for (; b != 0; b >>= 1, a <<= 1)
    if ((b & 1) != 0) product += a;
  return product;
}

uint64_t __umulsidi3(uint32_t a, uint32_t b) { return __muldi3(a, b); }

void __cxa_pure_virtual() {
  for (;;) simulatorCall(1, 86, 0, 0);
}

int __cxa_atexit(void (*)(void*), void*, void*) { return 0; }
void* __dso_handle;

void qemuMain() {
  for (auto constructor = __init_array_start; constructor != __init_array_end; constructor++) (*constructor)();
  const int failures = spore::tests::runAll();
  for (;;) simulatorCall(1, failures == 0 ? 0 : 1, 0, 0);
}

}  // extern "C"

void spore::tests::print(const char* text) { simulatorCall(4, 1, static_cast<int>(reinterpret_cast<uintptr_t>(text)), static_cast<int>(strlen(text))); }
