package idunno.core.base;

/** Placeholder replaced at merge. */
public record Address(String host, int port) {}
