/** A small house in which every rule is broken once, beside neighbours that keep them all. */
package idunno.house.badhouse;
