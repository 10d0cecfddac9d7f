#include "labels.h"

namespace spore {

namespace {

constexpr size_t maxKeyBytes = 32;
constexpr size_t maxValueBytes = 64;
constexpr const char* keyProblem = "a label key is 1 to 32 characters of a-z, 0-9, '.', '_' and '-'";
constexpr const char* valueProblem = "a label value is at most 64 bytes of UTF-8 without control characters";
constexpr const char* sizeProblem = "the labels are longer than 256 bytes together";

bool isLabelKey(Text key) {
  if (key.empty() || key.size() > maxKeyBytes) return false;
  for (char c : key)
    if (!isDigit(c) && !(c >= 'a' && c <= 'z') && c != '.' && c != '_' && c != '-') return false;
  return true;
}

}  // namespace

Label LabelSet::read(size_t at) const {
  const auto keyBytes = static_cast<uint8_t>(packed_[at]);
  const char* value = packed_ + at + 1 + keyBytes;
  return Label{Text(packed_ + at + 1, keyBytes), Text(value + 1, static_cast<uint8_t>(*value))};
}

size_t LabelSet::next(size_t at) const {
  const Label label = read(at);
  return at + 2 + label.key.size() + label.value.size();
}

Label LabelSet::at(size_t index) const {
  size_t at = 0;
  while (index-- > 0) at = next(at);
  return read(at);
}

size_t LabelSet::find(Text key) const {
  size_t at = 0;
  while (at < used_ && read(at).key != key) at = next(at);
  return at;
}

LabelProblem LabelSet::set(Text key, Text value) {
  if (!isLabelKey(key)) return keyProblem;
  if (value.size() > maxValueBytes || !isPlainUtf8(value)) return valueProblem;
  if (!has(key) && count_ == capacity) return "a node has at most 8 labels";
  const size_t present = find(key);
  const size_t freed = present < used_ ? next(present) - present : 0;
  const size_t bytes = 2 + key.size() + value.size();
  if (used_ - freed + bytes > sizeof packed_) return sizeProblem;
  remove(key);
  char* at = packed_ + used_;
  *at++ = static_cast<char>(key.size());
  memcpy(at, key.data(), key.size());
  at += key.size();
  *at++ = static_cast<char>(value.size());
  memcpy(at, value.data(), value.size());
  used_ = static_cast<uint16_t>(used_ + bytes);
  count_++;
  return LabelProblem();
}

void LabelSet::remove(Text key) {
  const size_t at = find(key);
  if (at == used_) return;
  const size_t behind = next(at);
  memmove(packed_ + at, packed_ + behind, used_ - behind);
  used_ = static_cast<uint16_t>(used_ - (behind - at));
  count_--;
}

LabelProblem LabelSet::merge(Json object) {
  if (!object.isObject()) return "labels are a JSON object of strings";
  LabelSet draft = *this;
  JsonMembers members(object);
  Json key, value;
  while (members.next(key, value)) {
    char keyRoom[maxKeyBytes + 1], valueRoom[maxValueBytes + 1];
    Text name, text;
    if (!key.decode(keyRoom, sizeof keyRoom, name)) return keyProblem;
    if (!value.isNull() && !value.isString()) return "a label value is a string, or null to remove the label";
    if (value.isString() && !value.decode(valueRoom, sizeof valueRoom, text)) return valueProblem;
    if (text.empty()) {
      draft.remove(name);
      continue;
    }
    const LabelProblem problem = draft.set(name, text);
    if (!problem.empty()) return problem;
  }
  if (draft.jsonBytes() > maxJsonBytes) return sizeProblem;
  *this = draft;
  return LabelProblem();
}

LabelProblem LabelSet::underlay(const LabelSet& other) {
  for (size_t at = 0; at < other.used_; at = other.next(at)) {
    const Label label = other.read(at);
    if (has(label.key)) continue;
    const LabelProblem problem = set(label.key, label.value);
    if (!problem.empty()) return problem;
  }
  return jsonBytes() > maxJsonBytes ? Text(sizeProblem) : LabelProblem();
}

void LabelSet::write(JsonWriter& json, size_t count) const {
  json.beginObject();
  for (size_t at = 0; at < used_ && count > 0; at = next(at), count--) json.field(read(at).key, read(at).value);
  json.endObject();
}

size_t LabelSet::jsonBytes(size_t count) const {
  CountingSink counter;
  JsonWriter json(counter);
  write(json, count);
  return counter.size();
}

}  // namespace spore
