package idunno.core.coordinator;

import idunno.core.base.NodeId;

/**
 * A batch in somebody's hands.
 *
 * @param node whose
 * @param running whether it runs, as far as is known
 * @param sinceMs since when it runs, by the worker's clock, or waits, by the clock of whoever told
 *     of that first; milliseconds since 1970
 * @param noticedMs when the coordinator learned that, by its own clock
 * @param tag its place in line
 * @param cost the service that its job was charged for it, divided by the job's weight
 */
record Given(NodeId node, boolean running, long sinceMs, long noticedMs, double tag, double cost) {}
