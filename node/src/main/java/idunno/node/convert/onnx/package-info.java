/** ONNX files that others wrote, brought to the form that every node can run. */
package idunno.node.convert.onnx;
