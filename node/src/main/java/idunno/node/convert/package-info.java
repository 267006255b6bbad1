/**
 * Networks in the formats that people have become ONNX here: one package for each format, and
 * {@link idunno.node.convert.Converters}, which tells them apart by their content. Nothing in such
 * a file is trusted, and nothing of it is ever executed.
 */
package idunno.node.convert;
