/**
 * The zoo: brings ready-trained networks and recognisable pictures onto a bare machine.
 *
 * <p>What there is, where it comes from and its checksum stand in two data files, {@code
 * zoo/catalogue.json} and {@code zoo/pictures.json}; users extend the first with a catalogue of
 * their own. A file is fetched once into a cache folder and checked; {@code convert} makes ONNX of
 * the network in it, so that neither Python nor npm is needed.
 */
package idunno.node.zoo;
