#include "labels.h"

namespace spore {

namespace {

bool isLabelKey(Text key) {
  if (key.empty() || key.size() > 32) return false;
  for (char c : key)
    if (!isDigit(c) && !(c >= 'a' && c <= 'z') && c != '.' && c != '_' && c != '-') return false;
  return true;
}

}  // namespace

const Label* LabelSet::find(Text key) const {
  for (size_t i = 0; i < size_; i++)
    if (labels_[i].key == key) return &labels_[i];
  return nullptr;
}

LabelProblem LabelSet::set(Text key, Text value) {
  if (!isLabelKey(key)) return "a label key is 1 to 32 characters of a-z, 0-9, '.', '_' and '-'";
  if (value.size() > 64 || !isPlainUtf8(value))
    return "a label value is at most 64 bytes of UTF-8 without control characters";
  const Label* present = find(key);
  if (present == nullptr && size_ == capacity) return "a node has at most 8 labels";
  Label& label = present == nullptr ? labels_[size_++] : labels_[present - labels_];
  label.key.assign(key);
  label.value.assign(value);
  return LabelProblem();
}

void LabelSet::remove(Text key) {
  const Label* present = find(key);
  if (present == nullptr) return;
  const size_t index = static_cast<size_t>(present - labels_);
  for (size_t i = index + 1; i < size_; i++) labels_[i - 1] = labels_[i];
  size_--;
}

LabelProblem LabelSet::merge(Json object) {
  if (!object.isObject()) return "labels are a JSON object of strings";
  LabelSet draft = *this;
  JsonMembers members(object);
  Json key, value;
  while (members.next(key, value)) {
    char keyRoom[33], valueRoom[65];
    Text name, text;
    if (!key.decode(keyRoom, sizeof keyRoom, name))
      return "a label key is 1 to 32 characters of a-z, 0-9, '.', '_' and '-'";
    if (!value.isNull() && !value.isString()) return "a label value is a string, or null to remove the label";
    if (value.isString() && !value.decode(valueRoom, sizeof valueRoom, text))
      return "a label value is at most 64 bytes of UTF-8 without control characters";
    if (text.empty()) {
      draft.remove(name);
      continue;
    }
    const LabelProblem problem = draft.set(name, text);
    if (!problem.empty()) return problem;
  }
  if (draft.jsonBytes() > maxJsonBytes) return "the labels are longer than 256 bytes together";
  *this = draft;
  return LabelProblem();
}

LabelProblem LabelSet::underlay(const LabelSet& other) {
  for (size_t i = 0; i < other.size_; i++) {
    if (find(other.labels_[i].key) != nullptr) continue;
    const LabelProblem problem = set(other.labels_[i].key, other.labels_[i].value);
    if (!problem.empty()) return problem;
  }
  return jsonBytes() > maxJsonBytes ? "the labels are longer than 256 bytes together" : LabelProblem();
}

void LabelSet::write(JsonWriter& json, size_t count) const {
  json.beginObject();
  for (size_t i = 0; i < size_ && i < count; i++) json.field(labels_[i].key, labels_[i].value.text());
  json.endObject();
}

size_t LabelSet::jsonBytes(size_t count) const {
  CountingSink counter;
  JsonWriter json(counter);
  write(json, count);
  return counter.size();
}

}  // namespace spore
