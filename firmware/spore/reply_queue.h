#pragma once

#include "../common/clock.h"
#include "ports.h"

namespace spore {

/// Answers to broadcasts, each held back for a random while: a radio that hears twenty answers at once loses most of
/// them.
class ReplyQueue {
 public:
  static constexpr size_t capacity = 16;
  static constexpr uint32_t jitterMs = 150;
  /// The same peer gets one answer of a kind in this time.
  static constexpr uint32_t quietMs = 2000;

  enum class Kind : uint8_t { response, details };

  struct Reply {
    Endpoint to;
    Kind kind = Kind::response;
    uint32_t dueAt = 0;  // the low bits of a time that is never far away
  };

  /// Plans an answer unless one was planned lately. A full queue loses its oldest.
  void plan(Endpoint to, Kind kind, Millis now, Random& random);
  /// Takes out one answer that is due.
  bool take(Millis now, Reply& reply);
  /// A time of the future, of the present when it has passed, or the end of all times.
  Millis nextDue(Millis now) const;

 private:
  struct Recent {
    Ipv4 address;
    uint32_t plannedAt;  // 32 bits are enough for an age
    uint16_t port;
    Kind kind;
  };
  static constexpr size_t recentCapacity = 32;

  bool answeredLately(Endpoint to, Kind kind, Millis now) const;

  Reply replies_[capacity];
  size_t size_ = 0;
  Recent recent_[recentCapacity];
  size_t recentSize_ = 0;
  size_t recentNext_ = 0;
};

}  // namespace spore
