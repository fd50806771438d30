/* vectorscan's literal search over texts already folded: DIR/folded.txt, one a line, and DIR/phrases-SIZE.txt.
   `vectorscan DIR SIZE`. Counts hits; no word boundaries, no rules, no folding: less work than an engine's. */
#include <hs/hs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static char *slurp(const char *dir, const char *name, size_t *size) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *file = fopen(path, "rb");
    if (!file) { perror(path); exit(1); }
    fseek(file, 0, SEEK_END);
    *size = ftell(file);
    rewind(file);
    char *text = malloc(*size + 1);
    if (fread(text, 1, *size, file) != *size) exit(1);
    text[*size] = 0;
    fclose(file);
    return text;
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

static int hit(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *context) {
    (void)id; (void)from; (void)to; (void)flags;
    ++*(unsigned long long *)context;
    return 0;
}

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(int count, char **arguments) {
    if (count < 3) return 1;
    char name[64];
    size_t text_size, size;
    char *text = slurp(arguments[1], "folded.txt", &text_size);
    snprintf(name, sizeof name, "phrases-%s.txt", arguments[2]);
    char *lines = slurp(arguments[1], name, &size);
    unsigned phrases = 0;
    for (size_t at = 0; at < size; at++) phrases += lines[at] == '\n';
    const char **expressions = malloc(phrases * sizeof *expressions);
    size_t *lengths = malloc(phrases * sizeof *lengths);
    unsigned *flags = calloc(phrases, sizeof *flags), *ids = malloc(phrases * sizeof *ids);
    char *line = lines;
    for (unsigned at = 0; at < phrases; at++) {
        char *end = strchr(line, '\n');
        expressions[at] = line; lengths[at] = end - line; ids[at] = at;
        *end = 0;
        line = end + 1;
    }
    double start = now();
    hs_database_t *database;
    hs_compile_error_t *error;
    if (hs_compile_lit_multi(expressions, flags, ids, lengths, phrases, HS_MODE_BLOCK, NULL, &database, &error)) {
        fprintf(stderr, "%s\n", error->message);
        return 1;
    }
    double build = now() - start;
    hs_scratch_t *scratch = NULL;
    hs_alloc_scratch(database, &scratch);
    size_t memory;
    hs_database_size(database, &memory);
    double times[5];
    unsigned long long hits = 0;
    for (int round = 0; round < 5; round++) {
        hits = 0;
        start = now();
        for (char *at = text, *end; at < text + text_size; at = end + 1) {
            end = memchr(at, '\n', text + text_size - at);
            if (!end) end = text + text_size;
            hs_scan(database, at, end - at, 0, scratch, hit, &hits);
        }
        times[round] = now() - start;
    }
    qsort(times, 5, sizeof *times, compare);
    printf("| %s | vectorscan, bare pass over folded text (no rules) | %.1f | | %.2f | %.0f | %llu |\n",
           arguments[2], text_size / 1e6 / times[2], build, memory / 1e6, hits);
    return 0;
}
