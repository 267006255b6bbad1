/**
 * Makes a float network into one of 8-bit whole numbers, without training: ranges are read off
 * calibration pictures, and what came out is compared with the float network on others.
 */
package idunno.node.quantize;
