package idunno.core.jobs;

/**
 * What one query took, each part measured on the worker.
 *
 * @param waitMicros lying on the desk until its batch was taken up
 * @param fetchMicros reading the picture from the store
 * @param decodeMicros decoding and preprocessing it
 * @param runMicros running the network over the slice of pictures that it was in
 */
public record Timing(long waitMicros, long fetchMicros, long decodeMicros, long runMicros) {
  /** The same query, having waited for so long. */
  public Timing after(long waitedMicros) {
    return new Timing(waitedMicros, fetchMicros, decodeMicros, runMicros);
  }

  /** The processing time of the query: all parts but the waiting. */
  public long totalMicros() {
    return fetchMicros + decodeMicros + runMicros;
  }
}
