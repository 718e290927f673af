/* What a command costs.
 *
 *   measure COMMAND ARGUMENT...
 *
 * Runs it, its output to standard error, and prints "WALL CPU MEMORY": seconds, seconds of
 * processor time, and the peak of memory in KB. Exits as it does. A program of its own, since what
 * the kernel counts as a child's peak begins with the memory of the process that started it. */
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double seconds(struct timeval time) {
  return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

int main(int count, char** arguments) {
  struct timespec begin, end;
  struct rusage usage;
  int status;
  if (count < 2) return 2;
  clock_gettime(CLOCK_MONOTONIC, &begin);
  const pid_t child = vfork();
  if (child < 0) return 2;
  if (child == 0) {
    dup2(2, 1);
    execvp(arguments[1], arguments + 1);
    _exit(127);
  }
  if (wait4(child, &status, 0, &usage) != child) return 2;
  clock_gettime(CLOCK_MONOTONIC, &end);
  printf("%.6f %.6f %ld\n",
         (double)(end.tv_sec - begin.tv_sec) + (double)(end.tv_nsec - begin.tv_nsec) / 1e9,
         seconds(usage.ru_utime) + seconds(usage.ru_stime), usage.ru_maxrss);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
