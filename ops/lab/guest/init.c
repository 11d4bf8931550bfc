/*
 * The only program of a lab guest: /init, static, without a shell or a file system. It shows that the guest lives, eats CPU,
 * dirties memory, writes to a disk, talks on a network, holds still when its agent is told to, and switches off when the power
 * button is pressed.
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
 *     net NUMBER SECONDS     its NUMBER cards are there and have their addresses
 *     pong NUMBER SECONDS    its ping of that number was answered; what is lost is missing
 *
 * SECONDS is the guest's monotonic clock with milliseconds; it stands still while a migration moves the last pages. A reader
 * sees a pause as the time between the arrivals of two ticks, a lost or doubled guest as a break in NUMBER.
 * The kernel may put lines of its own in between: ignore what does not begin with these words.
 *
 * With a network it answers each request on TCP port 80 in HTTP/1.0, whatever is asked: "NAME NUMBER\n", where NUMBER is that
 * of its latest tick, and then as many bytes as the path says, as in "GET /1000000".
 *
 * The kernel command line configures it:
 *
 *     ballast.burn=PCT       uses this percentage of one processor, in cycles of 100 ms; 0 (default) to 100
 *     ballast.dirty=MIB      writes to each page of this much memory, over and over
 *     ballast.rate=MIB       ... at this many MiB per second; 0 (default) is as fast as it goes
 *     ballast.disk=MS        writes a block of 4 KiB to /dev/vda after each pause of this many ms; 0 (default): no disk
 *     ballast.net=N          has the cards eth0 to eth(N-1); 0 (default): no network
 *     ballast.ip0=A/BITS     the address of eth0, and so on; without one the card is only up
 *     ballast.gw=A           the router of all that is not near
 *     ballast.ping=A         asks that address for an answer ten times a second
 *     ballast.name=NAME      by which it presents itself
 *     ballast.agent=1        answers what is asked of QEMU's guest agent: to freeze and to thaw, and whether it is there
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/input.h>
#include <net/if.h>
#include <net/route.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { TICK_MS = 100, CYCLE_MS = 100, PAGE = 4096 };

static char command_line[4096];

/* What the agent, who writes to the disk, who ticks and the server have in common. */
static struct shared {
    volatile int frozen, still;
    volatile long number, ticks;
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

/* What is behind "NAME=" on the kernel command line, and behind that; or nothing. */
static const char *words(const char *name) {
    size_t length = strlen(name);
    for (const char *at = command_line; (at = strstr(at, name)); at += length)
        if ((at == command_line || at[-1] == ' ') && at[length] == '=') return at + length + 1;
    return "";
}

/* The number behind "NAME=", or 0. */
static long option(const char *name) { return atol(words(name)); }

/* The word behind "NAME=", empty if there is none or it is too long. */
static void word(const char *name, char *into, size_t size) {
    const char *from = words(name);
    size_t length = strcspn(from, " \n");
    if (length >= size) length = 0;
    memcpy(into, from, length);
    into[length] = 0;
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

/* The address behind "NAME=" on the kernel command line; false if there is none. Behind it there may be "/BITS". */
static int address(const char *name, struct sockaddr_in *into, struct sockaddr_in *mask) {
    char text[32];
    word(name, text, sizeof text);
    char *slash = strchr(text, '/');
    int bits = slash ? atoi(slash + 1) : 32;
    if (slash) *slash = 0;
    *into = *mask = (struct sockaddr_in){.sin_family = AF_INET};
    mask->sin_addr.s_addr = bits > 0 ? htonl(~0u << (32 - bits)) : 0;
    return inet_pton(AF_INET, text, &into->sin_addr) == 1;
}

static void ask(int network, unsigned long what, void *with, const char *about) {
    if (ioctl(network, what, with) != 0) printf("%s: %s\n", about, strerror(errno));
}

/* Switches a card on and gives it its address. */
static void configure(int network, int number) {
    struct ifreq card = {0};
    struct sockaddr_in own, mask;
    char name[32];
    snprintf(name, sizeof name, "ballast.ip%d", number);
    snprintf(card.ifr_name, sizeof card.ifr_name, "eth%d", number);
    while (ioctl(network, SIOCGIFFLAGS, &card) != 0) pause_ms(TICK_MS); /* it may come later */
    if (address(name, &own, &mask)) {
        memcpy(&card.ifr_addr, &own, sizeof own);
        ask(network, SIOCSIFADDR, &card, name);
        memcpy(&card.ifr_netmask, &mask, sizeof mask);
        ask(network, SIOCSIFNETMASK, &card, name);
    }
    ask(network, SIOCGIFFLAGS, &card, name);
    card.ifr_flags |= IFF_UP;
    ask(network, SIOCSIFFLAGS, &card, name);
}

static uint16_t checksum(const void *data, size_t length) {
    uint32_t sum = 0;
    for (size_t i = 0; i < length / 2; i++) sum += ((const uint16_t *)data)[i];
    while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
    return ~sum;
}

/* Sends pings and tells of answers; it waits for none. */
static void ping(struct sockaddr_in peer) {
    int echo = socket(AF_INET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_ICMP);
    for (uint16_t number = 1;; number++) {
        struct icmphdr request = {.type = ICMP_ECHO, .un.echo = {htons(getpid()), htons(number)}};
        request.checksum = checksum(&request, sizeof request);
        (void)!sendto(echo, &request, sizeof request, 0, (void *)&peer, sizeof peer); /* no network is a loss as well */
        pause_ms(TICK_MS);
        char packet[256];
        for (ssize_t length; (length = recv(echo, packet, sizeof packet, 0)) > 0;) {
            size_t head = ((struct iphdr *)packet)->ihl * 4;
            struct icmphdr *reply = (struct icmphdr *)(packet + head);
            if ((size_t)length < head + sizeof *reply || reply->type != ICMP_ECHOREPLY) continue;
            if (reply->un.echo.id == request.un.echo.id)
                printf("pong %u %.3f\n", ntohs(reply->un.echo.sequence), now());
        }
    }
}

/* One request and its answer. What does not look like a request is answered, too. */
static void answer_http(int client, const char *name) {
    struct timeval patience = {10, 0};
    setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(client, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    static char request[4096], body[16384];
    for (size_t length = 0; !strstr(request, "\r\n\r\n") && length < sizeof request - 1;) {
        ssize_t more = read(client, request + length, sizeof request - 1 - length);
        if (more <= 0) return;
        length += more;
    }
    const char *path = strchr(request, '/');
    long bytes = path ? atol(path + 1) : 0;
    if (bytes < 0 || bytes > 1 << 30) bytes = 0;
    char text[128];
    int told = snprintf(text, sizeof text, "%s %ld\n", name, shared->ticks);
    dprintf(client, "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %ld\r\n\r\n%s", told + bytes, text);
    memset(body, 'x', sizeof body);
    for (ssize_t sent; bytes > 0; bytes -= sent)
        if ((sent = write(client, body, bytes < (long)sizeof body ? (size_t)bytes : sizeof body)) <= 0) return;
}

static void serve_http(void) {
    char name[64];
    word("ballast.name", name, sizeof name);
    int one = 1, server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(80)};
    setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(server, (void *)&here, sizeof here) != 0 || listen(server, 64) != 0) {
        printf("port 80: %s\n", strerror(errno));
        return;
    }
    for (;;) {
        int client = accept(server, NULL, NULL);
        if (client >= 0 && fork() == 0) { /* who is slow keeps nobody waiting */
            answer_http(client, name);
            _exit(0);
        }
        if (client >= 0) close(client);
    }
}

static void be_on_the_net(int cards) {
    signal(SIGCHLD, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    load_module("/modules/failover.ko");
    load_module("/modules/net_failover.ko");
    load_virtio("virtio_net");
    int network = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    for (int i = 0; i < cards; i++) configure(network, i);
    struct sockaddr_in peer, mask;
    if (address("ballast.gw", &peer, &mask)) {
        struct rtentry route = {.rt_flags = RTF_UP | RTF_GATEWAY};
        memcpy(&route.rt_gateway, &peer, sizeof peer);
        route.rt_dst.sa_family = route.rt_genmask.sa_family = AF_INET;
        ask(network, SIOCADDRT, &route, "ballast.gw");
    }
    close(network);
    printf("net %d %.3f\n", cards, now());
    if (address("ballast.ping", &peer, &mask) && fork() == 0) ping(peer);
    serve_http();
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
        shared->ticks = number;
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
    long cards = option("ballast.net");
    if (cards > 0 && fork() == 0) {
        be_on_the_net(cards);
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
