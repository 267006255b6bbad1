/**
 * TensorFlow Lite: networks in one FlatBuffers file, of 32-bit or 16-bit floats or quantised to 8
 * bits.
 */
package idunno.node.convert.tflite;
