#pragma once

#include "../common/fixed_text.h"
#include "../common/json.h"
#include "../common/json_writer.h"

namespace spore {

/// One configuration key: what it is called, what it may be, what it is unless somebody says otherwise.
struct Setting {
  enum class Kind : uint8_t { number, text };

  const char* name = nullptr;
  uint32_t defaultNumber = 0;
  uint32_t least = 0;
  uint32_t most = 0;  // of a text: its longest length
  Kind kind = Kind::number;
  bool secret = false;
  bool needsRestart = false;
};

/// What was set, by index of the setting. Copied as a whole, so that a change is taken over entirely or not at all.
class SettingValues {
 public:
  static constexpr size_t capacity = 28;
  static constexpr size_t textCapacity = 6;
  static constexpr size_t maxTextBytes = 64;

 private:
  friend class Settings;
  uint32_t setMask_ = 0;
  uint32_t numbers_[capacity] = {};
  FixedText<maxTextBytes> texts_[textCapacity];
};

/// The node's configuration: a fixed table of settings, and the values that differ from their defaults.
class Settings {
 public:
  using Index = uint8_t;

  /// Numbers come with a default and limits, texts with a longest length and an empty default.
  Index addNumber(const char* name, uint32_t defaultNumber, uint32_t least, uint32_t most, bool needsRestart = false);
  Index addText(const char* name, uint32_t longest, bool secret = false, bool needsRestart = false);

  size_t size() const { return size_; }
  /// How many settings found no room, and took that of the last one.
  uint8_t refused() const { return refused_; }
  const Setting& at(size_t index) const { return table_[index]; }
  bool isSet(size_t index) const { return (values_.setMask_ >> index & 1) != 0; }
  uint32_t number(Index index) const { return isSet(index) ? values_.numbers_[index] : table_[index].defaultNumber; }
  Text text(Index index) const { return isSet(index) ? values_.texts_[textSlots_[index]].text() : Text(); }
  /// The index of `name`, or `size()`.
  size_t find(Text name) const;
  /// A secret that is not empty.
  bool isHidden(size_t index) const { return table_[index].secret && !text(static_cast<Index>(index)).empty(); }

  SettingValues& values() { return values_; }
  const SettingValues& values() const { return values_; }
  void adopt(const SettingValues& values) { values_ = values; }

  /// Puts a value that came as text into `draft`. Returns what is wrong with it, or nothing.
  Text assign(SettingValues& draft, size_t index, Text value) const;
  void unset(SettingValues& draft, size_t index) const { draft.setMask_ &= ~(1u << index); }

  void writeValue(JsonWriter& json, size_t index, bool hideSecrets) const;
  /// The first 8 hex digits of the HMAC-SHA-256, under the token, of all values: a JSON object with sorted keys and
  /// without white space. The token itself is left out, and without a token every secret, which it would give away.
  FixedText<8> fingerprint(Index tokenIndex) const;

 private:
  Index add(const Setting& setting);

  Setting table_[SettingValues::capacity];
  uint8_t textSlots_[SettingValues::capacity] = {};
  uint8_t size_ = 0;
  uint8_t texts_ = 0;
  uint8_t refused_ = 0;
  SettingValues values_;
};

}  // namespace spore
