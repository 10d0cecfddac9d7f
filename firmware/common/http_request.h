#pragma once

#include "form.h"
#include "text.h"

namespace spore {

enum class HttpMethod : uint8_t { get, post, other };

/// One request; its texts live in the buffer of the connection.
struct HttpRequest {
  HttpMethod method = HttpMethod::other;
  bool http11 = true;
  bool expectsContinue = false;
  bool transferEncoded = false;
  bool upgradesToWebSocket = false;
  bool hasLength = false;
  uint32_t contentLength = 0;
  Text path;
  Text query;
  Text host;
  Text origin;
  Text contentType;
  Text authorization;
  Text webSocketKey;
  Text body;

  /// A parameter from the query string, a form body or a JSON object. A JSON value that is no string comes as it
  /// stands.
  FormLookup parameter(Text name, char* out, size_t room, Text& value) const;
  bool hasJsonBody() const { return contentType.startsWithIgnoringCase("application/json"); }
  bool hasFormBody() const { return contentType.startsWithIgnoringCase("application/x-www-form-urlencoded"); }
};

/// Parses a request line and header fields (RFC 9112) that end with an empty line.
/// Returns 0, or the HTTP status with which to refuse the request.
int parseHttpHead(Text head, HttpRequest& request);

}  // namespace spore
