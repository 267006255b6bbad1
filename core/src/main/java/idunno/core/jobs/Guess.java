package idunno.core.jobs;

/**
 * One of the classes that a network gives a picture.
 *
 * @param classIndex the class, counting from 0 in the order of the model's labels
 * @param score the probability in units of 1/10,000, rounded so that it can't differ between
 *     machines in the last bit: 0 to 10,000
 */
public record Guess(int classIndex, int score) {}
