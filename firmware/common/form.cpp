#include "form.h"

#include "hex.h"

namespace spore {

bool decodeForm(Text encoded, char* out, size_t room, Text& text) {
  size_t size = 0;
  for (size_t i = 0; i < encoded.size(); i++) {
    char c = encoded[i];
    if (c == '+') {
      c = ' ';
    } else if (c == '%') {
      uint8_t byte;
      if (!parseHex(encoded.from(i + 1).first(2), &byte, 1)) return false;
      c = static_cast<char>(byte);
      i += 2;
    }
    if (size == room) return false;
    out[size++] = c;
  }
  text = Text(out, size);
  return true;
}

bool FormPairs::next(Text& name, Text& value) {
  if (left_.empty()) return false;
  const size_t stop = left_.find('&');
  const Text pair = left_.first(stop);
  left_ = stop == Text::npos ? Text() : left_.from(stop + 1);
  const size_t equals = pair.find('=');
  name = pair.first(equals);
  value = equals == Text::npos ? Text() : pair.from(equals + 1);
  return true;
}

FormLookup findFormValue(Text form, Text wanted, char* out, size_t room, Text& value) {
  FormPairs pairs(form);
  Text name, encoded;
  while (pairs.next(name, encoded)) {
    char buffer[48];
    Text decoded;
    if (!decodeForm(name, buffer, sizeof buffer, decoded) || decoded != wanted) continue;
    return decodeForm(encoded, out, room, value) ? FormLookup::found : FormLookup::malformed;
  }
  return FormLookup::absent;
}

}  // namespace spore
