#pragma once

#include "text.h"

namespace spore {

/// Local publish and subscribe: synchronous, in the order of subscription. A payload is text, mostly JSON.
class EventBus {
 public:
  static constexpr size_t capacity = 16;
  /// Of an event that comes from outside.
  static constexpr size_t maxNameBytes = 64;
  /// A handler may fire again; beyond this depth the event is dropped and counted, because two handlers are chasing
  /// each other.
  static constexpr uint8_t maxDepth = 4;

  using Handler = void (*)(void* owner, Text event, Text payload);

  /// Calls `handler` for `event`, whose characters must outlive the bus. False when the table is full.
  bool on(Text event, Handler handler, void* owner);
  /// Calls `handler` for every event.
  bool onAny(Handler handler, void* owner) { return on(Text(), handler, owner); }
  void fire(Text event, Text payload);
  uint32_t dropped() const { return dropped_; }
  /// How many subscriptions found no room.
  uint8_t refused() const { return refused_; }

 private:
  struct Subscription {
    Text event;  // empty: every event
    Handler handler;
    void* owner;
  };

  Subscription subscriptions_[capacity];
  uint8_t size_ = 0;
  uint8_t refused_ = 0;
  uint8_t depth_ = 0;
  uint32_t dropped_ = 0;
};

}  // namespace spore
