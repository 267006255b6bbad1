package idunno.node.gateway;

/** More than half of the voters are out of reach: waiting doesn't help, another node may. */
public final class NoMajority extends Unavailable {
  private static final long serialVersionUID = 1;

  /** Says who is missing, and the next step. */
  public NoMajority(String message, Throwable cause) {
    super(message, cause);
  }
}
