#include "event_bus.h"

namespace spore {

bool EventBus::on(Text event, Handler handler, void* owner) {
  if (size_ == capacity) {
    refused_++;
    return false;
  }
  subscriptions_[size_++] = Subscription{event, handler, owner};
  return true;
}

void EventBus::fire(Text event, Text payload) {
  if (depth_ == maxDepth) {
    dropped_++;
    return;
  }
  depth_++;
  for (size_t i = 0; i < size_; i++) {
    const Subscription& subscription = subscriptions_[i];
    if (subscription.event.empty() || subscription.event == event)
      subscription.handler(subscription.owner, event, payload);
  }
  depth_--;
}

}  // namespace spore
