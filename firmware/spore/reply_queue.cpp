#include "reply_queue.h"

namespace spore {

namespace {

bool same(Endpoint a, Endpoint b) {
  return a.address == b.address && a.port == b.port;
}

}  // namespace

void ReplyQueue::plan(Endpoint to, Kind kind, Millis now, Random& random) {
  if (answeredLately(to, kind, now)) return;
  recent_[recentNext_] = Recent{to, kind, static_cast<uint32_t>(now)};
  recentNext_ = (recentNext_ + 1) % recentCapacity;
  if (recentSize_ < recentCapacity) recentSize_++;
  if (size_ == capacity) {
    for (size_t i = 1; i < size_; i++) replies_[i - 1] = replies_[i];
    size_--;
  }
  replies_[size_++] = Reply{to, kind, now + random.below(jitterMs + 1)};
}

bool ReplyQueue::answeredLately(Endpoint to, Kind kind, Millis now) const {
  for (size_t i = 0; i < recentSize_; i++)
    if (same(recent_[i].to, to) && recent_[i].kind == kind &&
        static_cast<uint32_t>(now) - recent_[i].plannedAt < quietMs)
      return true;
  return false;
}

bool ReplyQueue::take(Millis now, Reply& reply) {
  for (size_t i = 0; i < size_; i++) {
    if (replies_[i].dueAt > now) continue;
    reply = replies_[i];
    for (size_t next = i + 1; next < size_; next++) replies_[next - 1] = replies_[next];
    size_--;
    return true;
  }
  return false;
}

Millis ReplyQueue::nextDue() const {
  Millis next = static_cast<Millis>(-1);
  for (size_t i = 0; i < size_; i++)
    if (replies_[i].dueAt < next) next = replies_[i].dueAt;
  return next;
}

}  // namespace spore
