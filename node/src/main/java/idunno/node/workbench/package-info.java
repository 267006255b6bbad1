/**
 * Commands that work on networks where they are typed, before the cluster sees them: bring one from
 * a file, an address or the catalogue, in whatever format it is.
 */
package idunno.node.workbench;
