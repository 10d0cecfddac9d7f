#include "json.h"

#include "hex.h"

namespace spore {

namespace {

bool isBlank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/// Four hex digits; -1 when there are none.
int32_t hexUnit(const char* at, const char* end) {
  if (end - at < 4) return -1;
  int32_t unit = 0;
  for (int i = 0; i < 4; i++) {
    const int digit = hexDigit(at[i]);
    if (digit < 0) return -1;
    unit = unit << 4 | digit;
  }
  return unit;
}

/// Walks over values; after a failure `at` is null.
struct Scanner {
  const char* at;
  const char* end;

  bool fail() {
    at = nullptr;
    return false;
  }
  void blanks() {
    while (at < end && isBlank(*at)) at++;
  }
  bool take(char c) {
    if (at >= end || *at != c) return false;
    at++;
    return true;
  }

  bool word(const char* letters) {
    for (; *letters != '\0'; letters++)
      if (!take(*letters)) return fail();
    return true;
  }

  bool digits() {
    if (at >= end || !isDigit(*at)) return fail();
    while (at < end && isDigit(*at)) at++;
    return true;
  }

  bool number() {
    take('-');
    if (!take('0') && !digits()) return false;
    if (take('.') && !digits()) return false;
    if (at < end && (*at == 'e' || *at == 'E')) {
      at++;
      if (!take('+')) take('-');
      return digits();
    }
    return true;
  }

  bool escape() {
    if (at >= end) return fail();
    const char c = *at++;
    if (memchr("\"\\/bfnrt", c, 8) != nullptr) return true;
    if (c != 'u') return fail();
    const int32_t unit = hexUnit(at, end);
    if (unit < 0) return fail();
    at += 4;
    if (unit >= 0xdc00 && unit < 0xe000) return fail();
    if (unit < 0xd800 || unit >= 0xdc00) return true;
    if (end - at < 6 || at[0] != '\\' || at[1] != 'u') return fail();
    const int32_t low = hexUnit(at + 2, end);
    if (low < 0xdc00 || low >= 0xe000) return fail();
    at += 6;
    return true;
  }

  bool string() {
    if (!take('"')) return fail();
    const char* plain = at;
    while (at < end) {
      if (*at != '"' && *at != '\\') {
        at++;
        continue;
      }
      if (!isPlainUtf8(Text(plain, static_cast<size_t>(at - plain)))) return fail();
      if (*at++ == '"') return true;
      if (!escape()) return false;
      plain = at;
    }
    return fail();
  }

  bool member(int depth) {
    blanks();
    if (!string()) return false;
    blanks();
    if (!take(':')) return fail();
    return value(depth);
  }

  bool container(char close, bool object, int depth) {
    if (depth == 0) return fail();
    at++;
    blanks();
    if (take(close)) return true;
    for (;;) {
      if (object ? !member(depth - 1) : !value(depth - 1)) return false;
      blanks();
      if (take(close)) return true;
      if (!take(',')) return fail();
    }
  }

  bool value(int depth) {
    blanks();
    if (at >= end) return fail();
    switch (*at) {
      case '{':
        return container('}', true, depth);
      case '[':
        return container(']', false, depth);
      case '"':
        return string();
      case 't':
        return word("true");
      case 'f':
        return word("false");
      case 'n':
        return word("null");
      default:
        return number();
    }
  }
};

size_t encodeUtf8(uint32_t point, char (&out)[4]) {
  if (point < 0x80) {
    out[0] = static_cast<char>(point);
    return 1;
  }
  const size_t length = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  for (size_t i = length - 1; i > 0; i--) {
    out[i] = static_cast<char>(0x80 | (point & 0x3f));
    point >>= 6;
  }
  const uint32_t lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
  out[0] = static_cast<char>(lead[length] | point);
  return length;
}

/// Reads the escape behind a backslash in a checked string, and moves `at` past it.
uint32_t decodeEscape(const char*& at, const char* end) {
  const char c = *at++;
  switch (c) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'u':
      break;
    default:
      return static_cast<uint32_t>(c);
  }
  const auto high = static_cast<uint32_t>(hexUnit(at, end));
  at += 4;
  if (high < 0xd800 || high >= 0xe000) return high;
  const auto low = static_cast<uint32_t>(hexUnit(at + 2, end));
  at += 6;
  return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

}  // namespace

bool Json::parse(Text text, Json& value) {
  Scanner scanner{text.begin(), text.end()};
  scanner.blanks();
  const char* start = scanner.at;
  if (!scanner.value(maxDepth)) return false;
  const char* stop = scanner.at;
  scanner.blanks();
  if (scanner.at != text.end()) return false;
  value = Json(Text(start, static_cast<size_t>(stop - start)));
  return true;
}

bool Json::member(Text wanted, Json& found) const {
  JsonMembers members(*this);
  Json key, value;
  bool any = false;
  while (members.next(key, value)) {
    char buffer[64];
    Text name;
    if (!key.decode(buffer, sizeof buffer, name) || name != wanted) continue;
    found = value;
    any = true;
  }
  return any;
}

bool Json::decode(char* out, size_t room, Text& text) const {
  if (!isString()) return false;
  const char* at = raw_.begin() + 1;
  const char* end = raw_.end() - 1;
  size_t size = 0;
  while (at < end) {
    char encoded[4] = {*at};
    size_t length = 1;
    if (*at++ == '\\') length = encodeUtf8(decodeEscape(at, end), encoded);
    if (size + length > room) return false;
    memcpy(out + size, encoded, length);
    size += length;
  }
  text = Text(out, size);
  return true;
}

JsonMembers::JsonMembers(Json object) : left_(object.isObject() ? object.raw().from(1) : Text()) {}

bool JsonMembers::next(Json& key, Json& value) {
  Scanner scanner{left_.begin(), left_.end()};
  scanner.blanks();
  scanner.take(',');
  scanner.blanks();
  if (scanner.at >= scanner.end || *scanner.at != '"') return false;
  const char* start = scanner.at;
  scanner.string();
  key = Json(Text(start, static_cast<size_t>(scanner.at - start)));
  scanner.blanks();
  scanner.take(':');
  scanner.blanks();
  start = scanner.at;
  scanner.value(Json::maxDepth);
  value = Json(Text(start, static_cast<size_t>(scanner.at - start)));
  left_ = Text(scanner.at, static_cast<size_t>(left_.end() - scanner.at));
  return true;
}

}  // namespace spore
