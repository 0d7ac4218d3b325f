/* crowd: many sockets of one room, some of whom write; checks what each receives.
 *
 *   gcc -O2 -Wall -o crowd crowd.c -lm
 *   crowd --ports 8000 --path /ws/live/ID/ -n 1000 --rate 20 --duration 10
 *
 * The first sockets take the tickets of --tickets (one a line) and write in turn; all
 * others are guests who read. A line is sent at its planned moment and bears a number,
 * so that every socket's delay is known, late sending included. Durable events must
 * come once and in order: their "seq" grows by one from that of "hello". Servers
 * without "seq" that echo the command as it is (the raw limit, controls) are measured
 * alike. Prints one JSON object.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <math.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MOST_LINES 2000000
#define CHUNK (256 * 1024)
#define BUCKETS (64 * 128)
#define MARK "(line "

enum { CONNECTING, SHAKING, OPEN, CLOSED };

typedef struct {
  int fd, state, is_slow, is_greeted, is_ready;
  uint64_t started;
  char *part; /* an unfinished handshake or frame */
  size_t part_size;
  uint64_t seq, lines;
} Socket;

static int ports[8], port_count, total = 100, in_flight = 256, source_addresses = 1;
static int slow, size = 200, window, needs_hello, watched;
static uint64_t most_lines; /* of a burst, which ends once all were delivered */
static double server_used;
static double rate, warmup = 1, duration = 5, settle = 1, drain = 10, patience = 120;
static const char *path = "/", *origin, *ticket_file, *cookie_file;
static char **tickets, **cookies;
static int ticket_count, cookie_count;
static Socket *sockets;
static int poller, opened, ready, failed, closed, shaking, is_measuring;
static uint64_t sent, sent_in_window, answered, refused, held, delivered, in_window;
static uint64_t frames, holes, doubles, events;
static uint64_t sent_at[MOST_LINES], delays[BUCKETS];
static double *greetings;

static uint64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000ull + t.tv_nsec;
}

static void note_delay(uint64_t microseconds) {
  int bucket = microseconds;
  if (microseconds >= 128) {
    int power = 63 - __builtin_clzll(microseconds);
    bucket = (power - 6) * 128 + ((microseconds >> (power - 7)) & 127);
  }
  delays[bucket < BUCKETS ? bucket : BUCKETS - 1]++;
}

static double delay_at(double share) {
  uint64_t all = 0, seen = 0;
  for (int i = 0; i < BUCKETS; i++) all += delays[i];
  if (!all) return -1;
  uint64_t wanted = (uint64_t)ceil(all * share);
  for (int i = 0; i < BUCKETS; i++)
    if ((seen += delays[i]) >= wanted) {
      if (i < 128) return i / 1000.0;
      int power = i / 128 + 6;
      return ((1ull << power) + ((uint64_t)(i % 128) << (power - 7))) / 1000.0;
    }
  return -1;
}

static double own_cpu(void) {
  struct rusage used;
  getrusage(RUSAGE_SELF, &used);
  return used.ru_utime.tv_sec + used.ru_stime.tv_sec +
         (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

static double server_cpu(void) { /* of the process --watch, in seconds */
  char name[64], text[1024];
  unsigned long user = 0, kernel = 0;
  snprintf(name, sizeof name, "/proc/%d/stat", watched);
  FILE *file = watched ? fopen(name, "r") : NULL;
  if (!file) return 0;
  size_t length = fread(text, 1, sizeof text - 1, file);
  fclose(file);
  text[length] = 0;
  char *rest = strrchr(text, ')');
  if (rest)
    sscanf(rest + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user,
        &kernel);
  return (double)(user + kernel) / sysconf(_SC_CLK_TCK);
}

static void drop(Socket *one) {
  if (one->state == CLOSED) return;
  if (one->state == OPEN) closed++; else { failed++; shaking--; }
  close(one->fd);
  free(one->part);
  one->part = NULL;
  one->state = CLOSED;
}

static void write_frame(Socket *one, int op, const char *text, size_t length) {
  char frame[4096]; /* masked by zeros, so the text stays as it is */
  size_t head = 2;
  if (length > 4000) length = 4000;
  frame[0] = 0x80 | op;
  frame[1] = 0x80 | (length < 126 ? length : 126);
  if (length >= 126) {
    frame[2] = length >> 8;
    frame[3] = length;
    head = 4;
  }
  memset(frame + head, 0, 4);
  memcpy(frame + head + 4, text, length);
  if (send(one->fd, frame, head + 4 + length, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
    if (errno != EAGAIN) drop(one);
}

static uint64_t number_at(const char *text, const char *end) {
  uint64_t value = 0;
  while (text < end && *text >= '0' && *text <= '9') value = value * 10 + *text++ - '0';
  return value;
}

static void greet(Socket *one) {
  if (one->is_ready) return;
  one->is_ready = 1;
  greetings[ready++] = (now() - one->started) / 1e6;
}

static void count_text(const char *text, size_t length, const char *mark, uint64_t *to) {
  for (const char *at = text; (at = memmem(at, text + length - at, mark, strlen(mark)));)
    (*to)++, at++;
}

static void read_order(Socket *one, const char *text, size_t length) {
  const char *at = text, *end = text + length;
  while ((at = memmem(at, end - at, "\"seq\":", 6))) {
    uint64_t seq = number_at(at += 6, end);
    if (!one->is_greeted) { /* hello; what follows in its frame is the past */
      one->is_greeted = 1;
      one->seq = seq;
      return;
    }
    events++;
    if (seq > one->seq) {
      holes += seq - one->seq - 1;
      one->seq = seq;
    } else
      doubles++;
  }
}

static void read_text(Socket *one, const char *text, size_t length, uint64_t moment) {
  int was_greeted = one->is_greeted || !needs_hello;
  if (is_measuring) frames++;
  read_order(one, text, length);
  if (!needs_hello || one->is_greeted) greet(one);
  if (!was_greeted) return;
  if (one - sockets < ticket_count) {
    count_text(text, length, "\"type\":\"ok\"", &answered);
    count_text(text, length, "\"type\":\"error\"", &refused);
    count_text(text, length, "\"state\":\"held\"}}", &held);
  }
  const char *at = text, *end = text + length;
  while ((at = memmem(at, end - at, MARK, strlen(MARK)))) {
    uint64_t line = number_at(at += strlen(MARK), end);
    if (line >= sent || one->is_slow) continue;
    one->lines++;
    delivered++;
    if (is_measuring) {
      in_window++;
      note_delay((moment - sent_at[line]) / 1000);
    }
  }
}

static size_t read_frame(Socket *one, char *data, size_t length, uint64_t moment) {
  size_t head = 2;
  if (length < 2) return 0;
  uint64_t body = data[1] & 127;
  if (body == 126) {
    head = 4;
    if (length >= head) body = (uint8_t)data[2] << 8 | (uint8_t)data[3];
  } else if (body == 127) {
    head = 10;
    if (length >= head) {
      body = 0;
      for (int i = 2; i < 10; i++) body = body << 8 | (uint8_t)data[i];
    }
  }
  if (length < head || length - head < body) return 0;
  int op = data[0] & 15;
  if (op == 9) write_frame(one, 10, data + head, body);
  if (op == 8) drop(one);
  if (op == 1) read_text(one, data + head, body, moment);
  return head + body;
}

static void keep(Socket *one, const char *data, size_t length) {
  char *old = one->part;
  one->part = length ? memcpy(malloc(length), data, length) : NULL;
  one->part_size = length;
  free(old);
}

static size_t read_handshake(Socket *one, char *data, size_t length) {
  data[length] = 0;
  char *end = strstr(data, "\r\n\r\n");
  if (!end) return 0;
  if (strncmp(data, "HTTP/1.1 101", 12)) {
    if (failed < 3) fprintf(stderr, "handshake: %.60s\n", data);
    drop(one);
    return length;
  }
  one->state = OPEN;
  opened++;
  shaking--;
  if (!needs_hello) greet(one);
  if (one->is_slow) { /* never reads again */
    greet(one);
    epoll_ctl(poller, EPOLL_CTL_DEL, one->fd, NULL);
  }
  return end + 4 - data;
}

static void on_read(Socket *one) {
  static char joined[2 * CHUNK + 1];
  size_t length = one->part_size, at = 0, step;
  if (length > CHUNK) { drop(one); return; }
  if (length) memcpy(joined, one->part, length);
  ssize_t got = recv(one->fd, joined + length, CHUNK, 0);
  if (got <= 0) {
    if (got == 0 || (errno != EAGAIN && errno != EINTR)) drop(one);
    return;
  }
  length += got;
  uint64_t moment = now();
  if (one->state == SHAKING) at = read_handshake(one, joined, length);
  while (one->state == OPEN && at < length) {
    if (!(step = read_frame(one, joined + at, length - at, moment))) break;
    at += step;
  }
  if (one->state != CLOSED) keep(one, joined + at, length - at);
}

static void start(Socket *one, int index) {
  int yes = 1;
  one->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (one->fd < 0) { perror("socket"); exit(2); }
  setsockopt(one->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  if (one->is_slow) { /* small segments keep the kernels' buffers small as well */
    int bytes = 4096, segment = 536;
    setsockopt(one->fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    setsockopt(one->fd, IPPROTO_TCP, TCP_MAXSEG, &segment, sizeof segment);
  }
  struct sockaddr_in from = {.sin_family = AF_INET}, to = {.sin_family = AF_INET};
  from.sin_addr.s_addr = htonl(0x7f000001 + (index % source_addresses));
  setsockopt(one->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof yes);
  if (bind(one->fd, (void *)&from, sizeof from)) perror("bind");
  to.sin_port = htons(ports[index % port_count]);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  one->started = now();
  one->state = CONNECTING;
  shaking++;
  struct epoll_event event = {.events = EPOLLOUT, .data.ptr = one};
  if (connect(one->fd, (void *)&to, sizeof to) < 0 && errno != EINPROGRESS) drop(one);
  else epoll_ctl(poller, EPOLL_CTL_ADD, one->fd, &event);
}

static void on_connected(Socket *one) {
  int fault = 0, index = one - sockets, length;
  socklen_t bytes = sizeof fault;
  char request[8192];
  getsockopt(one->fd, SOL_SOCKET, SO_ERROR, &fault, &bytes);
  if (fault) { drop(one); return; }
  length = snprintf(request, sizeof request,
      "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\n"
      "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
      "Sec-WebSocket-Version: 13\r\nOrigin: %s\r\n", path, ports[index % port_count],
      origin);
  if (index < ticket_count)
    length += snprintf(request + length, sizeof request - length,
        "Sec-WebSocket-Protocol: ticket.%s\r\n", tickets[index]);
  if (cookie_count)
    length += snprintf(request + length, sizeof request - length, "Cookie: %s\r\n",
        cookies[index % cookie_count]);
  length += snprintf(request + length, sizeof request - length, "\r\n");
  if (send(one->fd, request, length, MSG_NOSIGNAL) != length) { drop(one); return; }
  one->state = SHAKING;
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = one};
  epoll_ctl(poller, EPOLL_CTL_MOD, one->fd, &event);
}

static void turn(int milliseconds) {
  struct epoll_event ready_now[512];
  int count = epoll_wait(poller, ready_now, 512, milliseconds);
  for (int i = 0; i < count; i++) {
    Socket *one = ready_now[i].data.ptr;
    if (one->state == CONNECTING) on_connected(one);
    else if (one->state != CLOSED) on_read(one);
  }
}

static void wait_for(double seconds) {
  uint64_t end = now() + (uint64_t)(seconds * 1e9);
  while (now() < end) turn(10);
}

static void say_line(uint64_t planned) {
  static const char *words[] = {"Lovely colour", "How big is it", "Is it oak",
      "Good morning all", "Does it come in green", "My sister has one"};
  char text[4096];
  int writers = ticket_count ? ticket_count : 1;
  Socket *one = &sockets[sent % writers];
  if (sent + 1 >= MOST_LINES || one->state != OPEN) return;
  int length = snprintf(text, sizeof text,
      "{\"id\":\"%llu\",\"type\":\"chat.post\",\"text\":\"%s " MARK "%llu)",
      (unsigned long long)sent, words[sent % 6], (unsigned long long)sent);
  while (length < size - 2 && length < 1000) {
    text[length] = " of the long show"[length % 17];
    length++;
  }
  length += snprintf(text + length, sizeof text - length, "\"}");
  sent_at[sent++] = planned;
  if (is_measuring) sent_in_window++;
  write_frame(one, 1, text, length);
}

static uint64_t count_living(void) {
  uint64_t living = 0;
  for (int i = 0; i < total - slow; i++) living += sockets[i].state == OPEN;
  return living;
}

static uint64_t expect(void) { return (sent - refused - held) * count_living(); }

static int is_over(void) {
  return most_lines && sent >= most_lines && delivered >= expect();
}

static uint64_t count_given_up(void) { /* stalled sockets that the server closed */
  static char unread[CHUNK];
  uint64_t gone = 0;
  for (int i = total - slow; i < total; i++) {
    ssize_t got = 1;
    while (got > 0) got = recv(sockets[i].fd, unread, sizeof unread, MSG_DONTWAIT);
    gone += got == 0 || errno != EAGAIN;
  }
  return gone;
}

static void converse(double *seconds, double *cpu) {
  uint64_t begun = now(), next = begun, from = begun + (uint64_t)(warmup * 1e9);
  uint64_t until = from + (uint64_t)(duration * 1e9), living = count_living(), moment;
  uint64_t stalled_at = begun, last = 0, forgiven = 0;
  while ((moment = now()) < until && !is_over()) {
    if (!is_measuring && moment >= from) {
      is_measuring = 1;
      from = moment;
      *cpu = own_cpu();
      server_used = server_cpu();
    }
    if (rate > 0) {
      for (; next <= moment; next += (uint64_t)(1e9 / rate)) say_line(next);
      turn(1);
      continue;
    }
    if (delivered != last) { last = delivered; stalled_at = moment; }
    else if (moment - stalled_at > 1000000000ull) { /* lost ones free the window */
      forgiven = sent * living > delivered ? sent * living - delivered : 0;
      stalled_at = moment;
    }
    while (sent < (delivered + forgiven) / (living ? living : 1) + window &&
           sent + 1 < MOST_LINES && (!most_lines || sent < most_lines))
      say_line(moment);
    turn(1);
  }
  is_measuring = 0;
  *seconds = (now() - from) / 1e9;
  *cpu = (own_cpu() - *cpu) / *seconds;
  server_used = (server_cpu() - server_used) / *seconds;
  uint64_t end = now() + (uint64_t)(drain * 1e9);
  while (now() < end && delivered < expect()) turn(20);
  wait_for(0.3);
}

static char **read_lines(const char *name, int *count) {
  char line[4096], **lines = calloc(100000, sizeof *lines);
  FILE *file = fopen(name, "r");
  if (!file) { perror(name); exit(2); }
  while (*count < 100000 && fgets(line, sizeof line, file)) {
    line[strcspn(line, "\r\n")] = 0;
    lines[(*count)++] = strdup(line);
  }
  fclose(file);
  return lines;
}

static int compare(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static int read_option(const char *name, char *value) {
  if (!strcmp(name, "--ports"))
    for (char *at = strtok(value, ","); at && port_count < 8; at = strtok(NULL, ","))
      ports[port_count++] = atoi(at);
  else if (!strcmp(name, "--path")) path = value;
  else if (!strcmp(name, "--origin")) origin = value;
  else if (!strcmp(name, "--tickets")) ticket_file = value;
  else if (!strcmp(name, "--cookies")) cookie_file = value;
  else if (!strcmp(name, "--needs-hello")) needs_hello = atoi(value);
  else if (!strcmp(name, "-n")) total = atoi(value);
  else if (!strcmp(name, "--in-flight")) in_flight = atoi(value);
  else if (!strcmp(name, "--sources")) source_addresses = atoi(value);
  else if (!strcmp(name, "--watch")) watched = atoi(value);
  else if (!strcmp(name, "--slow")) slow = atoi(value);
  else if (!strcmp(name, "--size")) size = atoi(value);
  else if (!strcmp(name, "--window")) window = atoi(value);
  else if (!strcmp(name, "--most-lines")) most_lines = atoi(value);
  else if (!strcmp(name, "--rate")) rate = atof(value);
  else if (!strcmp(name, "--warmup")) warmup = atof(value);
  else if (!strcmp(name, "--duration")) duration = atof(value);
  else if (!strcmp(name, "--settle")) settle = atof(value);
  else if (!strcmp(name, "--drain")) drain = atof(value);
  else if (!strcmp(name, "--patience")) patience = atof(value);
  else return 0;
  return 1;
}

static void connect_all(void) {
  int next = 0;
  uint64_t end = now() + (uint64_t)(patience * 1e9);
  while (ready + failed + closed < total && now() < end) {
    for (; next < total && shaking < in_flight; next++) start(&sockets[next], next);
    turn(50);
  }
}

int main(int count, char **words) {
  struct rlimit files;
  signal(SIGPIPE, SIG_IGN);
  for (int i = 1; i + 1 < count; i += 2)
    if (!read_option(words[i], words[i + 1])) {
      fprintf(stderr, "unknown option %s\n", words[i]);
      return 2;
    }
  if (!port_count || !origin) { fprintf(stderr, "need --ports and --origin\n"); return 2; }
  if (ticket_file) tickets = read_lines(ticket_file, &ticket_count);
  if (cookie_file) cookies = read_lines(cookie_file, &cookie_count);
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  total += slow;
  sockets = calloc(total, sizeof *sockets);
  greetings = calloc(total + 1, sizeof *greetings);
  for (int i = total - slow; i < total; i++) sockets[i].is_slow = 1;
  poller = epoll_create1(0);
  uint64_t begun = now();
  connect_all();
  double connecting = (now() - begun) / 1e9, seconds = 0, cpu = 0;
  fprintf(stderr, "connected\n");
  wait_for(settle);
  if (rate > 0 || window > 0) converse(&seconds, &cpu);
  uint64_t living = count_living(), expected = expect(), given_up = count_given_up();
  qsort(greetings, ready, sizeof *greetings, compare);
  printf("{\"sockets\":%d,\"living\":%llu,\"failed\":%d,\"closed\":%d,\"connects_per_s\":%.0f,"
      "\"connect_p50_ms\":%.1f,\"connect_p99_ms\":%.1f,", total, (unsigned long long)living,
      failed, closed, ready / connecting, ready ? greetings[ready / 2] : -1,
      ready ? greetings[(int)((ready - 1) * 0.99)] : -1);
  printf("\"sent\":%llu,\"answered\":%llu,\"refused\":%llu,\"held\":%llu,\"delivered\":%llu,"
      "\"lost\":%lld,\"events\":%llu,\"holes\":%llu,\"doubles\":%llu,", (unsigned long long)sent,
      (unsigned long long)answered, (unsigned long long)refused, (unsigned long long)held,
      (unsigned long long)delivered, (long long)(expected - delivered),
      (unsigned long long)events, (unsigned long long)holes, (unsigned long long)doubles);
  printf("\"seconds\":%.3f,\"sent_per_s\":%.1f,\"deliveries_per_s\":%.0f,\"frames_per_s\":%.0f,"
      "\"p50_ms\":%.2f,\"p99_ms\":%.2f,\"most_ms\":%.2f,\"cpu\":%.3f,\"server_cpu\":%.3f,"
      "\"given_up\":%llu}\n", seconds,
      seconds > 0 ? sent_in_window / seconds : 0, seconds > 0 ? in_window / seconds : 0,
      seconds > 0 ? frames / seconds : 0, delay_at(0.5), delay_at(0.99), delay_at(1), cpu, server_used,
      (unsigned long long)given_up);
  return 0;
}
