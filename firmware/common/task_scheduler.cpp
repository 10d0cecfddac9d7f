#include "task_scheduler.h"

namespace spore {

bool TaskScheduler::add(const Task& task) {
  if (size_ == capacity || find(task.name) != nullptr) {
    refused_++;
    return false;
  }
  tasks_[size_] = task;
  tasks_[size_].dueAt = nextRun(task);
  size_++;
  return true;
}

Task* TaskScheduler::find(Text name) {
  for (size_t i = 0; i < size_; i++)
    if (tasks_[i].name == name) return &tasks_[i];
  return nullptr;
}

void TaskScheduler::run(bool updating) {
  for (size_t i = 0; i < size_; i++) {
    Task& task = tasks_[i];
    if (!mayRun(task, updating)) continue;
    if (!task.everyPass) {
      if (task.dueAt > clock_.now()) continue;
      task.dueAt = nextRun(task);
    }
    task.run(task.owner);
  }
}

void TaskScheduler::enable(Task& task, bool enabled) {
  if (enabled && !task.enabled) task.dueAt = nextRun(task);
  task.enabled = enabled;
}

void TaskScheduler::setInterval(Task& task, uint32_t intervalMs) {
  task.intervalMs = intervalMs;
  task.dueAt = nextRun(task);
}

Millis TaskScheduler::nextDue(bool updating) const {
  Millis next = static_cast<Millis>(-1);
  for (size_t i = 0; i < size_; i++) {
    const Task& task = tasks_[i];
    if (!task.everyPass && mayRun(task, updating) && task.dueAt < next) next = task.dueAt;
  }
  return next;
}

Millis TaskScheduler::nextRun(const Task& task) {
  const uint32_t spread = task.intervalMs / 100 * task.jitterPercent;
  const uint32_t shift = spread == 0 ? 0 : random_.below(2 * spread + 1);
  return clock_.now() + task.intervalMs - spread + shift;
}

}  // namespace spore
