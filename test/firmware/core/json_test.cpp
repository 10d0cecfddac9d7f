#include "../../../firmware/common/json.h"
#include "../../../firmware/common/json_writer.h"
#include "check.h"

using namespace spore;

namespace {

bool valid(Text text) {
  Json value;
  return Json::parse(text, value);
}

bool decodes(Text json, Text expected) {
  Json value;
  char room[32];
  Text text;
  return Json::parse(json, value) && value.decode(room, sizeof room, text) && text == expected;
}

}  // namespace

TEST("Json takes what RFC 8259 allows") {
  const char* const texts[] = {
      "{}", " [ ] ", "0", "-0.5e+10", "\"\"", "true", "null", "{\"a\":[1,{\"b\":null}]}", "\"\\ud83d\\ude00\""};
  for (const char* text : texts) CHECK(valid(text));
}

TEST("Json refuses everything else") {
  const char* const texts[] = {"",       "{",       "}",         "[1,]",         "{\"a\"}",     "{\"a\":}",
                               "{a:1}",  "01",      "1.",        "+1",           "tru",         "nulll",
                               "\"\n\"", "\"\\x\"", "\"\\u12\"", "\"\\ud83d\"",  "1 2",         "\"abc",
                               "[1 2]",  "{,}",     "\"\xff\"",  "\"\xc0\x80\"", "\"\\udc00\"", "[[[[[[[[[1]]]]]]]]]"};
  for (const char* text : texts) CHECK(!valid(text));
}

TEST("Json decodes escapes") {
  CHECK(decodes("\"a\\n\\\"\\u0041\\u00e9\"", "a\n\"A\xc3\xa9"));
  CHECK(decodes("\"\\ud83d\\ude00\"", "\xf0\x9f\x98\x80"));
}

TEST("Json decodes into the room there is, or not at all") {
  Json value;
  char room[3];
  Text text;
  CHECK(Json::parse("\"abcd\"", value) && !value.decode(room, sizeof room, text));
  CHECK(Json::parse("\"abc\"", value) && value.decode(room, sizeof room, text) && text == "abc");
}

TEST("Json finds members, the last of those that stand twice") {
  Json object, value;
  uint32_t number = 0;
  CHECK(Json::parse("{\"a\":1,\"b\":{\"a\":2},\"a\":3}", object));
  CHECK(object.member("a", value) && value.number(number) && number == 3);
  CHECK(!object.member("c", value));
}

TEST("JsonWriter puts commas and escapes where they belong") {
  char room[128];
  BufferSink sink(room, sizeof room);
  JsonWriter json(sink);
  json.beginObject().field("a", 1u).key("b").beginArray().number(2).string("x\"\\\n").endArray();
  json.key("c").beginObject().endObject().field("d", -5).field("e", true).endObject();
  CHECK(sink.text() == "{\"a\":1,\"b\":[2,\"x\\\"\\\\\\u000a\"],\"c\":{},\"d\":-5,\"e\":true}");
}

TEST("BufferSink keeps counting when it is full, and then shows nothing") {
  char room[4];
  BufferSink sink(room, sizeof room);
  sink.write("abc");
  sink.write("de");
  CHECK(sink.overflowed());
  CHECK(sink.size() == 5);
  CHECK(sink.text().empty());
}
