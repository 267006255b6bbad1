/**
 * Networks in ONNX, the one form in which they are kept and run: built node by node, and described
 * as far as a card must know them.
 */
package idunno.node.onnx;
