/*
 * The only program of a lab guest: /init, static, without a shell or a file system. It shows that the guest lives, eats CPU,
 * dirties memory, writes to a disk, holds still when its agent is told to, and switches off when the power button is pressed.
 *
 * The serial console gets one line for each event, ended by "\r\n" (the terminal's way):
 *
 *     boot SECONDS           once, when the program starts
 *     tick NUMBER SECONDS    every 100 ms; NUMBER counts from 1 without a gap
 *     off SECONDS            the power button was pressed; nothing follows
 *     disk BYTES SECONDS     the size of the disk, at first and whenever it has become another
 *     kept NUMBER SECONDS    once, before the first write: the disk holds the blocks 1 to NUMBER, whole, and none behind
 *     damaged NUMBER SECONDS ... or it does not, first at block NUMBER; nothing is written then
 *     wrote NUMBER SECONDS   a block more is on the disk, flushed
 *     frozen NUMBER SECONDS  QEMU's guest agent was told to freeze the file systems: nothing is written behind block NUMBER ...
 *     thawed NUMBER SECONDS  ... until it was told to thaw them
 *
 * SECONDS is the guest's monotonic clock with milliseconds; it stands still while a migration moves the last pages. A reader
 * sees a pause as the time between the arrivals of two ticks, a lost or doubled guest as a break in NUMBER.
 * The kernel may put lines of its own in between: ignore what does not begin with these words.
 *
 * The kernel command line configures it:
 *
 *     ballast.burn=PCT       uses this percentage of one processor, in cycles of 100 ms; 0 (default) to 100
 *     ballast.dirty=MIB      writes to each page of this much memory, over and over
 *     ballast.rate=MIB       ... at this many MiB per second; 0 (default) is as fast as it goes
 *     ballast.disk=MS        writes a block of 4 KiB to /dev/vda after each pause of this many ms; 0 (default): no disk
 *     ballast.agent=1        answers what is asked of QEMU's guest agent: to freeze and to thaw, and whether it is there
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/input.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { TICK_MS = 100, CYCLE_MS = 100, PAGE = 4096 };

static char command_line[4096];

/* What the agent and who writes to the disk have in common. */
static struct shared {
    volatile int frozen, still;
    volatile long number;
} *shared;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static void pause_ms(double ms) {
    struct timespec t = {(time_t)(ms / 1000), 0};
    t.tv_nsec = (long)((ms - t.tv_sec * 1000.0) * 1e6);
    nanosleep(&t, NULL);
}

/* The number behind "NAME=" on the kernel command line, or 0. */
static long option(const char *name) {
    size_t length = strlen(name);
    for (const char *at = command_line; (at = strstr(at, name)); at += length)
        if ((at == command_line || at[-1] == ' ') && at[length] == '=') return atol(at + length + 1);
    return 0;
}

static void load_module(const char *path) {
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return;
    if (syscall(SYS_finit_module, file, "", 0) != 0 && errno != EEXIST) printf("%s: %s\n", path, strerror(errno));
    close(file);
}

static void burn(long percent) {
    for (;;) {
        double start = now();
        while ((now() - start) * 1000 < percent * CYCLE_MS / 100.0)
            for (volatile int i = 0; i < 10000; i++) continue; /* reading the clock is slow and holds QEMU's lock */
        if (percent < 100) pause_ms(CYCLE_MS * (100 - percent) / 100.0);
    }
}

/* Lost time is not made up for: a guest that gets less CPU also dirties less, which is what throttling relies on. */
static void dirty(long mib, long rate) {
    size_t size = (size_t)mib << 20;
    volatile char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        printf("ballast.dirty=%ld: %s\n", mib, strerror(errno));
        return;
    }
    const size_t burst = 64; /* pages between two pauses: a quarter of a MiB */
    size_t pages = 0;
    for (unsigned value = 1;; value++)
        for (size_t at = 0; at < size; at += PAGE) {
            *(volatile unsigned *)(memory + at) = value;
            if (rate > 0 && ++pages % burst == 0) pause_ms(250.0 / rate);
        }
}

/* What block NUMBER holds: a value of its own in each word, and zero in none. */
static void fill(uint64_t *block, unsigned long number) {
    for (unsigned i = 0; i < PAGE / sizeof *block; i++) {
        uint64_t mixed = (number * (PAGE / sizeof *block) + i) * 0x9e3779b97f4a7c15u;
        mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9u;
        block[i] = (mixed ^ (mixed >> 27)) | 1;
    }
}

static uint64_t size_of(int disk, uint64_t known) {
    uint64_t size = 0;
    if (ioctl(disk, BLKGETSIZE64, &size) == 0 && size != known) printf("disk %lu %.3f\n", (unsigned long)size, now());
    return size;
}

/* How many blocks the disk holds; -1 after it told of damage. Behind them a MiB must be blank. */
static long kept(const char *word, int disk, uint64_t size, uint64_t *block, uint64_t *expected) {
    static const char blank[PAGE];
    unsigned long number = 1, last = 0;
    for (; number * PAGE <= size && number <= last + 256; number++) {
        fill(expected, number);
        if (pread(disk, block, PAGE, (number - 1) * PAGE) != PAGE) break;
        if (last + 1 == number && memcmp(block, expected, PAGE) == 0) {
            last = number;
        } else if (memcmp(block, blank, PAGE) != 0) {
            printf("damaged %lu %.3f\n", number, now());
            return -1;
        }
    }
    printf("%s %lu %.3f\n", word, last, now());
    return last;
}

static void load_virtio(const char *driver) {
    const char *const modules[] = {
        "virtio_ring", "virtio", "virtio_pci_legacy_dev", "virtio_pci_modern_dev", "virtio_pci", driver};
    for (size_t i = 0; i < sizeof modules / sizeof *modules; i++) {
        char path[64];
        snprintf(path, sizeof path, "/modules/%s.ko", modules[i]);
        load_module(path);
    }
}

static int open_disk(const char *path) {
    int disk;
    while ((disk = open(path, O_RDWR | O_DIRECT | O_SYNC | O_CLOEXEC)) < 0) pause_ms(TICK_MS);
    return disk;
}

/* Each block is on the first disk before it is on the second one, if there is a second one. */
static void write_disks(long pause, int two) {
    load_virtio("virtio_blk");
    int disk = open_disk("/dev/vda"), second = two ? open_disk("/dev/vdb") : -1;
    uint64_t *blocks = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (blocks == MAP_FAILED) return;
    uint64_t size = size_of(disk, 0);
    long number = kept("kept", disk, size, blocks, blocks + PAGE / sizeof *blocks);
    long mirrored = two ? kept("mirrored", second, size_of(second, size), blocks, blocks + PAGE / sizeof *blocks) : number;
    if (number < 0 || mirrored < 0) return;
    if (mirrored < number) number = mirrored;
    for (number++; (uint64_t)number * PAGE <= size; number++) {
        shared->number = number - 1;
        for (; shared->frozen; pause_ms(1)) shared->still = 1;
        shared->still = 0;
        fill(blocks, number);
        off_t at = (number - 1) * PAGE;
        if (pwrite(disk, blocks, PAGE, at) != PAGE || (two && pwrite(second, blocks, PAGE, at) != PAGE)) {
            printf("block %ld: %s\n", number, strerror(errno));
            return;
        }
        printf("wrote %ld %.3f\n", number, now());
        pause_ms(pause);
        size = size_of(disk, size);
    }
}

/* The answer to one line of QEMU's guest agent protocol, which is JSON; what is asked is told by a word in it. */
static void answer(int port, const char *line, int writes) {
    char reply[128] = "{\"error\": {\"class\": \"CommandNotFound\", \"desc\": \"this guest only freezes and thaws\"}}\n";
    const char *id = strstr(line, "\"id\":");
    if (strstr(line, "guest-sync") && id) {
        snprintf(reply, sizeof reply, "{\"return\": %ld}\n", atol(id + 5));
    } else if (strstr(line, "guest-ping")) {
        snprintf(reply, sizeof reply, "{\"return\": {}}\n");
    } else if (strstr(line, "guest-fsfreeze-freeze") && !shared->frozen) { /* which is refused when it is frozen already */
        shared->frozen = 1;
        for (int ms = 0; writes && !shared->still && ms < 5000; ms++) pause_ms(1);
        printf("frozen %ld %.3f\n", shared->number, now());
        snprintf(reply, sizeof reply, "{\"return\": 1}\n");
    } else if (strstr(line, "guest-fsfreeze-thaw")) {
        if (shared->frozen) printf("thawed %ld %.3f\n", shared->number, now());
        snprintf(reply, sizeof reply, "{\"return\": %d}\n", shared->frozen ? 1 : 0);
        shared->frozen = shared->still = 0;
    }
    if (write(port, reply, strlen(reply)) < 0) printf("agent: %s\n", strerror(errno));
}

static void be_agent(int writes) {
    load_virtio("virtio_console");
    int port;
    while ((port = open("/dev/vport0p1", O_RDWR | O_CLOEXEC)) < 0) pause_ms(TICK_MS);
    char line[1024];
    for (size_t length = 0;;) {
        if (read(port, line + length, 1) != 1) { /* nobody is connected */
            pause_ms(TICK_MS);
        } else if (line[length] != '\n') {
            length = length + 2 < sizeof line ? length + 1 : 0;
        } else {
            line[length] = 0;
            answer(port, line, writes);
            length = 0;
        }
    }
}

/* Opens the ACPI power button among the input devices; -1 until it is there. */
static int open_power_button(void) {
    for (int i = 0; i < 8; i++) {
        char path[32], name[64] = "";
        snprintf(path, sizeof path, "/dev/input/event%d", i);
        int device = open(path, O_RDONLY | O_CLOEXEC);
        if (device < 0) continue;
        ioctl(device, EVIOCGNAME(sizeof name - 1), name);
        if (strstr(name, "Power Button")) return device;
        close(device);
    }
    return -1;
}

static void wait_for_power_button(void) {
    int button;
    while ((button = open_power_button()) < 0) pause_ms(1000);
    struct input_event event;
    while (read(button, &event, sizeof event) == sizeof event)
        if (event.type == EV_KEY && event.code == KEY_POWER && event.value == 1) {
            printf("off %.3f\n", now());
            reboot(RB_POWER_OFF);
        }
}

static void tick(void) {
    for (unsigned long number = 1;; number++) {
        printf("tick %lu %.3f\n", number, now());
        pause_ms(TICK_MS);
    }
}

int main(void) {
    mount("proc", "/proc", "proc", 0, NULL);
    mount("dev", "/dev", "devtmpfs", 0, NULL);
    int console = open("/dev/console", O_RDWR);
    for (int i = 0; console >= 0 && i < 3; i++) dup2(console, i);
    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("boot %.3f\n", now());

    int file = open("/proc/cmdline", O_RDONLY | O_CLOEXEC);
    if (file >= 0 && read(file, command_line, sizeof command_line - 1) < 0) perror("/proc/cmdline");

    long burn_percent = option("ballast.burn"), dirty_mib = option("ballast.dirty");
    if (burn_percent > 0 && fork() == 0) burn(burn_percent > 100 ? 100 : burn_percent);
    if (dirty_mib > 0 && fork() == 0) {
        dirty(dirty_mib, option("ballast.rate"));
        _exit(1);
    }
    shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    long disk_pause = option("ballast.disk");
    if (option("ballast.agent") > 0 && fork() == 0) be_agent(disk_pause > 0);
    if (disk_pause > 0 && fork() == 0) {
        write_disks(disk_pause, option("ballast.disks") > 1);
        _exit(1);
    }
    if (fork() == 0) {
        load_module("/modules/evdev.ko");
        load_module("/modules/button.ko");
        wait_for_power_button();
        _exit(1);
    }
    tick();
}
