package idunno.core.jobs;

import idunno.core.base.NodeId;

/**
 * What stays known of a committed batch: who ran which queries, and when.
 *
 * @param number the batch's place in the job
 * @param node who ran it
 * @param startedMs when it began, by the worker's clock, milliseconds since 1970
 * @param finishedMs when it ended, by the worker's clock
 * @param committedMs when the coordinator committed it, by the coordinator's clock
 * @param queries how many queries it had
 * @param failures how many of them failed
 */
public record BatchRecord(
    int number,
    NodeId node,
    long startedMs,
    long finishedMs,
    long committedMs,
    int queries,
    int failures) {}
