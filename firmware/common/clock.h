#pragma once

#include <stdint.h>

namespace spore {

/// Milliseconds since boot. 64 bits, so nothing wraps after 49 days.
using Millis = uint64_t;

class Clock {
 public:
  virtual Millis now() const = 0;

 protected:
  ~Clock() = default;
};

class Random {
 public:
  virtual uint32_t next() = 0;
  /// A number below `bound`, which must not be 0. Jitter does not mind the bias.
  uint32_t below(uint32_t bound) { return next() % bound; }

 protected:
  ~Random() = default;
};

}  // namespace spore
