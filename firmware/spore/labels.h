#pragma once

#include "../common/fixed_text.h"
#include "../common/json.h"
#include "../common/json_writer.h"

namespace spore {

/// A label of a set; valid until the set changes.
struct Label {
  Text key;
  Text value;
};

/// Why a label was refused, in words for a person; empty when it was not.
using LabelProblem = Text;

/// At most eight key/value pairs, at most 256 bytes as JSON.
class LabelSet {
 public:
  static constexpr size_t capacity = 8;
  static constexpr size_t maxJsonBytes = 256;

  size_t size() const { return count_; }
  Label at(size_t index) const;
  bool has(Text key) const { return find(key) < used_; }
  LabelProblem set(Text key, Text value);
  void remove(Text key);
  void clear() { count_ = used_ = 0; }
  /// Sets what `object` says; null and "" remove. Unchanged when there is a problem.
  LabelProblem merge(Json object);
  /// Sets what is not there yet.
  LabelProblem underlay(const LabelSet& other);
  void write(JsonWriter& json, size_t count = capacity) const;
  size_t jsonBytes(size_t count = capacity) const;

 private:
  /// Where the label `key` begins, or `used_`.
  size_t find(Text key) const;
  Label read(size_t at) const;
  size_t next(size_t at) const;

  // One after the other: length and characters of the key, length and characters of the value. Less than they take as
  // JSON.
  char packed_[maxJsonBytes];
  uint16_t used_ = 0;
  uint16_t count_ = 0;
};

}  // namespace spore
