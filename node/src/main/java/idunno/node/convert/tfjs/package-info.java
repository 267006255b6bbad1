/** TensorFlow.js: networks of Keras layers and frozen graphs of operations. */
package idunno.node.convert.tfjs;
