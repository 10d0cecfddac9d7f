#include "http_request.h"

#include "json.h"

namespace spore {

namespace {

bool isToken(Text text) {
  if (text.empty()) return false;
  for (char c : text) {
    const bool letter = lowerCase(c) >= 'a' && lowerCase(c) <= 'z';
    if (!letter && !isDigit(c) && memchr("!#$%&'*+-.^_`|~", c, 15) == nullptr) return false;
  }
  return true;
}

bool isVisible(Text text) {
  // Unsigned, because what a plain char above 127 is differs between the chip and a host.
  for (char c : text)
    if (static_cast<uint8_t>(c) <= 0x20 || static_cast<uint8_t>(c) >= 0x7f) return false;
  return !text.empty();
}

bool isFieldValue(Text text) {
  for (char c : text)
    if ((static_cast<uint8_t>(c) < 0x20 && c != '\t') || c == 0x7f) return false;
  return true;
}

int parseRequestLine(Text line, HttpRequest& request) {
  const size_t first = line.find(' ');
  const size_t second = first == Text::npos ? Text::npos : line.find(' ', first + 1);
  if (second == Text::npos) return 400;
  const Text method = line.first(first);
  const Text target = line.first(second).from(first + 1);
  const Text version = line.from(second + 1);
  if (!isToken(method) || !isVisible(target) || target[0] != '/') return 400;
  if (!version.startsWith("HTTP/") || version.size() != 8) return 400;
  if (version != "HTTP/1.1" && version != "HTTP/1.0") return 505;
  request.http11 = version == "HTTP/1.1";
  request.method = method == "GET" ? HttpMethod::get : method == "POST" ? HttpMethod::post : HttpMethod::other;
  const size_t mark = target.find('?');
  request.path = target.first(mark);
  request.query = mark == Text::npos ? Text() : target.from(mark + 1);
  return 0;
}

/// Takes a field that may stand once only: what two peers read differently is a way to smuggle a request.
int takeOnce(Text& field, Text value) {
  if (!field.empty()) return 400;
  field = value;
  return 0;
}

int parseField(Text name, Text value, HttpRequest& request) {
  if (name.equalsIgnoringCase("host")) return takeOnce(request.host, value);
  if (name.equalsIgnoringCase("origin")) return takeOnce(request.origin, value);
  if (name.equalsIgnoringCase("content-type")) return takeOnce(request.contentType, value);
  if (name.equalsIgnoringCase("authorization")) return takeOnce(request.authorization, value);
  if (name.equalsIgnoringCase("sec-websocket-key")) return takeOnce(request.webSocketKey, value);
  if (name.equalsIgnoringCase("content-length")) {
    if (request.hasLength || !parseUnsigned(value, request.contentLength)) return 400;
    request.hasLength = true;
  } else if (name.equalsIgnoringCase("transfer-encoding")) {
    request.transferEncoded = true;
  } else if (name.equalsIgnoringCase("expect")) {
    if (!value.equalsIgnoringCase("100-continue")) return 417;
    request.expectsContinue = true;
  } else if (name.equalsIgnoringCase("upgrade")) {
    request.upgradesToWebSocket = value.equalsIgnoringCase("websocket");
  }
  return 0;
}

}  // namespace

int parseHttpHead(Text head, HttpRequest& request) {
  request = HttpRequest();
  bool firstLine = true;
  while (!head.empty()) {
    const size_t stop = head.find('\n');
    if (stop == Text::npos || stop == 0 || head[stop - 1] != '\r') return 400;
    const Text line = head.first(stop - 1);
    head = head.from(stop + 1);
    if (firstLine) {
      if (const int refusal = parseRequestLine(line, request)) return refusal;
      firstLine = false;
      continue;
    }
    if (line.empty()) break;
    const size_t colon = line.find(':');
    const Text value = colon == Text::npos ? Text() : line.from(colon + 1).trimmed();
    if (colon == Text::npos || !isToken(line.first(colon)) || !isFieldValue(value)) return 400;
    if (const int refusal = parseField(line.first(colon), value, request)) return refusal;
  }
  if (firstLine || (request.http11 && request.host.empty())) return 400;
  if (request.transferEncoded && request.hasLength) return 400;
  return 0;
}

FormLookup HttpRequest::parameter(Text name, char* out, size_t room, Text& value) const {
  const FormLookup inQuery = findFormValue(query, name, out, room, value);
  if (inQuery != FormLookup::absent) return inQuery;
  if (hasFormBody()) return findFormValue(body, name, out, room, value);
  if (!hasJsonBody() || body.empty()) return FormLookup::absent;
  Json object, found;
  if (!Json::parse(body, object) || !object.isObject()) return FormLookup::malformed;
  if (!object.member(name, found)) return FormLookup::absent;
  if (found.isString()) return found.decode(out, room, value) ? FormLookup::found : FormLookup::malformed;
  if (found.raw().size() > room) return FormLookup::malformed;
  memcpy(out, found.raw().data(), found.raw().size());
  value = Text(out, found.raw().size());
  return FormLookup::found;
}

}  // namespace spore
