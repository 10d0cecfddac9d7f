#pragma once

#include "clock.h"
#include "text.h"

namespace spore {

/// One periodic piece of work. A name with static lifetime.
struct Task {
  Text name;
  uint32_t intervalMs = 0;
  void (*run)(void* owner) = nullptr;
  void* owner = nullptr;
  /// Percent of the interval by which each run is moved at random, to keep a fleet from speaking in chorus.
  uint8_t jitterPercent = 0;
  /// Runs on every pass of the loop, whatever its interval says.
  bool everyPass = false;
  /// Set aside while an update is taken in.
  bool pausesForUpdate = false;
  bool enabled = true;
  Millis dueAt = 0;
};

/// A cooperative scheduler: a task runs when its interval has elapsed and the loop comes round.
class TaskScheduler {
 public:
  static constexpr size_t capacity = 20;

  TaskScheduler(const Clock& clock, Random& random) : clock_(clock), random_(random) {}

  /// False when the table is full or the name is taken.
  bool add(const Task& task);
  Task* find(Text name);
  size_t size() const { return size_; }
  /// How many tasks found no room, or their name taken.
  uint8_t refused() const { return refused_; }
  const Task& at(size_t index) const { return tasks_[index]; }

  /// Runs what is due.
  void run(bool updating);
  void enable(Task& task, bool enabled);
  void setInterval(Task& task, uint32_t intervalMs);
  /// Makes `task` due at once, if it is enabled.
  void hurry(Task& task) { task.dueAt = clock_.now(); }
  /// When the next task that does not run on every pass is due.
  Millis nextDue(bool updating) const;

 private:
  bool mayRun(const Task& task, bool updating) const { return task.enabled && !(updating && task.pausesForUpdate); }
  Millis nextRun(const Task& task);

  const Clock& clock_;
  Random& random_;
  Task tasks_[capacity];
  uint8_t size_ = 0;
  uint8_t refused_ = 0;
};

}  // namespace spore
