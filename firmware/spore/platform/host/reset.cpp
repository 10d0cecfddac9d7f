#include "reset.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <unistd.h>

#include <initializer_list>

extern char** environ;

namespace spore::host {

namespace {

constexpr time_t computingSeconds = 3;
constexpr time_t silentSeconds = 30;

// A signal handler can reach nothing else.
const RtcFile* rtc;
const char* loaderPath;
char** loaderArguments;
alignas(16) char handlerStack[32768];

[[noreturn]] void startLoader(ResetReason reason) {
  rtc->setResetReason(reason);
  execve(loaderPath, loaderArguments, environ);
  _exit(127);
}

void onCrash(int) {
  startLoader(ResetReason::exception);
}
void onComputing(int) {
  startLoader(ResetReason::softwareWatchdog);
}
void onSilence(int) {
  startLoader(ResetReason::hardwareWatchdog);
}

void handle(int number, void (*handler)(int)) {
  struct sigaction action = {};
  action.sa_handler = handler;
  action.sa_flags = SA_ONSTACK;
  sigaction(number, &action, nullptr);
}

void arm(int which, time_t seconds) {
  itimerval timer = {};
  timer.it_value.tv_sec = seconds;
  setitimer(which, &timer, nullptr);
}

}  // namespace

Reset::Reset(const RtcFile& memory, const char* loader, char** arguments) {
  rtc = &memory;
  loaderPath = loader;
  loaderArguments = arguments;
}

void Reset::now(ResetReason reason) {
  startLoader(reason);
}

void Reset::guard() {
  stack_t stack = {};
  stack.ss_sp = handlerStack;
  stack.ss_size = sizeof handlerStack;
  sigaltstack(&stack, nullptr);
  for (int number : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP}) handle(number, onCrash);
  handle(SIGPROF, onComputing);
  handle(SIGALRM, onSilence);
  feedWatchdog();
}

void Reset::feedWatchdog() {
  arm(ITIMER_PROF, computingSeconds);
  arm(ITIMER_REAL, silentSeconds);
}

}  // namespace spore::host
