#include "settings.h"

#include "../common/hex.h"
#include "../common/hmac_sha256.h"

namespace spore {

namespace {

class HmacSink final : public TextSink {
 public:
  explicit HmacSink(HmacSha256& hmac) : hmac_(hmac) {}
  void write(Text text) override { hmac_.update(text); }

 private:
  HmacSha256& hmac_;
};

bool before(Text a, Text b) {
  const size_t shorter = a.size() < b.size() ? a.size() : b.size();
  const int order = memcmp(a.data(), b.data(), shorter);
  return order < 0 || (order == 0 && a.size() < b.size());
}

}  // namespace

Settings::Index Settings::add(const Setting& setting) {
  if (size_ == SettingValues::capacity) {
    refused_++;
    size_--;
  }
  table_[size_] = setting;
  return static_cast<Index>(size_++);
}

Settings::Index Settings::addNumber(const char* name, uint32_t defaultNumber, uint32_t least, uint32_t most,
                                    bool needsRestart) {
  Setting setting;
  setting.name = name;
  setting.defaultNumber = defaultNumber;
  setting.least = least;
  setting.most = most;
  setting.needsRestart = needsRestart;
  return add(setting);
}

Settings::Index Settings::addText(const char* name, uint32_t longest, bool secret, bool needsRestart) {
  Setting setting;
  setting.name = name;
  setting.kind = Setting::Kind::text;
  setting.most = longest;
  setting.secret = secret;
  setting.needsRestart = needsRestart;
  if (texts_ == SettingValues::textCapacity) {
    refused_++;
    texts_--;
  }
  const Index index = add(setting);
  textSlots_[index] = texts_++;
  return index;
}

size_t Settings::find(Text name) const {
  for (size_t i = 0; i < size_; i++)
    if (name == table_[i].name) return i;
  return size_;
}

Text Settings::assign(SettingValues& draft, size_t index, Text value) const {
  const Setting& setting = table_[index];
  if (setting.kind == Setting::Kind::text) {
    if (value.size() > setting.most) return "is too long";
    if (!isPlainUtf8(value)) return "must be UTF-8 without control characters";
    draft.texts_[textSlots_[index]].assign(value);
  } else {
    uint32_t number;
    if (!parseUnsigned(value, number)) return "must be a whole number";
    if (number < setting.least) return "is too small";
    if (number > setting.most) return "is too large";
    draft.numbers_[index] = number;
  }
  draft.setMask_ |= 1u << index;
  return Text();
}

void Settings::writeValue(JsonWriter& json, size_t index, bool hideSecrets) const {
  const Setting& setting = table_[index];
  const auto at = static_cast<Index>(index);
  if (setting.kind == Setting::Kind::number) {
    json.number(number(at));
  } else {
    json.string(hideSecrets && isHidden(index) ? Text("***") : text(at));
  }
}

FixedText<8> Settings::fingerprint(Index tokenIndex) const {
  const bool keyed = !text(tokenIndex).empty();
  HmacSha256 hmac(text(tokenIndex).bytes());
  HmacSink sink(hmac);
  JsonWriter json(sink);
  json.beginObject();
  Text last;
  for (;;) {
    size_t next = size_;
    for (size_t i = 0; i < size_; i++) {
      const bool leftOut = i == tokenIndex || (!keyed && isHidden(i));
      if (leftOut || !before(last, table_[i].name)) continue;
      if (next == size_ || before(table_[i].name, table_[next].name)) next = i;
    }
    if (next == size_) break;
    last = table_[next].name;
    json.key(last);
    writeValue(json, next, false);
  }
  json.endObject();
  uint8_t digest[HmacSha256::digestBytes];
  hmac.finish(digest);
  return FixedText<8>(Hex<HmacSha256::digestBytes>(digest).text().first(8));
}

}  // namespace spore
