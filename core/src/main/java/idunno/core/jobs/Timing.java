package idunno.core.jobs;

/**
 * What one query took, each part measured on the worker.
 *
 * @param fetchMicros reading the picture from the store
 * @param decodeMicros decoding and preprocessing it
 * @param runMicros running the network over the slice of pictures that it was in
 */
public record Timing(long fetchMicros, long decodeMicros, long runMicros) {
  /** The processing time of the query: all parts together. */
  public long totalMicros() {
    return fetchMicros + decodeMicros + runMicros;
  }
}
