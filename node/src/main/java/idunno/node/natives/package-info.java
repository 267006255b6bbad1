/** Native libraries, unpacked once per user into the cache folder, and that folder. */
package idunno.node.natives;
