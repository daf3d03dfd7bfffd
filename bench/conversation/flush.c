/* A disk whose flush takes FLUSH_MS milliseconds longer: loaded before the C library, for every bot of the bench alike. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

static int after_a_while(const char *name, int fd) {
    const char *ms = getenv("FLUSH_MS");
    double seconds = ms ? atof(ms) / 1000 : 0;
    struct timespec while_flushing = {(time_t)seconds, (long)((seconds - (time_t)seconds) * 1e9)};
    nanosleep(&while_flushing, NULL);
    return ((int (*)(int))dlsym(RTLD_NEXT, name))(fd);
}

int fsync(int fd) { return after_a_while("fsync", fd); }
int fdatasync(int fd) { return after_a_while("fdatasync", fd); }
