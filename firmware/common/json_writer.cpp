#include "json_writer.h"

#include "hex.h"

namespace spore {

JsonWriter& JsonWriter::key(Text name) {
  separate();
  quoted(name);
  out_.write(":");
  comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::rawKey(Text quotedName) {
  raw(quotedName);
  out_.write(":");
  comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::string(Text value) {
  separate();
  quoted(value);
  comma_ = true;
  return *this;
}

JsonWriter& JsonWriter::number(uint64_t value) {
  return raw(Decimal(value).text());
}

JsonWriter& JsonWriter::signedNumber(int32_t value) {
  if (value >= 0) return number(static_cast<uint32_t>(value));
  FixedText<11> digits("-");
  return raw(digits.append(static_cast<uint64_t>(-static_cast<int64_t>(value))));
}

JsonWriter& JsonWriter::boolean(bool value) {
  return raw(value ? "true" : "false");
}

JsonWriter& JsonWriter::raw(Text json) {
  separate();
  out_.write(json);
  comma_ = true;
  return *this;
}

JsonWriter& JsonWriter::open(const char* bracket) {
  separate();
  out_.write(bracket);
  comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::close(const char* bracket) {
  out_.write(bracket);
  comma_ = true;
  return *this;
}

void JsonWriter::separate() {
  if (comma_) out_.write(",");
}

void JsonWriter::quoted(Text value) {
  out_.write("\"");
  size_t clean = 0;
  for (size_t i = 0; i < value.size(); i++) {
    const char c = value[i];
    const bool control = static_cast<uint8_t>(c) < 0x20;
    if (!control && c != '"' && c != '\\') continue;
    out_.write(value.from(clean).first(i - clean));
    clean = i + 1;
    if (control) {
      const auto byte = static_cast<uint8_t>(c);
      char digits[2];
      writeHex(Bytes(&byte, 1), digits);
      out_.write("\\u00");
      out_.write(Text(digits, 2));
    } else {
      const char escaped[2] = {'\\', c};
      out_.write(Text(escaped, 2));
    }
  }
  out_.write(value.from(clean));
  out_.write("\"");
}

}  // namespace spore
