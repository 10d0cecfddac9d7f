#pragma once

#include "../common/fixed_text.h"
#include "../common/json.h"
#include "../common/json_writer.h"

namespace spore {

struct Label {
  FixedText<32> key;
  FixedText<64> value;
};

/// Why a label was refused, in words for a person; empty when it was not.
using LabelProblem = Text;

/// At most eight key/value pairs, at most 256 bytes as JSON.
class LabelSet {
 public:
  static constexpr size_t capacity = 8;
  static constexpr size_t maxJsonBytes = 256;

  size_t size() const { return size_; }
  const Label& at(size_t index) const { return labels_[index]; }
  const Label* find(Text key) const;
  LabelProblem set(Text key, Text value);
  void remove(Text key);
  void clear() { size_ = 0; }
  /// Sets what `object` says; null and "" remove. Unchanged when there is a problem.
  LabelProblem merge(Json object);
  /// Sets what is not there yet.
  LabelProblem underlay(const LabelSet& other);
  void write(JsonWriter& json, size_t count = capacity) const;
  size_t jsonBytes(size_t count = capacity) const;

 private:
  Label labels_[capacity];
  size_t size_ = 0;
};

}  // namespace spore
