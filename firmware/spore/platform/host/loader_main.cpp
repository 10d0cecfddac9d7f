// The boot loader of a host board: what the mask ROM and eboot are to a chip. It applies a staged update sector by
// sector, then becomes the program inside the image in flash, if that was made on this machine.
//
//   loader provision --state-dir DIR --factory-image FILE --key-file FILE    a new board, its flash written "by wire"
//   DIR/loader --state-dir DIR [flags]                                      power on; the flags are the program's too

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

#include "descriptor_io.h"
#include "file_flash.h"
#include "image_copy.h"
#include "options.h"
#include "signed_program.h"

extern char** environ;

namespace spore::host {

namespace {

constexpr uint32_t crashLoopMs = 1000;
constexpr const char* lockVariable = "SPORE_LOCK_FD";

std::string readFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) die("cannot read", path.c_str());
  return std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

void writeFile(const std::string& path, const std::string& contents, mode_t mode) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
  if (fd < 0 || fchmod(fd, mode) != 0 || !writeFully(fd, contents.data(), contents.size(), 0))
    die("cannot write", path.c_str());
  close(fd);
}

std::string ownPath(const char* name) {
#ifdef __linux__
  static_cast<void>(name);
  return "/proc/self/exe";
#else
  return name;
#endif
}

/// Copies everything that the board needs into its directory, so that nothing else has to stay.
int provision(const Options& options, const char* self) {
  if (options.factoryImage.empty() || options.keyFile.empty()) {
    fprintf(stderr, "spore node: provision wants --factory-image and --key-file, both made by the build\n");
    return 2;
  }
  std::string flash = readFile(options.factoryImage);
  if (flash.size() > options.fsStart) {
    fprintf(stderr, "spore node: %s has %zu bytes, before the file system there are %u\n", options.factoryImage.c_str(),
            flash.size(), options.fsStart);
    return 1;
  }
  flash.resize(options.flashSize, '\xff');
  if (mkdir(options.stateDir.c_str(), 0700) != 0 && errno != EEXIST) die("cannot create", options.stateDir.c_str());
  writeFile(options.stateDir + "/loader", readFile(ownPath(self)), 0700);
  writeFile(options.stateDir + "/loader.key", readFile(options.keyFile), 0600);
  writeFile(options.stateDir + "/flash.bin", flash, 0600);
  return 0;
}

/// A board exists once. The lock is inherited from program to program, and ends with the process.
void lockBoard(const std::string& stateDir) {
  if (getenv(lockVariable) != nullptr) return;
  const std::string path = stateDir + "/lock";
  const int fd = open(path.c_str(), O_RDWR | O_CREAT, 0600);
  if (fd < 0) die("cannot open", path.c_str());
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    fprintf(stderr, "spore node: the board in %s is running already\n", stateDir.c_str());
    exit(1);
  }
  setenv(lockVariable, std::to_string(fd).c_str(), 1);
}

/// What the program before has left to the process: masked signals and running timers.
void cleanProcess() {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  const itimerval off = {};
  setitimer(ITIMER_PROF, &off, nullptr);
  setitimer(ITIMER_REAL, &off, nullptr);
  signal(SIGPIPE, SIG_DFL);
}

/// Waits, unless the power goes away meanwhile: the other end of standard input, where that was asked for.
void waitPowered(uint32_t waitMs, const Options& options) {
  pollfd input = {options.untilStdinCloses ? STDIN_FILENO : -1, POLLIN, 0};
  if (poll(&input, 1, static_cast<int>(waitMs)) > 0) {
    char discarded[64];
    if (read(STDIN_FILENO, discarded, sizeof discarded) <= 0) exit(0);
  }
}

int programFile(const std::string& stateDir, std::string& path) {
#ifdef __linux__
  static_cast<void>(stateDir);
  // Newer kernels want to be told that it will be executed, older ones refuse the flag.
  constexpr unsigned executable = 0x10;
  int fd = memfd_create("spore-program", MFD_CLOEXEC | executable);
  if (fd < 0) fd = memfd_create("spore-program", MFD_CLOEXEC);
  if (fd >= 0) path = "/proc/self/fd/" + std::to_string(fd);
  return fd;
#else
  path = stateDir + "/program";
  unlink(path.c_str());
  return open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0700);
#endif
}

[[noreturn]] void startProgram(const std::vector<uint8_t>& program, const std::string& stateDir, char** argv) {
  std::string path;
  const int fd = programFile(stateDir, path);
  if (fd < 0 || !writeFully(fd, program.data(), program.size(), 0)) die("cannot load", "the program");
#ifdef __linux__
  fexecve(fd, argv, environ);
#else
  close(fd);
  execve(path.c_str(), argv, environ);
#endif
  die("cannot start", "the program in flash");
}

int boot(const Options& options, char** argv) {
  cleanProcess();
  lockBoard(options.stateDir);
  RtcFile memory = RtcFile::open();
  PowerSupply power(memory, options.powerCutAfterWrites);
  waitPowered(options.bootDelayMs, options);
  FileFlash flash(options.stateDir + "/flash.bin", power);
  BootCommand command;
  if (readBootCommand(memory, command)) {
    const bool copied = copyImage(flash, command);
    clearBootCommand(memory);
    printf("loader: %s %u bytes\n", copied ? "installed" : "could not install", command.size);
    fflush(stdout);
  }
  std::vector<uint8_t> program;
  std::string problem = "told to fail";
  const std::string key = readFile(options.stateDir + "/loader.key");
  if (options.fault != Fault::boot && readSignedProgram(flash, options.fsStart, key, program, problem))
    startProgram(program, options.stateDir, argv);
  // What a chip does with such an image: crash, reset, and so on until somebody comes with a wire.
  printf("loader: %s; resetting for ever\n", problem.c_str());
  fflush(stdout);
  memory.setResetReason(ResetReason::exception);
  while (!readSignedProgram(flash, options.fsStart, key, program, problem) || options.fault == Fault::boot)
    waitPowered(crashLoopMs, options);
  startProgram(program, options.stateDir, argv);
}

}  // namespace

}  // namespace spore::host

int main(int argc, char** argv) {
  using namespace spore::host;
  if (argc > 1 && std::string(argv[1]) == "provision") return provision(parseOptions(argc, argv, 2), argv[0]);
  return boot(parseOptions(argc, argv, 1), argv);
}
