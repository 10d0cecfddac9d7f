#pragma once

#include "../common/file_store.h"
#include "../common/http_request.h"
#include "labels.h"
#include "settings.h"

namespace spore {

/// Settings and labels of a node, kept in `config.json`. The file holds what was set and nothing else, so that a
/// firmware with other defaults brings them along.
class Configuration {
 public:
  /// Registers the settings that every node has.
  Configuration();

  /// What came of a change.
  struct Change {
    Text problem;       // empty: taken over
    FixedText<48> key;  // the key it is about
    bool labelsChanged = false;
    bool restartRequired = false;
    bool saved = false;
  };

  /// A label that the application gives; a persistent one of the same key wins.
  LabelProblem addStaticLabel(Text key, Text value);
  /// Reads the file. One that cannot be understood is set aside, and defaults are used.
  void load(FileStore& files);
  /// Takes over the parameters of a request and keeps them in the file: all or, where one is wrong or the file cannot
  /// be written, none.
  Change apply(const HttpRequest& request, FileStore& files);
  /// The same for settings that were put together elsewhere.
  bool adopt(const SettingValues& values, FileStore& files);
  /// The same for one persistent label.
  LabelProblem setLabel(Text key, Text value, FileStore& files);

  /// Persistent labels over those of the application. Put together anew each time, for want of memory to keep them.
  LabelSet labels() const;
  Settings& settings() { return settings_; }
  const Settings& settings() const { return settings_; }
  uint32_t number(Settings::Index index) const { return settings_.number(index); }
  Text text(Settings::Index index) const { return settings_.text(index); }
  /// Changes with every value. Proof of them to whoever knows the token, if there is one.
  Text fingerprint() const { return fingerprint_.text(); }

  /// Writes `part` of the configuration as a member list without braces: one setting after the other, then the labels.
  /// False after the last part.
  bool writePart(JsonWriter& json, uint32_t part) const;

  Settings::Index wifiSsid, wifiPassword, wifiConnectTimeoutMs, wifiRetryDelayMs;
  Settings::Index udpPort, apiServerPort;
  Settings::Index discoveryIntervalMs, listenIntervalMs, heartbeatIntervalMs, nodeUpdateIntervalMs;
  Settings::Index statusUpdateIntervalMs, memberInfoIntervalMs, printIntervalMs;
  Settings::Index inactiveThresholdMs, deadThresholdMs, restartDelayMs;
  Settings::Index lowMemoryBytes, criticalMemoryBytes, maxConcurrentRequests;
  Settings::Index otaToken;

 private:
  static constexpr size_t fileMaxBytes = 1536;
  static constexpr size_t valueMaxBytes = LabelSet::maxJsonBytes + 256;

  /// A change under construction.
  struct Draft {
    SettingValues values;
    LabelSet labels;
    Text labelsJson;
    bool mergesLabels = false;
    bool restartRequired = false;
  };

  void beginDraft();
  bool commitDraft(FileStore& files);
  void exchangeDraft();
  bool save(FileStore& files);
  Text applyPair(Text name, Text value);
  Text applyJson(Json body, FixedText<48>& key);
  Text applyForm(Text form, FixedText<48>& key);
  void keepLabels(Text json);
  LabelProblem applyLabels();
  LabelProblem checkLabels() const;
  void refresh() { fingerprint_ = settings_.fingerprint(otaToken); }

  Settings settings_;
  LabelSet static_;
  LabelSet own_;
  FixedText<8> fingerprint_;
  // Members, because the chip's stack has 4 KiB.
  Draft draft_;
  char room_[fileMaxBytes];  // the file's text while it is read or written; before that, a draft's labels
};

}  // namespace spore
