/* Memory that a tile is worked on in. */

#ifndef NNSREPORT_ROOM_H
#define NNSREPORT_ROOM_H

#include "job.h"

/* Where a tile is worked on. */
typedef struct {
    float *cells;           /* of one group, in the order in which they are needed; none for whole numbers */
    void *levels;           /* (rows of a block, width of a tile) */
    void *pulses;           /* likewise */
    float *codes;           /* (lines, width of a tile) */
    unsigned char *places;  /* (quads of a block, lanes): where sums of quads are looked up */
    unsigned char *tables;  /* (quads of a block, 16): the sums, for a line */
    int16_t *sums;          /* (lanes): of a block, for a line */
    unsigned char *staged;  /* (rows, width of a tile): levels whose places are scattered */
    int64_t *staged_rows;   /* where each row of them begins */
} Room;

INLINE int64_t rows_of_blocks(const Job *job)
{
    int64_t rows = 0;
    for (const int64_t *block = job->blocks; block < job->blocks + 2 * job->block_count; block += 2)
        rows += block[1] - block[0];
    return rows;
}

INLINE int make_room(const Job *job, Room *room)
{
    const size_t padded = up_to_a_multiple(job->lines, LINES);
    const size_t rows = job->rows + 4 * (job->block_count + 1); /* a block takes whole quads */
    room->cells = malloc(job->whole ? 1 : (padded * rows_of_blocks(job) + 1) * sizeof *room->cells);
    room->levels = malloc(rows * WIDEST * 4);
    room->pulses = malloc(rows * WIDEST * 4);
    room->codes = malloc((padded + LINES) * WIDEST * sizeof *room->codes);
    room->staged = malloc(rows * WIDEST * 2);
    room->staged_rows = malloc(rows * sizeof *room->staged_rows);
    const size_t quads = is_looked_up(job) ? longest_block(job->blocks, job->block_count) / QUAD + 2 : 0;
    const size_t lanes = (bits_of_vector(job) + 1) * WIDEST;
    room->places = malloc(quads * lanes + 1);
    room->tables = malloc(quads * 4 * QUAD + 1);
    room->sums = malloc((lanes + LANES) * sizeof *room->sums);
    return room->cells && room->levels && room->pulses && room->codes && room->staged && room->staged_rows &&
        room->places && room->tables && room->sums;
}

INLINE void leave_room(Room *room)
{
    free(room->cells);
    free(room->levels);
    free(room->pulses);
    free(room->codes);
    free(room->staged);
    free(room->staged_rows);
    free(room->places);
    free(room->tables);
    free(room->sums);
}

#endif
