#pragma once

#include "text.h"

namespace spore {

/// One value of a JSON text that was checked as a whole: a view, so the text must outlive it. Nothing is copied or
/// built.
class Json {
 public:
  static constexpr int maxDepth = 8;

  Json() = default;
  /// False, and `value` unchanged, unless `text` is one JSON value (RFC 8259, UTF-8, at most `maxDepth` deep) and
  /// blanks.
  static bool parse(Text text, Json& value);

  bool isObject() const { return raw_[0] == '{'; }
  bool isArray() const { return raw_[0] == '['; }
  bool isString() const { return raw_[0] == '"'; }
  bool isNull() const { return raw_[0] == 'n'; }
  bool isNumber() const { return raw_[0] == '-' || isDigit(raw_[0]); }
  bool isTrue() const { return raw_[0] == 't'; }
  /// The value as it stands in the text.
  Text raw() const { return raw_; }
  /// The member `key` of an object. Of keys that stand twice the last counts.
  bool member(Text key, Json& value) const;
  /// Decodes a string into `room` characters at `out`. False when it is no string or does not fit.
  bool decode(char* out, size_t room, Text& text) const;
  /// False unless it is a whole number of at most 32 bits.
  bool number(uint32_t& value) const { return parseUnsigned(raw_, value); }

 private:
  friend class JsonMembers;
  explicit Json(Text raw) : raw_(raw) {}

  Text raw_ = "null";
};

/// Goes through the members of an object; through none when it is no object.
class JsonMembers {
 public:
  explicit JsonMembers(Json object);
  bool next(Json& key, Json& value);

 private:
  Text left_;
};

}  // namespace spore
