package idunno.core.jobs;

import java.util.Arrays;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * How often each of a few numbers was counted, in the order of the numbers: two arrays side by
 * side. A map takes five times the room, and there are five of these for each job that ever was.
 */
final class Counts {
  private static final int FIRST_ROOM = 16;

  private int[] numbers = new int[FIRST_ROOM];
  private long[] times = new long[FIRST_ROOM];
  private int size;

  /** Counts a number so many times more. */
  void add(int number, long more) {
    int place = Arrays.binarySearch(numbers, 0, size, number);
    if (place < 0) {
      place = -place - 1;
      insert(place, number);
    }
    times[place] += more;
  }

  private void insert(int place, int number) {
    if (size == numbers.length) {
      numbers = Arrays.copyOf(numbers, 2 * size);
      times = Arrays.copyOf(times, 2 * size);
    }
    System.arraycopy(numbers, place, numbers, place + 1, size - place);
    System.arraycopy(times, place, times, place + 1, size - place);
    numbers[place] = number;
    times[place] = 0;
    size++;
  }

  /** Counts all that another has counted. */
  void addAll(Counts other) {
    for (int place = 0; place < other.size; place++) {
      add(other.numbers[place], other.times[place]);
    }
  }

  /** How many different numbers were counted. */
  int size() {
    return size;
  }

  /** The number in a place, from 0; the least is first. */
  int number(int place) {
    return numbers[place];
  }

  /** How often the number in a place was counted. */
  long times(int place) {
    return times[place];
  }

  /** All of them, as a map. */
  NavigableMap<Integer, Long> toMap() {
    NavigableMap<Integer, Long> map = new TreeMap<>();
    for (int place = 0; place < size; place++) {
      map.put(numbers[place], times[place]);
    }
    return map;
  }
}
