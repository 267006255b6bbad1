package idunno.core.simulation;

import idunno.core.base.NodeName;

/**
 * One simulated machine.
 *
 * @param name its name, the same in each of its lives
 * @param slots how many batches it runs at once
 * @param slowness what the cost of a query is multiplied with here
 * @param skewMs how far its clock is ahead of the others'
 * @param zone what it may fail together with others by
 */
record Machine(NodeName name, int slots, double slowness, long skewMs, String zone) {}
