/* Loaded before the C library: calls on one path fail as a control file says. For the stage `disk` only.
   CHAOS_DISK_PATH: what the path begins with. CHAOS_DISK_CONTROL: a file whose first letter is o (ok), f (full),
   e (the disk fails) or r (one call in two hundred fails, one way or the other). CHAOS_DISK_COUNT: gets a byte for each fault. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

typedef ssize_t (*write_t)(int, const void *, size_t);
typedef ssize_t (*pwrite_t)(int, const void *, size_t, off_t);
typedef int (*sync_t)(int);
typedef int (*truncate_t)(int, off_t);

static ssize_t plain_write(int fd, const void *data, size_t size)
{
    static write_t next;
    if (!next) next = (write_t)dlsym(RTLD_NEXT, "write");
    return next(fd, data, size);
}

static int concerned(int fd)
{
    char link[64], path[4096];
    const char *begin = getenv("CHAOS_DISK_PATH");
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (!begin || length < 0) return 0;
    path[length] = 0;
    return strncmp(path, begin, strlen(begin)) == 0;
}

static int fault(int fd, int syncing)
{
    int failure = 0, kept = errno;
    char mode = 'o';
    const char *control = getenv("CHAOS_DISK_CONTROL"), *count = getenv("CHAOS_DISK_COUNT");
    if (!control || !concerned(fd)) { errno = kept; return 0; }
    int file = open(control, O_RDONLY);
    if (file >= 0) { if (read(file, &mode, 1) != 1) mode = 'o'; close(file); }
    if (mode == 'f' && !syncing) failure = ENOSPC;
    if (mode == 'e') failure = EIO;
    if (mode == 'r' && random() % 200 == 0) failure = random() % 2 ? ENOSPC : EIO;
    if (failure && count) {
        file = open(count, O_WRONLY | O_APPEND | O_CREAT, 0600);
        if (file >= 0) { plain_write(file, ".", 1); close(file); }
    }
    errno = failure ? failure : kept;
    return failure;
}

ssize_t write(int fd, const void *data, size_t size) { return fault(fd, 0) ? -1 : plain_write(fd, data, size); }

ssize_t pwrite(int fd, const void *data, size_t size, off_t at)
{
    static pwrite_t next;
    if (!next) next = (pwrite_t)dlsym(RTLD_NEXT, "pwrite");
    return fault(fd, 0) ? -1 : next(fd, data, size, at);
}

ssize_t pwrite64(int fd, const void *data, size_t size, off_t at)
{
    static pwrite_t next;
    if (!next) next = (pwrite_t)dlsym(RTLD_NEXT, "pwrite64");
    return fault(fd, 0) ? -1 : next(fd, data, size, at);
}

int fsync(int fd)
{
    static sync_t next;
    if (!next) next = (sync_t)dlsym(RTLD_NEXT, "fsync");
    return fault(fd, 1) ? -1 : next(fd);
}

int fdatasync(int fd)
{
    static sync_t next;
    if (!next) next = (sync_t)dlsym(RTLD_NEXT, "fdatasync");
    return fault(fd, 1) ? -1 : next(fd);
}

int ftruncate(int fd, off_t size)
{
    static truncate_t next;
    if (!next) next = (truncate_t)dlsym(RTLD_NEXT, "ftruncate");
    return fault(fd, 1) ? -1 : next(fd, size);
}

int ftruncate64(int fd, off_t size)
{
    static truncate_t next;
    if (!next) next = (truncate_t)dlsym(RTLD_NEXT, "ftruncate64");
    return fault(fd, 1) ? -1 : next(fd, size);
}
