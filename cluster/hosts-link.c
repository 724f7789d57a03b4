// A network between hosts of one machine: a TAP device "eth0" in each one's namespace, and frames passed on late and at a limited rate.
// hosts-link DELAY_US RATE_MBIT PID...   A rate of 0 is unlimited. A host is named by the pid of a process in its network namespace.
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <poll.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { hostLimit = 16, frameLimit = 9018, queueLimit = 1024 };

struct frame {
  int64_t due;  // [ns] when the last bit arrives at the host
  int length;
  unsigned char bytes[frameLimit];
};

/// One host: its device, and the frames on their way to it, oldest first. `first` and `end` only grow.
struct host {
  int device;
  int64_t lineFree;  // [ns] when the line to the host has sent what was given to it
  unsigned first, end;
  struct frame *queue;
};

static int64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void check(int result, const char *what) {
  if (result >= 0) return;
  perror(what);
  exit(71);
}

/// Host i gets the hardware address 02:00:00:00:00:i and jumbo frames, as on a cluster.
static int openDevice(const char *pid, int index) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%s/ns/net", pid);
  int space = open(path, O_RDONLY | O_CLOEXEC);
  check(space, path);
  check(setns(space, CLONE_NEWNET), "setns");
  close(space);
  int device = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  check(device, "/dev/net/tun");
  struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI};
  strcpy(request.ifr_name, "eth0");
  check(ioctl(device, TUNSETIFF, &request), "TUNSETIFF");
  request.ifr_hwaddr.sa_family = ARPHRD_ETHER;
  memcpy(request.ifr_hwaddr.sa_data, (unsigned char[6]){2, 0, 0, 0, 0, (unsigned char)index}, 6);
  check(ioctl(device, SIOCSIFHWADDR, &request), "SIOCSIFHWADDR");
  int any = socket(AF_INET, SOCK_DGRAM, 0);
  check(any, "socket");
  request.ifr_mtu = 9000;
  check(ioctl(any, SIOCSIFMTU, &request), "SIOCSIFMTU");
  close(any);
  return device;
}

/// Lines up a frame for a host; one that finds the queue full is lost, as in a switch.
static void lineUp(struct host *to, const unsigned char *bytes, int length, int64_t delay, double nsPerByte) {
  if (to->end - to->first == queueLimit) return;
  struct frame *frame = &to->queue[to->end % queueLimit];
  int64_t begin = now();
  if (to->lineFree > begin) begin = to->lineFree;
  to->lineFree = begin + (int64_t)(nsPerByte * length);
  frame->due = to->lineFree + delay;
  frame->length = length;
  memcpy(frame->bytes, bytes, (size_t)length);
  to->end++;
}

/// Hands a host the frames that are due and gives the time of the next one, or -1.
static int64_t deliver(struct host *to, int64_t time) {
  while (to->first != to->end) {
    struct frame *frame = &to->queue[to->first % queueLimit];
    if (frame->due > time) return frame->due;
    // What a device that is down does not take is lost.
    ssize_t taken = write(to->device, frame->bytes, (size_t)frame->length);
    (void)taken;
    to->first++;
  }
  return -1;
}

int main(int count, char **words) {
  int hosts = count - 3;
  if (hosts < 2 || hosts > hostLimit) {
    fprintf(stderr, "usage: hosts-link DELAY_US RATE_MBIT PID PID... (2 to %d hosts)\n", hostLimit);
    return 64;
  }
  int64_t delay = atoll(words[1]) * 1000;
  double nsPerByte = atof(words[2]) > 0 ? 8000 / atof(words[2]) : 0;
  prctl(PR_SET_TIMERSLACK, 1000);
  struct host host[hostLimit] = {0};
  struct pollfd wait[hostLimit];
  for (int i = 0; i < hosts; i++) {
    host[i].device = openDevice(words[3 + i], i + 1);
    host[i].queue = malloc(sizeof(struct frame) * queueLimit);
    if (!host[i].queue) return 71;
    wait[i] = (struct pollfd){.fd = host[i].device, .events = POLLIN};
  }
  puts("ready");
  fflush(stdout);
  unsigned char bytes[frameLimit];
  for (;;) {
    int64_t time = now(), next = -1;
    for (int i = 0; i < hosts; i++) {
      int64_t due = deliver(&host[i], time);
      if (due >= 0 && (next < 0 || due < next)) next = due;
    }
    int64_t rest = next - now() > 0 ? next - now() : 0;
    struct timespec until = {rest / 1000000000, rest % 1000000000};
    if (ppoll(wait, (nfds_t)hosts, next < 0 ? NULL : &until, NULL) <= 0) continue;
    for (int from = 0; from < hosts; from++) {
      // A few at a time, so that no host starves the others.
      for (int turn = 0; turn < 32 && wait[from].revents & POLLIN; turn++) {
        ssize_t length = read(host[from].device, bytes, sizeof bytes);
        if (length < 6) break;
        // A host's number is the last byte of its address; group addresses go to all.
        for (int to = 0; to < hosts; to++) {
          if (to != from && (bytes[0] & 1 || bytes[5] == to + 1)) lineUp(&host[to], bytes, (int)length, delay, nsPerByte);
        }
      }
    }
  }
}
