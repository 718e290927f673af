// The module of one machine loads on another whose glibc is older, down to 2.17 as of now: a symbol
// of glibc has a version, which is that of the machine where the module is linked, and where
// pthread or stat have moved since, the module would not load although the older glibc has the same
// function. (tests/install/run.sh reads the versions off the module.)
//
// What is defined here takes the place of glibc's symbol of that name, in our code and in that of
// libstdc++.a and libgcc.a, inside the module alone. Linked into the module only; not for a
// program, whose own calls it would take over.

#define _GNU_SOURCE
#include <features.h>

#if defined(__GLIBC__) && ((defined(__x86_64__) && defined(__LP64__)) || defined(__aarch64__))

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define HIDDEN __attribute__((visibility("hidden")))

// The function `first_NAME` is glibc's NAME in the first version that this architecture had, which
// every glibc keeps.
#ifdef __x86_64__
#define FIRST_VERSION(name) __asm__(".symver first_" #name ", " #name "@GLIBC_2.2.5")
#else
#define FIRST_VERSION(name) __asm__(".symver first_" #name ", " #name "@GLIBC_2.17")
#endif

// Before glibc 2.34 these are in libpthread, which the module does not ask for, since nearly every
// host has it. They are null in one that has not: it gets no thread.
__attribute__((weak)) int first_pthread_create(pthread_t* thread, const pthread_attr_t* attributes,
                                               void* (*run)(void*), void* argument);
__attribute__((weak)) int first_pthread_join(pthread_t thread, void** result);
__attribute__((weak)) int first_pthread_once(pthread_once_t* once, void (*run)(void));
__attribute__((weak)) int first_pthread_sigmask(int how, const sigset_t* set, sigset_t* before);
FIRST_VERSION(pthread_create);
FIRST_VERSION(pthread_join);
FIRST_VERSION(pthread_once);
FIRST_VERSION(pthread_sigmask);

HIDDEN int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*run)(void*),
                          void* argument) {
  return first_pthread_create ? first_pthread_create(thread, attributes, run, argument) : EAGAIN;
}

HIDDEN int pthread_join(pthread_t thread, void** result) {
  return first_pthread_join ? first_pthread_join(thread, result) : ESRCH;
}

// The unwinder of libgcc, the only caller, does the work itself when this fails.
HIDDEN int pthread_once(pthread_once_t* once, void (*run)(void)) {
  return first_pthread_once ? first_pthread_once(once, run) : ENOSYS;
}

HIDDEN int pthread_sigmask(int how, const sigset_t* set, sigset_t* before) {
  return first_pthread_sigmask ? first_pthread_sigmask(how, set, before) : ENOSYS;
}

// libgcc takes its presence for a sign that there are threads, and does not call it.
HIDDEN int __pthread_key_create(pthread_key_t* key, void (*destroy)(void*)) {
  (void)key;
  (void)destroy;
  return EAGAIN;
}

// glibc 2.30. Here the deadline moves when somebody sets the clock during the wait.
HIDDEN int pthread_cond_clockwait(pthread_cond_t* condition, pthread_mutex_t* mutex,
                                  clockid_t clock, const struct timespec* deadline) {
  const long second = 1000000000;
  struct timespec now, until;
  if (clock_gettime(clock, &now) != 0 || clock_gettime(CLOCK_REALTIME, &until) != 0) return EINVAL;
  until.tv_sec += deadline->tv_sec - now.tv_sec;
  until.tv_nsec += deadline->tv_nsec - now.tv_nsec;
  if (until.tv_nsec < 0) {
    until.tv_nsec += second;
    until.tv_sec -= 1;
  } else if (until.tv_nsec >= second) {
    until.tv_nsec -= second;
    until.tv_sec += 1;
  }
  return pthread_cond_timedwait(condition, mutex, &until);
}

// glibc 2.33; before, headers turned them into calls of other functions. On these architectures the
// kernel's structure is that of glibc.
HIDDEN int stat(const char* path, struct stat* status) {
  return (int)syscall(SYS_newfstatat, AT_FDCWD, path, status, 0);
}

HIDDEN int lstat(const char* path, struct stat* status) {
  return (int)syscall(SYS_newfstatat, AT_FDCWD, path, status, AT_SYMLINK_NOFOLLOW);
}

HIDDEN int fstat(int descriptor, struct stat* status) {
  return (int)syscall(SYS_fstat, descriptor, status);
}

// glibc 2.32. A shared_ptr counts without atomic operations while it is not 0.
HIDDEN char __libc_single_threaded = 0;

#ifdef DLFO_STRUCT_HAS_EH_DBASE

// Of the object that has `address`: where it is, and where its table of frames is. The address is
// in found->dlfo_map_start.
static int FindAddress(struct dl_phdr_info* object, size_t size, void* found) {
  struct dl_find_object* const result = found;
  const ElfW(Addr) address = (ElfW(Addr))result->dlfo_map_start;
  const ElfW(Phdr)* loaded = NULL;
  const ElfW(Phdr)* frames = NULL;
  (void)size;
  for (int i = 0; i < object->dlpi_phnum; i++) {
    const ElfW(Phdr)* segment = &object->dlpi_phdr[i];
    if (segment->p_type == PT_GNU_EH_FRAME) frames = segment;
    if (segment->p_type == PT_LOAD &&
        address - object->dlpi_addr - segment->p_vaddr < segment->p_memsz) {
      loaded = segment;
    }
  }
  if (!loaded || !frames) return 0;
  result->dlfo_map_start = (void*)(object->dlpi_addr + loaded->p_vaddr);
  result->dlfo_map_end = (void*)(object->dlpi_addr + loaded->p_vaddr + loaded->p_memsz);
  result->dlfo_eh_frame = (void*)(object->dlpi_addr + frames->p_vaddr);
  return 1;
}

// glibc 2.35. The unwinder of GCC 12 and newer asks for each frame that an exception passes.
HIDDEN int _dl_find_object(void* address, struct dl_find_object* result) {
  *result = (struct dl_find_object){.dlfo_map_start = address};
  return dl_iterate_phdr(FindAddress, result) == 1 ? 0 : -1;
}

#endif  // DLFO_STRUCT_HAS_EH_DBASE

#else
typedef int nothing_is_needed;  // a file must not be empty
#endif
