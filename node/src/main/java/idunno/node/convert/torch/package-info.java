/**
 * Networks whose weights PyTorch trained. Such a file holds named tensors and no network, so that
 * the network is written here, layer by layer, as torchvision defines it. A checkpoint of PyTorch
 * is a pickle, which is a program: here it is only read, and nothing that it asks for is run.
 */
package idunno.node.convert.torch;
