#pragma once

#include "text.h"

namespace spore {

/// Looks `name` up in `a=1&b=2` (a query or a form body) and decodes its value into `out`.
enum class FormLookup { absent, found, malformed };
FormLookup findFormValue(Text form, Text name, char* out, size_t room, Text& value);

/// Goes through the pairs of a form, still encoded.
class FormPairs {
 public:
  explicit FormPairs(Text form) : left_(form) {}
  bool next(Text& name, Text& value);

 private:
  Text left_;
};

/// Decodes `%41` and `+`. False when an escape is broken or the result does not fit.
bool decodeForm(Text encoded, char* out, size_t room, Text& text);

}  // namespace spore
