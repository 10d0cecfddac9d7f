#include "reply_queue.h"

namespace spore {

namespace {

/// How long until `dueAt`; negative when it has passed.
int32_t untilDue(uint32_t dueAt, Millis now) {
  return static_cast<int32_t>(dueAt - static_cast<uint32_t>(now));
}

}  // namespace

void ReplyQueue::plan(Endpoint to, Kind kind, Millis now, Random& random) {
  if (answeredLately(to, kind, now)) return;
  recent_[recentNext_] = Recent{to.address, static_cast<uint32_t>(now), to.port, kind};
  recentNext_ = (recentNext_ + 1) % recentCapacity;
  if (recentSize_ < recentCapacity) recentSize_++;
  if (size_ == capacity) {
    for (size_t i = 1; i < size_; i++) replies_[i - 1] = replies_[i];
    size_--;
  }
  replies_[size_++] = Reply{to, kind, static_cast<uint32_t>(now) + random.below(jitterMs + 1)};
}

bool ReplyQueue::answeredLately(Endpoint to, Kind kind, Millis now) const {
  for (size_t i = 0; i < recentSize_; i++) {
    const Recent& before = recent_[i];
    const bool same = before.address == to.address && before.port == to.port && before.kind == kind;
    if (same && static_cast<uint32_t>(now) - before.plannedAt < quietMs) return true;
  }
  return false;
}

bool ReplyQueue::take(Millis now, Reply& reply) {
  for (size_t i = 0; i < size_; i++) {
    if (untilDue(replies_[i].dueAt, now) > 0) continue;
    reply = replies_[i];
    for (size_t next = i + 1; next < size_; next++) replies_[next - 1] = replies_[next];
    size_--;
    return true;
  }
  return false;
}

Millis ReplyQueue::nextDue(Millis now) const {
  Millis next = static_cast<Millis>(-1);
  for (size_t i = 0; i < size_; i++) {
    const int32_t wait = untilDue(replies_[i].dueAt, now);
    const Millis due = now + (wait > 0 ? static_cast<uint32_t>(wait) : 0);
    if (due < next) next = due;
  }
  return next;
}

}  // namespace spore
