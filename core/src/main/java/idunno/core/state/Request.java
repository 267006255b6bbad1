package idunno.core.state;

import idunno.core.base.RequestId;

/**
 * A command and who sent it, so that a retry after a lost reply is applied once.
 *
 * @param id the sender and its count
 * @param command the change
 */
public record Request(RequestId id, Command command) {}
