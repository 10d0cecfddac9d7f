#pragma once

#include "fixed_text.h"
#include "text.h"

namespace spore {

/// Writes JSON as it comes, without a tree and without a buffer. Commas are its business; balance is the caller's.
class JsonWriter {
 public:
  explicit JsonWriter(TextSink& out) : out_(out) {}

  JsonWriter& beginObject() { return open("{"); }
  JsonWriter& endObject() { return close("}"); }
  JsonWriter& beginArray() { return open("["); }
  JsonWriter& endArray() { return close("]"); }
  JsonWriter& key(Text name);
  /// A key that is quoted already, as it stood in another JSON text.
  JsonWriter& rawKey(Text quotedName);
  JsonWriter& string(Text value);
  JsonWriter& number(uint64_t value);
  JsonWriter& signedNumber(int32_t value);
  JsonWriter& boolean(bool value);
  /// Valid JSON that was made elsewhere.
  JsonWriter& raw(Text json);

  JsonWriter& field(Text name, Text value) { return key(name).string(value); }
  JsonWriter& field(Text name, const char* value) { return key(name).string(value); }
  JsonWriter& field(Text name, uint32_t value) { return key(name).number(value); }
  JsonWriter& field(Text name, uint64_t value) { return key(name).number(value); }
  JsonWriter& field(Text name, int32_t value) { return key(name).signedNumber(value); }
  JsonWriter& field(Text name, bool value) { return key(name).boolean(value); }

 private:
  JsonWriter& open(const char* bracket);
  JsonWriter& close(const char* bracket);
  void separate();
  void quoted(Text value);

  TextSink& out_;
  bool comma_ = false;
};

}  // namespace spore
