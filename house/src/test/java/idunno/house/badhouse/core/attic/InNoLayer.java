package idunno.house.badhouse.core.attic;

final class InNoLayer {}
