package idunno.house.badhouse.core.base;

/** Looks like a breaker of rules, and breaks none. */
public record LawfulId(long value) {}
