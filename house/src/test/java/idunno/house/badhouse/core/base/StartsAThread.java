package idunno.house.badhouse.core.base;

final class StartsAThread {
  Thread start(Runnable work) {
    return Thread.ofVirtual().start(work);
  }
}
