// So that the module, built on a machine of today, loads where glibc is as old as 2.28.
//
// A function of glibc has a version: that of the glibc in which it, or the library that it is in,
// was changed last. The linker notes the one of the machine where it runs, and an older glibc
// refuses the module, although it has the same function. What is defined here takes the place of
// such functions and calls the older version, which every glibc keeps; it is what linking on the
// old machine gives.
//
// For calls of the module alone: nothing of it leaves the module, and a program that links the
// static library is not to have it. tests/portable reads off the module that nothing newer is left.

#ifndef _GNU_SOURCE
#define _GNU_SOURCE  // for what <dlfcn.h> and <link.h> have beyond POSIX
#endif

#include <stdlib.h>

#if defined(__GLIBC__) && defined(__x86_64__) && defined(__LP64__)

#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>

#define HIDDEN __attribute__((visibility("hidden")))

// stat() and its like are functions since glibc 2.33. Before, each program had them linked in as
// these calls, where 1 stands for the structure that they have had since x86-64 began.
int __xstat(int version, const char* path, struct stat* status);
int __lxstat(int version, const char* path, struct stat* status);
int __fxstat(int version, int file, struct stat* status);
int __fxstatat(int version, int folder, const char* path, struct stat* status, int flags);
__asm__(".symver __xstat, __xstat@GLIBC_2.2.5");
__asm__(".symver __lxstat, __lxstat@GLIBC_2.2.5");
__asm__(".symver __fxstat, __fxstat@GLIBC_2.2.5");
__asm__(".symver __fxstatat, __fxstatat@GLIBC_2.4");

HIDDEN int stat(const char* path, struct stat* status) { return __xstat(1, path, status); }
HIDDEN int lstat(const char* path, struct stat* status) { return __lxstat(1, path, status); }
HIDDEN int fstat(int file, struct stat* status) { return __fxstat(1, file, status); }
HIDDEN int fstatat(int folder, const char* path, struct stat* status, int flags) {
  return __fxstatat(1, folder, path, status, flags);
}

// Threads are in libc since glibc 2.34. Before, they are in libpthread, which the module does not
// ask for, since any host has it whose SQLite was built for threads. In a host without it these are
// null, and std::thread throws, as it does where no more threads are to be had.
__attribute__((weak)) int old_pthread_create(pthread_t* thread, const pthread_attr_t* attributes,
                                             void* (*run)(void*), void* argument);
__attribute__((weak)) int old_pthread_join(pthread_t thread, void** result);
__asm__(".symver old_pthread_create, pthread_create@GLIBC_2.2.5");
__asm__(".symver old_pthread_join, pthread_join@GLIBC_2.2.5");

HIDDEN int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*run)(void*),
                          void* argument) {
  return old_pthread_create ? old_pthread_create(thread, attributes, run, argument) : EAGAIN;
}

HIDDEN int pthread_join(pthread_t thread, void** result) {
  return old_pthread_join ? old_pthread_join(thread, result) : ESRCH;
}

// libgcc has these two as well, and takes the presence of the second for a sign that there are
// threads; it does not call it.
__attribute__((weak)) int old_pthread_once(pthread_once_t* done, void (*run)(void));
__asm__(".symver old_pthread_once, pthread_once@GLIBC_2.2.5");

HIDDEN int pthread_once(pthread_once_t* done, void (*run)(void)) {
  if (old_pthread_once) return old_pthread_once(done, run);
  if (*done == PTHREAD_ONCE_INIT) run();  // a host without libpthread has one thread
  *done = !PTHREAD_ONCE_INIT;
  return 0;
}

HIDDEN int __pthread_key_create(pthread_key_t* key, void (*destroy)(void*)) {
  (void)key;
  (void)destroy;
  return EAGAIN;
}

// On Linux sigprocmask() too is about the thread that calls it.
HIDDEN int pthread_sigmask(int how, const sigset_t* set, sigset_t* before) {
  return sigprocmask(how, set, before) == 0 ? 0 : errno;
}

// glibc 2.32. A shared_ptr counts without atomic operations while it is not 0.
HIDDEN char __libc_single_threaded = 0;

#ifdef DLFO_STRUCT_HAS_EH_DBASE

// Looks whether this object has the address that is in found->dlfo_map_start, and if so says where
// the object is, and its table of frames.
static int find_object(struct dl_phdr_info* object, size_t size, void* found) {
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

// glibc 2.35. libgcc asks for each frame that an exception passes. All of them are frames of the
// module, since no exception leaves it.
HIDDEN int _dl_find_object(void* address, struct dl_find_object* result) {
  *result = (struct dl_find_object){.dlfo_map_start = address};
  return dl_iterate_phdr(find_object, result) == 1 ? 0 : -1;
}

#endif  // DLFO_STRUCT_HAS_EH_DBASE

#else
typedef int nothing_is_needed;  // a file must not be empty
#endif
